"""Results drawn: `go.Figure`s with their alt text, colours and number formats."""

from dashboard.charts import formats
from dashboard.charts.bars import gap_sentence, reading_bars, volume_bars
from dashboard.charts.cards import Card, Standing
from dashboard.charts.drawing import Drawing
from dashboard.charts.overview.bridge import (
    bridge_detail,
    change_said,
    change_sentences,
    waterfall,
)
from dashboard.charts.overview.contributors import (
    contributors_said,
    contributors_table,
    splits_table,
)
from dashboard.charts.overview.trend import weekly_trends
from dashboard.charts.overview.value import value_chart
from dashboard.charts.palette import Palette, Theme, palette
from dashboard.charts.words import (
    Days,
    code_meanings,
    days_named,
    days_shown,
    detail,
    missing,
    missing_said,
    volume_unit,
    weeks_shown,
)

__all__ = [
    "Card",
    "Days",
    "Drawing",
    "Palette",
    "Standing",
    "Theme",
    "bridge_detail",
    "change_said",
    "change_sentences",
    "code_meanings",
    "contributors_said",
    "contributors_table",
    "days_named",
    "days_shown",
    "detail",
    "formats",
    "gap_sentence",
    "missing",
    "missing_said",
    "palette",
    "reading_bars",
    "splits_table",
    "value_chart",
    "volume_bars",
    "volume_unit",
    "waterfall",
    "weekly_trends",
    "weeks_shown",
]
