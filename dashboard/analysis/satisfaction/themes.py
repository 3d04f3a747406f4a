"""What do customers get in touch about, and what of it is new, and where?"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from types import MappingProxyType
from typing import Literal

import polars as pl

from dashboard.analysis.daily import Daily, daily_sums
from dashboard.analysis.figures import FEWEST, nothing_found
from dashboard.errors import ScopeError
from dashboard.scope import Period, Scope
from dashboard.stats.rates import RateRatio, benjamini_hochberg, rate_ratio
from dashboard.themes import END, PAIR
from dashboard.warehouse import Reader

Source = Literal["contacts", "comments"]

SOURCES: tuple[Source, ...] = ("contacts", "comments")
EVERYWHERE = "all zones"
BASE = timedelta(weeks=52)
FEWEST_CASES = 10
"""Cases of both periods together that a comparison needs."""

LEVEL = 0.10
"""Share of the themes called emerging that may be false, in each family."""

_DISTRIBUTIONS: Mapping[Source, str] = MappingProxyType(
    {"contacts": "contact_themes", "comments": "comment_themes"}
)

Key = tuple[str, str]
"""Theme and zone."""


@dataclass(frozen=True)
class Emergence:
    """One theme in one place, now against before.

    Attributes:
        source: Whether contacts or survey comments were counted.
        zone: 'all zones' for the whole scope.
        now, before: Deliveries with a contact (or comments) of this theme.
        exposure, exposure_before: Deliveries due, or comments, that they are counted over.
        ratio: Rate now over rate before; None where too little is known to compare.
        p_value: One-sided, corrected for its family (Benjamini-Hochberg).
        emerging: Whether it has risen, with at most 10 % of such calls false.
    """

    source: Source
    theme: str
    label: str
    zone: str
    now: int
    before: int
    exposure: int
    exposure_before: int
    ratio: RateRatio | None = None
    p_value: float | None = None
    emerging: bool = False

    @property
    def per_thousand(self) -> float | None:
        """Cases per 1,000 now."""
        return 1_000 * self.now / self.exposure if self.exposure else None

    @property
    def per_thousand_before(self) -> float | None:
        """Cases per 1,000 before."""
        return 1_000 * self.before / self.exposure_before if self.exposure_before else None


@dataclass(frozen=True)
class Talk:
    """All that was said in a period.

    Attributes:
        cases: Deliveries with a contact (or comments) by theme and zone.
        exposures: Deliveries due (or comments) by zone.
        words: How often each keyword matched, by theme.
        said: Deliveries with a contact, or comments.
        unmatched: Of them, without any theme.
    """

    cases: Mapping[Key, int]
    exposures: Mapping[str, int]
    words: Mapping[str, Mapping[str, int]]
    said: int
    unmatched: int


@dataclass(frozen=True)
class ThemeReview:
    """Themes of contacts and comments in a scope.

    Attributes:
        message: What emerges, in a sentence.
        base: Days compared with; None where the snapshot holds none before the scope's.
        overall: Each source and theme over the whole scope, the most frequent first.
        zones: Each source, theme and zone that can be compared; emerging ones first.
        now: What was said, by source.
        filed: Deliveries by the contact tool's own themes, the most frequent first; ''
            was not filed.
        due: Deliveries due now.
    """

    message: str
    base: Period | None
    overall: tuple[Emergence, ...]
    zones: tuple[Emergence, ...]
    now: Mapping[Source, Talk]
    filed: Mapping[str, int]
    due: int

    @property
    def emerging(self) -> tuple[Emergence, ...]:
        """What has risen in single zones."""
        return tuple(one for one in self.zones if one.emerging)


def themes(reader: Reader, scope: Scope) -> ThemeReview:
    """Count themes over a scope, and test each against the 52 weeks before.

    Raises:
        ScopeError: No delivery of the scope is due.
    """
    base = _base(reader, scope)
    said = _Said(reader, scope, base)
    due_then, due = said.due()
    if not due:
        raise ScopeError(nothing_found(reader, scope))
    then, now = said.talks(due_then, due)
    overall, zones = _compare(reader, now, then)
    return ThemeReview(
        message=_message(now, base, zones, overall),
        base=base,
        overall=tuple(sorted(overall, key=lambda one: (one.source == "comments", -one.now))),
        zones=tuple(sorted(zones, key=lambda one: (not one.emerging, one.p_value or 0.0))),
        now=now,
        filed=_filed(reader, scope),
        due=sum(due.values()),
    )


def _base(reader: Reader, scope: Scope) -> Period | None:
    """Up to 52 weeks just before the scope's days, as far as the snapshot reaches."""
    span = reader.span()
    if scope.period is None or span is None or scope.period.start <= span.start:
        return None
    end = scope.period.start - timedelta(days=1)
    return Period(max(span.start, scope.period.start - BASE), max(end, span.start))


