"""Bring your own data, and what the catalogue holds."""
