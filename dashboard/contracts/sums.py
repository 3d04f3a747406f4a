"""Amounts of money as a clause states them: so much, or a percentage of the fee."""

from decimal import Decimal
from fractions import Fraction
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dashboard.contracts.numbers import Exact, Share, written

PERCENT = 100


class Stated(BaseModel):
    """A part of a contract: frozen, and refusing keys that nobody knows."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Sum(Stated):
    """An amount: `{money = "4.00"}` or `{percent_of_fee = "0.10"}`.

    Attributes:
        money: In the contract's currency.
        percent_of_fee: Of the fee of what the clause judges; "0.10" is a tenth of a percent.
    """

    money: Exact | None = None
    percent_of_fee: Exact | None = None

    @model_validator(mode="after")
    def _is_one_amount(self) -> Self:
        given = [part for part in (self.money, self.percent_of_fee) if part is not None]
        if len(given) != 1:
            message = f"states {len(given)} amounts; give money or percent_of_fee, and only one"
            raise ValueError(message)
        if self.percent_of_fee is not None and abs(self.percent_of_fee) > PERCENT:
            found = written(self.percent_of_fee)
            message = f"is {found} % of the fee; write at most 100"
            raise ValueError(message)
        return self

    @property
    def sign(self) -> Fraction:
        """The number as written, whatever its unit."""
        return self.money if self.money is not None else self.percent_of_fee or Fraction(0)

    def of(self, fee: Decimal) -> Fraction:
        """The amount, given the fee that a percentage is of."""
        if self.money is not None:
            return self.money
        return (self.percent_of_fee or Fraction(0)) * Fraction(fee) / PERCENT

    @property
    def words(self) -> str:
        """As people say it: '0.1 % of the fee', '4 in money'."""
        if self.money is not None:
            return f"{float(self.money):,.2f}"
        return f"{written(self.percent_of_fee or Fraction(0))} % of the fee"


class Amount(Sum):
    """An amount that is not negative."""

    @model_validator(mode="after")
    def _is_not_negative(self) -> Self:
        if self.sign < 0:
            message = f"is negative ({written(self.sign)}); write how much without a sign"
            raise ValueError(message)
        return self


class Cap(Stated):
    """The most that a clause may come to, or that one delivery may bring.

    Attributes:
        money, percent_of_fee: As `Sum`, over the clause's period.
        per_delivery: The column that a credit for one delivery never exceeds.
    """

    money: Exact | None = None
    percent_of_fee: Exact | None = None
    per_delivery: Literal["carrier_charge"] | None = None

    @model_validator(mode="after")
    def _is_one_cap(self) -> Self:
        given = (self.money, self.percent_of_fee, self.per_delivery)
        if sum(part is not None for part in given) != 1:
            message = "is not one cap; give money, percent_of_fee or per_delivery, and only one"
            raise ValueError(message)
        stated = self.money if self.money is not None else self.percent_of_fee or Fraction(0)
        if stated < 0:
            message = f"is negative ({written(stated)}); write how much without a sign"
            raise ValueError(message)
        return self

    @property
    def total(self) -> Amount | None:
        """The cap on the clause as a whole; None where it is one per delivery."""
        if self.per_delivery:
            return None
        return Amount(money=self.money, percent_of_fee=self.percent_of_fee)


class Band(Sum):
    """A tier: what a value from `low` (inclusive) to `high` (exclusive) brings.

    A negative amount is a bonus. The highest band holds its upper end too.
    """

    low: Share = Field(alias="from")
    high: Share = Field(alias="to")
