"""Whether promises are kept, under each definition, and whether the process is in control."""
