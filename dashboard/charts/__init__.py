"""Results drawn: `go.Figure`s with their alt text, colours and number formats."""

from dashboard.charts import formats
from dashboard.charts.bars import gap_sentence, reading_bars, volume_bars
from dashboard.charts.drawing import Drawing
from dashboard.charts.palette import Palette, Theme, palette
from dashboard.charts.trend import weekly_trends
from dashboard.charts.words import (
    Days,
    code_meanings,
    days_shown,
    detail,
    missing,
    volume_unit,
    weeks_shown,
)

__all__ = [
    "Days",
    "Drawing",
    "Palette",
    "Theme",
    "code_meanings",
    "days_shown",
    "detail",
    "formats",
    "gap_sentence",
    "missing",
    "palette",
    "reading_bars",
    "volume_bars",
    "volume_unit",
    "weekly_trends",
    "weeks_shown",
]
