"""`make bench`: what an import and a question cost, measured in one run."""
