"""Control charts, lateness and definitions, drawn."""
