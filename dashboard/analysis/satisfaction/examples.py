"""What customers said, in their words: a few examples, masked."""

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from dashboard.analysis.satisfaction.masking import mask
from dashboard.analysis.satisfaction.themes import EVERYWHERE, Source
from dashboard.scope import Scope
from dashboard.themes import END, PAIR
from dashboard.warehouse import Reader
from dashboard.warehouse.theming import themes_of

MOST = 8


@dataclass(frozen=True)
class Example:
    """One contact or comment.

    Attributes:
        said_at: UTC.
        text: Masked.
        words: The keywords that matched.
        filed: Where the contact tool filed it, or the rating given; empty for neither.
    """

    said_at: datetime
    zone: str
    segment: str
    text: str
    words: tuple[str, ...]
    filed: str


def examples(
    reader: Reader, source: Source, theme: str, zone: str, scope: Scope
) -> tuple[Example, ...]:
    """The newest texts of a theme, with names, numbers and addresses hidden.

    Texts are matched by today's file of themes, so that an edit shows at once; counts
    follow with the next import.

    Args:
        reader: The snapshot.
        source: Contacts or comments.
        theme: Name of the theme.
        zone: A zone, or 'all zones'.
        scope: Days and filters.
    """
    asked = scope if zone == EVERYWHERE else scope.within(zone=zone)
    report = "contact_texts" if source == "contacts" else "comment_texts"
    found = reader.report(report, asked)
    if found.is_empty():
        return ()
    matched = found.with_columns(pairs=themes_of(found["text"], reader.themes))
    own = matched.filter(
        pl.col("pairs")
        .str.split(END)
        .list.eval(pl.element().str.starts_with(theme + PAIR))
        .list.any()
    )
    return tuple(_example(row, theme) for row in own.head(MOST).iter_rows(named=True))


def _example(row: dict, theme: str) -> Example:
    pairs = [pair.split(PAIR, 1) for pair in row["pairs"].split(END)]
    filed = row["tool_theme"] if "tool_theme" in row else _stars(row["rating"])
    return Example(
        said_at=row["said_at"],
        zone=row["zone"],
        segment=row["segment"],
        text=mask(row["text"], (row["delivery_id"],)),
        words=tuple(word for name, word in pairs if name == theme),
        filed=filed or "",
    )


def _stars(rating: object) -> str:
    return "" if rating is None else f"{float(str(rating)):g} of 5"
