"""A contract as a whole, and what its clauses must agree on."""

from collections import Counter
from datetime import date
from typing import Annotated, Literal, Self
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, model_validator

from dashboard.contracts.clauses import (
    AnyClause,
    Consecutive,
    EarnBack,
    MinVolume,
    PerDelivery,
    Rate,
)
from dashboard.contracts.numbers import Share
from dashboard.contracts.sums import Amount, Stated


def _zone(name: str) -> str:
    if name not in available_timezones():
        message = f"is '{name:.60}', no time zone; write one like \"Europe/Berlin\""
        raise ValueError(message)
    return name


class Terms(Stated):
    """The table `[contract]`.

    Attributes:
        version: Counts up when the contract is written anew.
        valid_from, valid_to: Local days; `valid_to` is exclusive.
        timezone: Whose days count.
        rounding: The one rule there is.
        fee_base: Column of the deliveries that percentages are of.
        maturity_days: How long after its promise a delivery is settled.
        contract_cap: The most that penalties less bonuses of a quarter may come to.
    """

    carrier: Annotated[str, Field(min_length=1, max_length=80)]
    version: Annotated[int, Field(ge=1)]
    valid_from: date
    valid_to: date
    timezone: Annotated[str, AfterValidator(_zone)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    rounding: Literal["half_up 0.01 per line"] = "half_up 0.01 per line"
    fee_base: str = "carrier_charge"
    maturity_days: Annotated[int, Field(ge=0, le=366)] = 0
    contract_cap: Amount | None = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.valid_to <= self.valid_from:
            found = f"is valid from {self.valid_from} to {self.valid_to}"
            message = f"{found}; let it end after it starts (valid_to is exclusive)"
            raise ValueError(message)
        return self


class DataTerms(Stated):
    """The table `[data]`: of which share of its deliveries a carrier has to say what happened.

    Attributes:
        scan_share: Of closed deliveries, with an event.
        place_share: Of them, with coordinates.
        time_share: Of deliveries that arrived, with the time.
        proof_share: Of them, with a proof.
        reason_share: Of those that failed or were retried, with a reason.
    """

    scan_share: Share | None = None
    place_share: Share | None = None
    time_share: Share | None = None
    proof_share: Share | None = None
    reason_share: Share | None = None


class Contract(Stated):
    """A contract: its terms, its clauses in the order of the file, what data it asks for."""

    contract: Terms
    data: DataTerms = DataTerms()
    clause: Annotated[tuple[AnyClause, ...], Field(strict=False, min_length=1)]

    @model_validator(mode="after")
    def _clauses_agree(self) -> Self:
        twice = [name for name, n in Counter(one.id for one in self.clause).items() if n > 1]
        if twice:
            message = f"there are two clauses '{twice[0]}'; give each an id of its own"
            raise ValueError(message)
        for one in self.clause:
            if isinstance(one, Consecutive):
                self._check_named(one.id, "of", (one.of,), Rate)
            elif isinstance(one, EarnBack):
                self._check_named(one.id, "of", one.of, (Rate, Consecutive, PerDelivery))
            elif isinstance(one, PerDelivery):
                self._check_own_fee(one)
                self._check_named(one.id, "not_with", one.not_with, Rate)
        return self

    def _check_own_fee(self, clause: PerDelivery) -> None:
        if clause.amount.money is None and self.contract.fee_base != "carrier_charge":
            message = (
                f"{clause.id}: a percentage of one delivery's fee, while fee_base is "
                f"'{self.contract.fee_base}'; give money, or take carrier_charge as fee_base"
            )
            raise ValueError(message)

    def _check_named(
        self, clause: str, key: str, names: tuple[str, ...], kinds: type | tuple[type, ...]
    ) -> None:
        fitting = [
            one.id
            for one in self.clause
            if isinstance(one, kinds) and not isinstance(one, (EarnBack, MinVolume))
        ]
        for name in names:
            if name not in fitting:
                known = ", ".join(fitting) or "(there is none)"
                message = f"{clause}: {key} names '{name:.60}'; use one of {known}"
                raise ValueError(message)

    @property
    def carrier(self) -> str:
        """Whose contract it is."""
        return self.contract.carrier

    @property
    def name(self) -> str:
        """What people call it."""
        return f"{self.carrier}, version {self.contract.version}"

    @property
    def clauses(self) -> tuple[AnyClause, ...]:
        """The clauses, in the order of the file."""
        return self.clause

    def named(self, clause: str) -> AnyClause:
        """One clause by its id, which the contract's own checks know to exist."""
        return next(one for one in self.clause if one.id == clause)
