"""What customers say, drawn and as tables."""
