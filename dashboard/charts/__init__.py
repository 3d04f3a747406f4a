"""Results drawn: `go.Figure`s with their alt text, colours and number formats."""

from dashboard.charts import formats
from dashboard.charts.bars import gap_sentence, reading_bars, volume_bars
from dashboard.charts.cards import Card, Standing
from dashboard.charts.drawing import Drawing
from dashboard.charts.palette import Palette, Theme, palette
from dashboard.charts.trend import weekly_trends
from dashboard.charts.words import (
    Days,
    days_shown,
    detail,
    missing,
    volume_unit,
    warning_meanings,
    weeks_shown,
)

__all__ = [
    "Card",
    "Days",
    "Drawing",
    "Palette",
    "Standing",
    "Theme",
    "days_shown",
    "detail",
    "formats",
    "gap_sentence",
    "missing",
    "palette",
    "reading_bars",
    "volume_bars",
    "volume_unit",
    "warning_meanings",
    "weekly_trends",
    "weeks_shown",
]
