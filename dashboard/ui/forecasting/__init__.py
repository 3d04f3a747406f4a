"""The parts of the page Forecast."""
