"""Doorstep: an interactive performance dashboard for segmented last-mile delivery."""

__version__ = "0.1.0"
