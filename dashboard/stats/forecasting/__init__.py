"""Forecasts against what came: accuracy, value added, tracking, coherence, capacity.

Errors are forecast minus actual throughout, so that a positive bias is an over-forecast.
"""
