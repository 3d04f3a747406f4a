"""Forecast: did the volume come as forecast, and what did the error cost?

For: managers. Reads: analysis.forecast, .challenge; reports forecast_at_lead, forecast_by_zone,
capacity_plans, calendar_days.
"""

from dashboard import ui
from dashboard.ui import forecast

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
if forecast.wants_challenger():
    from dashboard.ui import challenging  # statsmodels takes seconds to import

    challenging.challenger(on)
