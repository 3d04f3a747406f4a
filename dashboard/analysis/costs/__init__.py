"""What deliveries cost, under which rule, and what would have to change."""
