"""The parts of the pages about carriers."""
