"""What customers say, and what those who say nothing do."""
