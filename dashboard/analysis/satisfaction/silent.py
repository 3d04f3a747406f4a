"""Silent failures: promises missed that nobody complained of, the customer never back."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from statsmodels.stats.proportion import confint_proportions_2indep

from dashboard.analysis.figures import FEWEST
from dashboard.errors import AccessError
from dashboard.scope import Scope
from dashboard.warehouse import Reader

WHOLE = "All segments"
MATURE_DAYS = 60


@dataclass(frozen=True)
class Silence:
    """One segment's missed promises, and its kept ones beside them.

    Attributes:
        missed: Deliveries late or not delivered, due for 60 days, customer known.
        unanswered: Of them, without an answered survey.
        gone: Of them, whose customer ordered nothing after the promise.
        silent: Both.
        kept, kept_silent: The same of kept promises: what silence is usual.
    """

    segment: str
    missed: int
    unanswered: int
    gone: int
    silent: int
    kept: int
    kept_silent: int

    @property
    def share(self) -> float | None:
        """Silent of the missed; None without any."""
        return self.silent / self.missed if self.missed else None

    @property
    def usual(self) -> float | None:
        """Silent of the kept; None without any."""
        return self.kept_silent / self.kept if self.kept else None


@dataclass(frozen=True)
class Excess:
    """How much more often missed promises go silent than kept ones: the part to act on.

    Attributes:
        value: Share of missed less share of kept.
        low, high: 95 % interval (Newcombe).
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class SilentFailures:
    """Silent failures of a scope.

    Attributes:
        excess: Over all segments; None under 30 missed or kept promises.
        whole: All segments.
        segments: Those with a missed promise, the most silent failures first.
        known: Whether any customer is known; without, nothing can be told.
    """

    whole: Silence
    excess: Excess | None
    segments: tuple[Silence, ...]
    known: bool


def silent_failures(reader: Reader, scope: Scope) -> SilentFailures:
    """Count missed promises without answer and without a later order.

    A customer of last week has had no time to order again: only promises that fell due
    60 days before the snapshot's as_of are judged, kept ones beside missed ones.
    """
    try:
        found = reader.report("silent_failures", scope).rows(named=True)
    except AccessError:
        found = []
    counts: dict[str, Counter[str]] = {}
    for row in found:
        kind = "kept" if row["outcome"] == "kept" else "missed"
        own = {f"{kind}_{part}": int(row[part])
               for part in ("deliveries", "unanswered", "gone", "silent")}  # fmt: skip
        counts.setdefault(row["segment"], Counter()).update(own)
    segments = [_silence(name, [own]) for name, own in counts.items()]
    whole = _silence(WHOLE, counts.values())
    return SilentFailures(
        whole=whole,
        excess=_excess(whole),
        segments=tuple(
            sorted((one for one in segments if one.missed), key=lambda one: -one.silent)
        ),
        known=bool(found),
    )


def _excess(whole: Silence) -> Excess | None:
    if min(whole.missed, whole.kept) < FEWEST or whole.share is None or whole.usual is None:
        return None
    low, high = confint_proportions_2indep(
        whole.silent, whole.missed, whole.kept_silent, whole.kept, "newcomb", "diff"
    )
    return Excess(whole.share - whole.usual, float(low), float(high))


def _silence(segment: str, parts: Iterable[Counter[str]]) -> Silence:
    total = Counter[str]()
    for part in parts:
        total.update(part)
    return Silence(
        segment=segment,
        missed=total["missed_deliveries"],
        unanswered=total["missed_unanswered"],
        gone=total["missed_gone"],
        silent=total["missed_silent"],
        kept=total["kept_deliveries"],
        kept_silent=total["kept_silent"],
    )
