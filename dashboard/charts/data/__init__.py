"""What came in, how a profile reads it, and published figures, as tables."""
