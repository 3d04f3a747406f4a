"""Forecasts against what came, their steps, capacity, and challengers."""
