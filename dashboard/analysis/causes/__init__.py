"""What broken promises go with: combinations, declarations, legs, drivers."""
