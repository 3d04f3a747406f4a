"""The parts of the Breach map."""
