"""The kinds of clauses, each with the keys that it knows.

Positive amounts are what the carrier owes us; bonuses and commitments of ours are negative.
"""

from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, InstanceOf, model_validator

from dashboard.contracts.conditions import Condition, condition
from dashboard.contracts.numbers import Positive, Share, written
from dashboard.contracts.sums import Amount, Band, Cap, Stated

Names = Annotated[tuple[str, ...], Field(strict=False)]
Months = Literal["month", "quarter"]
_NOTHING, _ALL = Fraction(0), Fraction(1)
WITH_GRACE = ("on_time_rate", "on_time_attempt_rate")
"""Metrics that a period of grace makes sense for: a moment against the promise."""


class IntervalRule(Stated):
    """Whether chance may be fined.

    Attributes:
        kind: 'none', or 'upper_below_target': only where the whole interval of the figure
            lies below the target.
        confidence: Of the two-sided interval.
        cluster: What varies together.
    """

    kind: Literal["none", "upper_below_target"] = "none"
    confidence: Share = Field(default="0.95", validate_default=True)
    cluster: Literal["week", "day"] = "week"

    @model_validator(mode="after")
    def _confidence_leaves_room(self) -> Self:
        if not 0 < self.confidence < 1:
            found = written(self.confidence)
            message = f'has a confidence of {found}; write one between 0 and 1, like "0.95"'
            raise ValueError(message)
        return self


class Clause(Stated):
    """What every clause may say.

    Attributes:
        id: Its name in the contract.
        segment, service: What it is about; empty is all.
        period: How often it is settled.
        exclusions: Windows whose deliveries do not count.
        excused: Declared reasons that excuse a missed delivery.
        need_evidence: Whether an excuse needs an event with evidence.
        floor: Below it nothing is paid.
        cap: The most that one line may come to.
    """

    id: Annotated[str, Field(min_length=1, max_length=40)]
    segment: Names = ()
    service: Names = ()
    period: Months = "quarter"
    exclusions: Names = ()
    excused: Names = ()
    need_evidence: bool = False
    floor: Amount | None = None
    cap: Cap | None = None

    @model_validator(mode="after")
    def _cap_fits(self) -> Self:
        if self.cap and self.cap.per_delivery and not isinstance(self, PerDelivery):
            message = "has a cap per delivery; give money or percent_of_fee to this kind of clause"
            raise ValueError(message)
        return self


class Rate(Clause):
    """A clause on a share: of the deliveries that count, how many were kept?

    Attributes:
        metric: Its name in the catalogue.
        promise: The promise that counts.
        grace_minutes: How much later still counts as kept; timed promises only.
        min_deliveries: With fewer nothing is judged.
        interval_rule: Whether chance may be fined.
    """

    metric: str
    promise: Literal["committed"] = "committed"
    grace_minutes: Annotated[int, Field(ge=0, le=1440)] = 0
    min_deliveries: Annotated[int, Field(ge=0)] = 0
    interval_rule: IntervalRule = IntervalRule()


class _Stepped(Rate):
    target: Share
    partial_step: Literal["none", "pro_rata"] = "none"
    amount: Amount


class Linear(_Stepped):
    """So much for every step that the share falls short of its target."""

    kind: Literal["linear"]
    step: Positive


class Incentive(_Stepped):
    """A bonus: for every step above the target, or, without steps, for reaching it."""

    kind: Literal["incentive"]
    step: Positive | None = None


class Cliff(Rate):
    """One amount as soon as the share falls short of its target."""

    kind: Literal["cliff"]
    target: Share
    amount: Amount


