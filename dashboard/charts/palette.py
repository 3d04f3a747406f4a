"""Okabe–Ito colours, with variants that keep 3:1 contrast on light and dark ground.

Source: Okabe and Ito (2008), "Color Universal Design". Their yellow, orange and sky
blue are too pale for lines on white, their blue too dark for lines on black: both
variants shift lightness only, so a segment keeps its hue in either theme.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Theme = Literal["light", "dark"]

_SEGMENTS: dict[Theme, tuple[str, ...]] = {
    "light": ("#0072b2", "#d55e00", "#008a63", "#b5578f", "#a87400", "#2f8fc4", "#6f6a00"),
    "dark": ("#4fa3dc", "#f08040", "#2dbd92", "#dc94bd", "#e6a929", "#86cdf5", "#efe56b"),
}
_CHOICE: dict[Theme, str] = {"light": "#0b5c94", "dark": "#7cc0f0"}
_NOT_SEGMENTS = {"(none)", "(unassigned)"}
_UNKNOWN: dict[Theme, str] = {"light": "#767676", "dark": "#9a9a9a"}


@dataclass(frozen=True)
class Palette:
    """Every colour a chart may use.

    Attributes:
        ink, muted, grid, ground: Text, quiet text, rules and the page behind.
        plan: Targets and plans.
        segments: Segment names in the order that fixes their colours.
    """

    theme: Theme
    ink: str
    muted: str
    grid: str
    ground: str
    plan: str
    segments: tuple[str, ...] = ()

    def segment(self, name: str) -> str:
        """The colour of a segment: the same on every page and under every filter."""
        if name not in self.segments:
            return _UNKNOWN[self.theme]
        colours = _SEGMENTS[self.theme]
        return colours[self.segments.index(name) % len(colours)]

    @property
    def choice(self) -> str:
        """What a reader has chosen on a map."""
        return _CHOICE[self.theme]

    def lighter(self, colour: str) -> str:
        """The same colour as a tint of the ground, for what is compared with."""
        mixed = (
            round(0.38 * part + 0.62 * back)
            for part, back in zip(_parts(colour), _parts(self.ground), strict=True)
        )
        return "#" + "".join(f"{part:02x}" for part in mixed)


def palette(theme: Theme, segments: Sequence[str] = ()) -> Palette:
    """The palette of a theme.

    Args:
        theme: 'light' or 'dark'.
        segments: All segments of the snapshot, whatever the filters.
    """
    named = tuple(sorted(set(segments) - _NOT_SEGMENTS))
    if theme == "dark":
        return Palette("dark", "#e8eaed", "#a9b0b9", "#343b45", "#12161c", "#cfd4db", named)
    return Palette("light", "#1b1f24", "#5b6470", "#e1e5ea", "#ffffff", "#3d4650", named)


def _parts(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))
