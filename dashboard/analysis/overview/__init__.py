"""The scoreboard, what changed between two periods, and what segments are worth."""