@dataclass(frozen=True)
class _Said:
    """What was said, and what it is counted over, before and now: read in one pass.

    Attributes:
        base: The days before; they end where the scope's begin. None for none.
    """

    reader: Reader
    scope: Scope
    base: Period | None

    @property
    def whole(self) -> Scope:
        """The scope, from the first day compared with on."""
        if self.base is None or self.scope.period is None:
            return self.scope
        return self.scope.during(Period(self.base.start, self.scope.period.end))

    def due(self) -> tuple[dict[str, int], dict[str, int]]:
        """Deliveries due by zone."""
        found = daily_sums(self.reader, ("on_time_rate",), ("zone",), self.whole)
        by_zone = {zone: days for (_, zone), days in found.items()}
        then = _due(by_zone, self.base) if self.base else {}
        return then, _due(by_zone, self.scope.period)

    def of(self, source: Source) -> tuple[pl.DataFrame, pl.DataFrame]:
        """How often what was said of each zone: columns zone, value, rows."""
        name, by = _DISTRIBUTIONS[source], ("zone",)
        if self.base is None or self.scope.period is None:
            found = self.reader.distribution(name, by, self.scope)
            return found.clear(), found
        found = self.reader.distribution(name, by, self.whole, self.scope.period.start)
        return found.filter(~pl.col("is_since")), found.filter("is_since")

    def talks(self, *due: Mapping[str, int]) -> Iterator[dict[Source, Talk]]:
        """All that was said, before and now, over the deliveries due."""
        both = zip(self.of("contacts"), self.of("comments"), due, strict=True)
        for contacts, comments, own in both:
            yield {
                "contacts": _counted(contacts, own),
                "comments": _counted(comments, _by_zone(comments)),
            }


def _due(by_zone: Mapping[str, Daily], period: Period | None) -> dict[str, int]:
    inside = {zone: days.during(period) if period else days for zone, days in by_zone.items()}
    return {zone: int(days.denominator) for zone, days in inside.items() if len(days.days)}


def _by_zone(rows: pl.DataFrame) -> dict[str, int]:
    return dict(rows.group_by("zone").agg(pl.col("rows").sum()).iter_rows())


def _counted(rows: pl.DataFrame, exposures: Mapping[str, int]) -> Talk:
    """Add up texts' matches ('theme=keyword' pairs) by zone."""
    texts = rows["value"].drop_nulls().unique().to_list()
    pairs = [(text, *pair) for text in texts for pair in sorted(_pairs(text))]
    columns = dict.fromkeys(("value", "theme", "word"), pl.String)
    held = rows.join(pl.DataFrame(pairs, columns, orient="row"), on="value")
    once = held.unique(["zone", "value", "theme"])
    words: dict[str, dict[str, int]] = {}
    for theme, word, count in _added(held, "theme", "word"):
        words.setdefault(theme, {})[word] = count
    cases = {(theme, zone): count for theme, zone, count in _added(once, "theme", "zone")}
    matched = once.unique(["zone", "value"])
    said, known = (int(some["rows"].sum()) for some in (rows, matched))
    return Talk(cases, exposures, words, said, said - known)


