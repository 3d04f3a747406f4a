"""The breach map: its layers, colours, words and tables."""
