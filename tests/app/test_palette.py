"""Colours: stable by name, and visible on their ground."""

import pytest

from dashboard.charts import Theme, palette

SEGMENTS = ("Standard", "Premium", "Rural", "Small business", "Enterprise", "F", "G")


def luminance(colour: str) -> float:
    """Relative luminance after WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_segment_stands_out_from_the_ground(theme: Theme) -> None:
    colours = palette(theme, SEGMENTS)

    assert all(contrast(colours.segment(s), colours.ground) >= 3 for s in SEGMENTS)
    assert contrast(colours.segment("(none)"), colours.ground) >= 3
    assert contrast(colours.ink, colours.ground) >= 7
    assert contrast(colours.muted, colours.ground) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_segments_differ_and_keep_their_colour_in_any_order(theme: Theme) -> None:
    forth, back = palette(theme, SEGMENTS), palette(theme, SEGMENTS[::-1])

    assert len({forth.segment(s) for s in SEGMENTS}) == len(SEGMENTS)
    assert all(forth.segment(s) == back.segment(s) for s in SEGMENTS)
