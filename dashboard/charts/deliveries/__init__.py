"""Deliveries as rows and streams, one delivery's timeline, and breaches in money."""
