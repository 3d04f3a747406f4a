"""Experiments and their plans, drawn, said and as tables."""
