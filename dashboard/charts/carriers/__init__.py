"""Carriers compared and reviewed, settlements and what-ifs."""
