"""Plain functions of numbers and arrays; no database, no frame, no screen."""
