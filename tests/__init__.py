"""Tests: unit, pages without a browser, and a browser."""
