"""Deliveries row by row, one delivery, and what broken promises cost."""
