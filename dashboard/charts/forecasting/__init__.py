"""Forecasts, drawn and said."""
