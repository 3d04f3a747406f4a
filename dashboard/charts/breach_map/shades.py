"""Colours of a map: five classes, and a legend that says what each stands for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.charts.palette import Palette

Colour = list[int]
"""Red, green, blue and opacity, each to 255."""

_MORE = {"light": (213, 94, 0), "dark": (240, 128, 64)}
_FEWER = {"light": (0, 114, 178), "dark": (79, 163, 220)}
_STRENGTHS = (0.12, 0.3, 0.5, 0.72, 0.95)
_AROUND = (-0.85, -0.4, 0.08, 0.4, 0.85)
_SHARES = (0.2, 0.4, 0.6, 0.8)
_STEPS = (-0.5, -0.15, 0.15, 0.5)
_OPACITY = 205
_PALE = 60


@dataclass(frozen=True)
class Scale:
    """Classes of values.

    Attributes:
        edges: Between one class and the next, rising.
        colours: One more than edges, for the lowest class first.
        pale: For places without a value, or too few deliveries for one.
    """

    edges: tuple[float, ...]
    colours: tuple[tuple[int, ...], ...]
    pale: tuple[int, ...]

    def colour(self, value: float | None) -> Colour:
        """The colour of a value; pale where there is none."""
        if value is None:
            return list(self.pale)
        return list(self.colours[int(np.searchsorted(self.edges, value, side="right"))])


def scale(values: Sequence[float | None], palette: Palette, *, around: bool) -> Scale:
    """Cut values into classes.

    Args:
        values: Of the places; None where there is none.
        palette: Of the theme.
        around: Whether 0 is the middle, fewer and more on either side; else fifths of the
            places, more being darker.
    """
    known = np.array([value for value in values if value is not None], float)
    ground = tuple(int(palette.ground[at : at + 2], 16) for at in (1, 3, 5))
    pale = (*_mixed(_hex(palette.muted), ground, 0.25), _PALE)
    more, fewer = _MORE[palette.theme], _FEWER[palette.theme]
    if around:
        reach = float(np.quantile(np.abs(known), 0.98)) if len(known) else 1.0
        edges = np.array(_STEPS) * (reach or 1.0)
        colours = [_mixed(more if s > 0 else fewer, ground, abs(s)) for s in _AROUND]
        colours[2] = _mixed(_hex(palette.muted), ground, 0.3)
    else:
        edges = np.unique(np.quantile(known, _SHARES)) if len(known) else np.array([])
        strengths = _STRENGTHS[-(len(edges) + 1) :]
        colours = [_mixed(more, ground, strength) for strength in strengths]
    named = tuple((*colour, _OPACITY) for colour in colours)
    return Scale(tuple(float(edge) for edge in edges), named, pale)


def _hex(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))


def _mixed(colour: Sequence[int], ground: Sequence[int], strength: float) -> tuple[int, ...]:
    return tuple(
        round(strength * part + (1 - strength) * back)
        for part, back in zip(colour, ground, strict=True)
    )