def _added(rows: pl.DataFrame, *by: str) -> list[tuple]:
    return rows.group_by(by).agg(pl.col("rows").sum()).sort(by).rows()


def _pairs(text: str) -> set[tuple[str, str]]:
    """Theme and keyword of every match in the contacts of a delivery, or in a comment."""
    parts = (pair.partition(PAIR) for one in text.split(";") for pair in one.split(END))
    return {(theme, word) for theme, is_pair, word in parts if is_pair}


def _filed(reader: Reader, scope: Scope) -> dict[str, int]:
    """How often the contact tool filed something under each of its words."""
    found = Counter[str]()
    for text, count in reader.distribution("contact_tool_themes", (), scope).iter_rows():
        found.update(dict.fromkeys((text or "").split(";"), count))
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))


def _compare(
    reader: Reader, now: Mapping[Source, Talk], then: Mapping[Source, Talk]
) -> tuple[list[Emergence], list[Emergence]]:
    """Two families: themes over the whole scope, and themes by zone."""
    whole: list[Emergence] = []
    single: list[Emergence] = []
    for source in SOURCES:
        one, other = now[source], then[source]
        names = {theme for theme, _ in one.cases}
        zones = sorted(one.exposures)
        for theme in sorted(names):
            label = reader.themes.label(theme)
            cells = [_cell(source, (theme, label), zone, one, other) for zone in zones]
            whole.append(_together(cells))
            single += cells
    return _judged(whole), [one for one in _judged(single) if one.ratio is not None]


def _cell(source: Source, theme: tuple[str, str], zone: str, now: Talk, then: Talk) -> Emergence:
    name, label = theme
    counts = now.cases.get((name, zone), 0), then.cases.get((name, zone), 0)
    exposures = now.exposures.get(zone, 0), then.exposures.get(zone, 0)
    return Emergence(source, name, label, zone, *counts, *exposures)


def _together(cells: list[Emergence]) -> Emergence:
    return replace(
        cells[0],
        zone=EVERYWHERE,
        now=sum(one.now for one in cells),
        before=sum(one.before for one in cells),
        exposure=sum(one.exposure for one in cells),
        exposure_before=sum(one.exposure_before for one in cells),
    )


def _judged(family: list[Emergence]) -> list[Emergence]:
    """The family with ratios; corrected over those that enough is known of."""
    measured = [replace(one, ratio=_ratio(one)) for one in family]
    able = [at for at, one in enumerate(measured) if one.ratio is not None]
    p_values = [ratio.p_risen for one in measured if (ratio := one.ratio) is not None]
    for at, p_value in zip(able, benjamini_hochberg(p_values), strict=True):
        measured[at] = replace(measured[at], p_value=p_value, emerging=p_value <= LEVEL)
    return measured


def _ratio(one: Emergence) -> RateRatio | None:
    too_few = min(one.exposure, one.exposure_before) < FEWEST
    if too_few or one.now + one.before < FEWEST_CASES:
        return None
    return rate_ratio((one.now, one.exposure), (one.before, one.exposure_before))


def _message(
    now: Mapping[Source, Talk],
    base: Period | None,
    zones: Iterable[Emergence],
    overall: Iterable[Emergence],
) -> str:
    if not any(talk.said for talk in now.values()):
        return "No contact and no comment is known about these deliveries"
    if base is None:
        return "Nothing lies before these days to compare their themes with"
    rising: dict[str, list[str]] = {}
    for one in zones:
        if one.emerging and one.zone not in rising.setdefault(one.label, []):
            rising[one.label].append(one.zone)
    everywhere = sorted({one.label for one in overall if one.emerging} - set(rising))
    said = [f"“{label}” is rising in {_and(sorted(held))}" for label, held in rising.items()]
    said += [f"“{label}” is rising over all zones together" for label in everywhere]
    return "; ".join(said) or "No theme is rising beyond chance"


def _and(names: list[str], most: int = 4) -> str:
    if len(names) > most:
        return f"{len(names)} zones"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