class Tier(Rate):
    """What the share brings by the band that it falls in.

    Attributes:
        tiers: From the lowest to the highest, without a gap from 0 to 1.
        target: What the interval rule compares with; needed by it alone.
    """

    kind: Literal["tier"]
    tiers: Annotated[tuple[Band, ...], Field(strict=False, min_length=1)]
    target: Share | None = None

    @model_validator(mode="after")
    def _bands_meet(self) -> Self:
        bands = sorted(self.tiers, key=lambda band: band.low)
        for band in bands:
            if band.low >= band.high:
                found = f"has a tier from {written(band.low)} to {written(band.high)}"
                message = f"{found}; let each end above its start"
                raise ValueError(message)
        edges = [(_NOTHING, bands[0].low)]
        edges += [(one.high, other.low) for one, other in pairwise(bands)]
        for before, after in [*edges, (bands[-1].high, _ALL)]:
            _check_meeting(before, after)
        if self.interval_rule.kind != "none" and self.target is None:
            message = "has an interval rule and no target; add the target that it compares with"
            raise ValueError(message)
        return self

    @property
    def bands(self) -> tuple[Band, ...]:
        """The tiers, lowest first."""
        return tuple(sorted(self.tiers, key=lambda band: band.low))


class Consecutive(Clause):
    """More of another clause, from the n-th period in a row below a value on.

    Attributes:
        of: The clause whose amount is multiplied.
        below: The value.
        count: From which period in a row on.
        multiplier: The amounts of both clauses together are so many times that of `of`.
    """

    kind: Literal["consecutive"]
    of: str
    below: Share
    count: Annotated[int, Field(ge=2, le=24)]
    multiplier: Positive

    @model_validator(mode="after")
    def _adds_something(self) -> Self:
        if self.multiplier <= 1:
            found = written(self.multiplier)
            message = f'has a multiplier of {found}; write one above 1, like "1.5"'
            raise ValueError(message)
        stated = {"segment", "service", "exclusions", "excused", "need_evidence", "period"}
        own = stated & self.model_fields_set
        if own:
            named = ", ".join(sorted(own))
            message = f"states {named}; leave that to the clause that it is of"
            raise ValueError(message)
        return self


class PerDelivery(Clause):
    """A credit for every delivery that meets a condition.

    Attributes:
        condition: What a delivery must be like.
        amount: For one delivery; a percentage is of its own fee.
        not_with: Rate clauses: what was fined there as missed brings no credit here.
    """

    kind: Literal["per_delivery"]
    condition: Annotated[InstanceOf[Condition], BeforeValidator(condition)]
    amount: Amount
    not_with: Names = ()


class MinVolume(Clause):
    """What we owe for every delivery that we handed over too few.

    Attributes:
        committed: How many we promised to hand over in a period.
        amount: For one delivery, in money.
    """

    kind: Literal["min_volume"]
    committed: Annotated[int, Field(ge=0)]
    amount: Amount

    @model_validator(mode="after")
    def _is_in_money(self) -> Self:
        if self.amount.money is None:
            message = 'pays a percentage per delivery short; give money, like "1.10"'
            raise ValueError(message)
        if self.exclusions or self.excused:
            message = "names exclusions or excuses; leave them out: what was handed over counts"
            raise ValueError(message)
        return self


class EarnBack(Rate):
    """A part of a penalty returned when a later quarter is good enough.

    Attributes:
        of: The clauses whose penalties are returned.
        target: What the later quarter must reach.
        periods: Within how many quarters.
        share: Of the penalty.
    """

    kind: Literal["earn_back"]
    of: Annotated[tuple[str, ...], Field(strict=False, min_length=1)]
    target: Share
    periods: Annotated[int, Field(ge=1, le=8)] = 1
    share: Share

    @model_validator(mode="after")
    def _is_by_quarter(self) -> Self:
        if self.period != "quarter":
            message = "earns back by the month; leave period out: it compares quarters"
            raise ValueError(message)
        return self


AnyClause = Annotated[
    Linear | Tier | Cliff | Incentive | Consecutive | PerDelivery | MinVolume | EarnBack,
    Field(discriminator="kind"),
]


def _check_meeting(before: Fraction, after: Fraction) -> None:
    if before < after:
        found = f"has no tier from {written(before)} to {written(after)}"
        message = f"{found}; let the tiers cover 0 to 1 without a gap"
        raise ValueError(message)
    if before > after:
        found = f"has two tiers from {written(after)} to {written(before)}"
        message = f"{found}; let each begin where the one below ends"
        raise ValueError(message)
