"""What do customers get in touch about, and what of it is new, and where?"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

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
        filed: The contact tool's own themes; '' was not filed.
        said: Deliveries with a contact, or comments.
        unmatched: Of them, without any theme.
    """

    cases: Mapping[Key, int]
    exposures: Mapping[str, int]
    words: Mapping[str, Mapping[str, int]]
    filed: Mapping[str, int]
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
        due: Deliveries due now.
    """

    message: str
    base: Period | None
    overall: tuple[Emergence, ...]
    zones: tuple[Emergence, ...]
    now: Mapping[Source, Talk]
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
    due = _due(reader, scope)
    if not due:
        raise ScopeError(nothing_found(reader, scope))
    now = {source: _talk(reader, source, scope, due) for source in SOURCES}
    then_due = _due(reader, scope.during(base)) if base else {}
    then = {source: _talk(reader, source, scope.during(base), then_due) for source in SOURCES}
    overall, zones = _compare(reader, now, then)
    return ThemeReview(
        message=_message(now, base, zones, overall),
        base=base,
        overall=tuple(sorted(overall, key=lambda one: (one.source == "comments", -one.now))),
        zones=tuple(sorted(zones, key=lambda one: (not one.emerging, one.p_value or 0.0))),
        now=now,
        due=sum(due.values()),
    )


def _base(reader: Reader, scope: Scope) -> Period | None:
    """Up to 52 weeks just before the scope's days, as far as the snapshot reaches."""
    span = reader.span()
    if scope.period is None or span is None or scope.period.start <= span.start:
        return None
    end = scope.period.start - timedelta(days=1)
    return Period(max(span.start, scope.period.start - BASE), max(end, span.start))


def _due(reader: Reader, scope: Scope) -> dict[str, int]:
    found = reader.roll_up(("on_time_rate",), ("zone",), scope)
    return {row["zone"]: int(row["denominator"]) for row in found.iter_rows(named=True)}


def _talk(reader: Reader, source: Source, scope: Scope, due: Mapping[str, int]) -> Talk:
    if not due:
        return Talk({}, {}, {}, {}, 0, 0)
    if source == "contacts":
        found = reader.report("contact_themes", scope).iter_rows()
        rows = [(zone, pairs, tools, count) for zone, pairs, tools, count in found]
        return _counted(rows, due)
    found = reader.report("comment_themes", scope).iter_rows()
    rows = [(zone, pairs or "", "", count) for zone, pairs, count in found]
    comments = Counter[str]()
    for zone, _, _, count in rows:
        comments[zone] += count
    return _counted(rows, comments)


def _counted(rows: Iterable[tuple[str, str, str, int]], exposures: Mapping[str, int]) -> Talk:
    """Add up rows of zone, 'theme=keyword' pairs, filed themes and how often."""
    cases, filed = Counter[Key](), Counter[str]()
    words: defaultdict[str, Counter[str]] = defaultdict(Counter)
    said = unmatched = 0
    for zone, text, tools, count in rows:
        pairs = {
            tuple(pair.split(PAIR, 1)) for part in text.split(";") for pair in part.split(END)
        }
        known = {(pair[0], pair[1]) for pair in pairs if len(pair) == 2}  # noqa: PLR2004
        said += count
        unmatched += 0 if known else count
        for theme in {theme for theme, _ in known}:
            cases[theme, zone] += count
        for theme, word in known:
            words[theme][word] += count
        for tool in set(tools.split(";")):
            filed[tool] += count
    return Talk(cases, exposures, words, filed, said, unmatched)


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
