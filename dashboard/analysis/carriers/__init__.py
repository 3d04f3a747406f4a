"""Carriers compared, one carrier's quarter, and work moved between them."""
