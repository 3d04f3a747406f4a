"""The parts of Deliveries, one delivery, and rows as files."""
