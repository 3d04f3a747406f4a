"""What changed, gaps to target, weeks and the map of values, drawn and said."""
