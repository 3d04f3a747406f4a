"""What a contract makes of a carrier's quarter, and would make of it."""
