"""How far a segment is from its target: in deliveries, and in money."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from dashboard.analysis.deliveries.money import BreachMoney, breach_money
from dashboard.analysis.figures import Figure, measured
from dashboard.analysis.standing import missing, standing, targets_of
from dashboard.errors import AccessError
from dashboard.scope import Scope
from dashboard.warehouse import Reader

_ON_TIME = "on_time_rate"
_SEGMENT = "segment"


@dataclass(frozen=True)
class Gap:
    """What one segment lacks to reach its target.

    Attributes:
        figure: Of the segment, over the period.
        target: In the metric's unit.
        lacking: As `standing.missing` has it: kept deliveries for a share, else the unit of
            the metric's numerator; 0 where the target is reached.
        cash: Of on-time rates: what so many breaches cost in credits, redelivery and
            contacts beyond what kept promises cost; None where it is not known.
        exposure: What so many breaches put at risk in customers' margins: an assumption
            times a margin, never added to cash; None where it is not known.
    """

    figure: Figure
    target: float
    lacking: float
    cash: Decimal | None = None
    exposure: Decimal | None = None

    @property
    def segment(self) -> str:
        """Its name."""
        return self.figure.group[0][1]

    @property
    def is_missed(self) -> bool:
        """Whether the whole interval lies on the wrong side of the target."""
        return standing(self.figure, self.target) == "missed"


def gaps(reader: Reader, metric: str, scope: Scope) -> tuple[Gap, ...]:
    """The gap of every segment that does not reach its target, the largest first.

    A segment's target is for all of it: where a filter shows segments in part, or the
    period is no part of one quarter, there is none.

    Args:
        reader: The snapshot.
        metric: Name from the catalogue.
        scope: Period and filters.
    """
    in_part = bool(scope.where) or any(name != _SEGMENT for name, _ in scope.filters)
    targets = {} if in_part or scope.period is None else targets_of(reader, scope.period)
    if not any(name == metric for _, name in targets):
        return ()
    asked = scope.during(scope.period)
    found = []
    for one in measured(reader, (metric,), (_SEGMENT,), asked):
        target = targets.get((one.group[0][1], metric))
        if target is not None and one.value is not None and not one.is_thin:
            found.append(Gap(one, target, missing(one, target)))
    short = [gap for gap in found if gap.lacking]
    money = _money(reader, asked) if short and metric == _ON_TIME else {}
    priced = [_priced(gap, money.get(gap.segment)) for gap in short]
    return tuple(sorted(priced, key=lambda gap: (-abs(gap.lacking), gap.segment)))


def _money(reader: Reader, scope: Scope) -> Mapping[str, BreachMoney]:
    """Breaches in money by segment; none where the policy hides what they stand on."""
    try:
        board = breach_money(reader, (_SEGMENT,), scope)
    except AccessError:
        return {}
    return {one.group[0][1]: one for one in board.groups}


def _priced(gap: Gap, own: BreachMoney | None) -> Gap:
    """The gap at what one breach of the segment cost in the period."""
    if own is None:
        return gap
    lacking, beyond, at_risk = Decimal(gap.lacking), own.beyond_usual, own.exposure_per_breach
    cash = None if beyond is None else lacking * beyond / own.costed
    exposure = None if at_risk is None else lacking * at_risk
    return Gap(gap.figure, gap.target, gap.lacking, cash, exposure)
