"""Forecast: did the volume come as forecast, and what did the error cost?

For: managers. Reads: analysis.forecasting; reports forecast_at_lead,
forecast_steps, capacity_plans, calendar_days.
"""

from dashboard import ui
from dashboard.ui.forecasting import challenging
from dashboard.ui.forecasting import parts as forecast

on = forecast.opened()
forecast.weeks(on)
forecast.scores(on)
with ui.halves():
    forecast.tracking(on)
    forecast.cuts(on)
forecast.worst(on)
forecast.steps(on)
forecast.coherence(on)
forecast.capacity(on)
challenging.challenger(on)
