"""Where breaches concentrate beyond chance."""
