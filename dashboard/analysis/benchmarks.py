"""Published figures beside ours, recomputed under their definition, or why not."""

from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.analysis.figures import Figure, measured
from dashboard.analysis.satisfaction.themes import themes
from dashboard.benchmarks import Benchmark
from dashboard.errors import ScopeError
from dashboard.scope import Scope
from dashboard.warehouse import Reader

COMPLEMENT, THEME = "1 - ", "theme:"
_PERCENT = 100.0
_UNSAID = "nobody has said which of our figures counts the same"


@dataclass(frozen=True)
class Compared:
    """A published figure and ours.

    Attributes:
        stale: Over three years old at the snapshot's as_of, or undated.
        ours: Our figure in the published unit; None where there is none.
        low, high: Its 95 % interval; None without one.
        counted: How many of our rows it stands on.
        why_not: Why there is no figure of ours; empty where there is one.
    """

    published: Benchmark
    stale: bool
    ours: float | None
    low: float | None
    high: float | None
    counted: int | None
    why_not: str


def benchmarks(reader: Reader, scope: Scope) -> tuple[Compared, ...]:
    """Recompute each published figure over a scope, as far as our data can.

    Raises:
        UnknownNameError: A file names a metric that the catalogue does not have.
    """
    published = reader.benchmarks
    names = {_metric(one.ours) for one in published if one.ours and THEME not in one.ours}
    found = {one.metric.name: one for one in measured(reader, sorted(names), (), scope)}
    said = _theme_shares(reader, scope, published)
    return tuple(_compared(one, found, said, reader) for one in published)


def _compared(
    one: Benchmark, found: Mapping[str, Figure], said: Mapping[str, float], reader: Reader
) -> Compared:
    stale = one.is_stale(reader.manifest.as_of.date())
    if not one.ours:
        return Compared(one, stale, None, None, None, None, one.not_comparable or _UNSAID)
    if one.ours.startswith(THEME):
        share = said.get(one.ours.removeprefix(THEME))
        why = "" if share is not None else "no contact is known about these deliveries"
        ours = None if share is None else _PERCENT * share
        return Compared(one, stale, ours, None, None, None, why)
    figure = found.get(_metric(one.ours))
    if figure is None or figure.value is None or figure.is_thin:
        why = f"fewer than 30 of our rows have what {_metric(one.ours)} counts"
        return Compared(one, stale, None, None, None, None, why)
    scaled = tuple(_scaled(end, one) for end in (figure.value, figure.low, figure.high))
    low, high = sorted(scaled[1:], key=lambda end: end or 0.0)
    counted = None if figure.denominator is None else int(figure.denominator)
    return Compared(one, stale, scaled[0], low, high, counted, "")


def _metric(ours: str) -> str:
    return ours.removeprefix(COMPLEMENT)


def _scaled(value: float | None, one: Benchmark) -> float | None:
    if value is None:
        return None
    turned = 1 - value if one.ours.startswith(COMPLEMENT) else value
    return _PERCENT * turned if one.unit.startswith("%") else turned


def _theme_shares(
    reader: Reader, scope: Scope, published: tuple[Benchmark, ...]
) -> dict[str, float]:
    """Share of the deliveries with a contact, by theme; nothing where none is known."""
    if not any(one.ours.startswith(THEME) for one in published):
        return {}
    try:
        review = themes(reader, scope)
    except ScopeError:
        return {}
    said = review.now["contacts"].said
    cases = {one.theme: one.now for one in review.overall if one.source == "contacts"}
    return {theme: count / said for theme, count in cases.items()} if said else {}
