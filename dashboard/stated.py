"""What queries/ states in TOML beside SQL: pools of cost, rules to split them, roll-ups."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from dashboard.errors import CatalogError

PoolKind = Literal["drop", "shared"]

BOOKED = "booked"
TIME_DRIVEN = "tdabc"
OTHER = "other"


@dataclass(frozen=True)
class Pool:
    """One kind of cost.

    Attributes:
        kind: A charge per 'drop' stays where it is; a 'shared' pool is split by rules.
        by_route: Whether it is what routes cost, priced at their rates under TDABC.
    """

    name: str
    label: str
    kind: PoolKind
    by_route: bool = False

    @property
    def metric(self) -> str:
        """The metric that sums it."""
        return f"cost_{self.name}"


@dataclass(frozen=True)
class Rule:
    """One way to split shared pools.

    Attributes:
        driver: The metric whose sums are the weights; None where there is none.
        says: The rule in a sentence.
    """

    name: str
    label: str
    says: str
    driver: str | None = None


@dataclass(frozen=True)
class Costs:
    """Pools and rules, in the order of the file."""

    pools: Mapping[str, Pool]
    rules: Mapping[str, Rule]

    @property
    def shared(self) -> tuple[str, ...]:
        """Names of the pools that rules split."""
        return tuple(name for name, pool in self.pools.items() if pool.kind == "shared")

    @property
    def six(self) -> tuple[str, ...]:
        """Names of the rules that split; as booked is none."""
        return tuple(name for name in self.rules if name != BOOKED)


@dataclass(frozen=True)
class Cells:
    """A roll-up of its own, over one or several dimensions at once.

    Attributes:
        kept: Whether it keeps each day, or months.
        rolled_with: The pass over the rows in which it is made.
        metrics: What it holds; by default all metrics that are kept in cells.
    """

    name: str
    fact: str
    date: str
    dimensions: tuple[str, ...]
    kept: str = "month"
    rolled_with: str = ""
    metrics: tuple[str, ...] = ()


TOGETHER = " / "


@dataclass(frozen=True)
class Factor:
    """One thing that makes a delivery easy or hard, and that no carrier chooses.

    Attributes:
        sql: Its level, over one row of deliveries; null is a level of its own.
        calendar: Whether it reads the calendar of the promised day.
        number: Whether its levels are whole numbers; else they are text.
        parts: SQL of what its levels are made of, where it is several factors together;
            levels are those of the parts, with `TOGETHER` between.
    """

    name: str
    label: str
    sql: str
    calendar: bool = False
    number: bool = False
    parts: tuple[str, ...] = ()


TakenTogether = Literal["neighbours", "parts of the day"]


@dataclass(frozen=True)
class CauseDimension:
    """A dimension that the search for causes combines with others.

    Attributes:
        sql: Its value, over one row of deliveries; null is a value of its own.
        taken_together: Values that together are a value as well; None for none.
        of_depot: Whether one value lies in one depot.
        of_days: Whether one value is one day of the week.
        most: Dimensions that a combination with this one may have, itself included.
    """

    name: str
    label: str
    sql: str
    taken_together: TakenTogether | None = None
    of_depot: bool = False
    of_days: bool = False
    most: int = 3


def read_costs(queries: Path) -> Costs:
    """Read costs.toml.

    Raises:
        CatalogError: A key or value is not what it may be.
    """
    path = queries / "costs.toml"
    stated = _stated(path)
    try:
        pools = {name: Pool(name, **keys) for name, keys in stated["pools"].items()}
        rules = {name: Rule(name, **keys) for name, keys in stated["rules"].items()}
    except (KeyError, TypeError) as wrong:
        message = f"{path.name}: {wrong}; state [pools.*] and [rules.*] with their keys only"
        raise CatalogError(message) from wrong
    for pool in pools.values():
        if pool.kind not in ("drop", "shared"):
            message = f"{path.name}: pool {pool.name} is '{pool.kind}'; use 'drop' or 'shared'"
            raise CatalogError(message)
    return Costs(pools, rules)


def read_cells(queries: Path) -> dict[str, Cells]:
    """Read rollups.toml.

    Raises:
        CatalogError: A key is missing or not known.
    """
    path = queries / "rollups.toml"
    try:
        return {
            name: Cells(
                name,
                keys["fact"],
                keys["date"],
                tuple(keys["dimensions"]),
                keys.get("kept", "month"),
                keys.get("pass", name),
                tuple(keys.get("metrics", ())),
            )
            for name, keys in _stated(path).items()
        }
    except KeyError as wrong:
        message = f"{path.name}: {wrong} is missing; state fact, date and dimensions"
        raise CatalogError(message) from wrong


def read_case_mix(queries: Path) -> dict[str, Factor]:
    """Read case_mix.toml.

    Raises:
        CatalogError: A key is missing or not known.
    """
    path = queries / "case_mix.toml"
    try:
        return {name: Factor(name, **keys) for name, keys in _stated(path).items()}
    except TypeError as wrong:
        message = f"{path.name}: {wrong}; state label and sql, calendar where it is read"
        raise CatalogError(message) from wrong


def read_causes(queries: Path) -> dict[str, CauseDimension]:
    """Read causes.toml.

    Raises:
        CatalogError: A key is missing or not known, or a value is not what it may be.
    """
    path = queries / "causes.toml"
    try:
        found = {name: CauseDimension(name, **keys) for name, keys in _stated(path).items()}
    except TypeError as wrong:
        message = f"{path.name}: {wrong}; state label and sql, and what else the file explains"
        raise CatalogError(message) from wrong
    for one in found.values():
        if one.taken_together not in (None, *get_args(TakenTogether)):
            allowed = " or ".join(f"'{name}'" for name in get_args(TakenTogether))
            message = f"{path.name}: [{one.name}] takes '{one.taken_together}'; use {allowed}"
            raise CatalogError(message)
    return found


def _stated(path: Path) -> dict[str, Any]:
    """A file's tables; none where a catalogue of one's own has no such file."""
    if not path.exists():
        return {"pools": {}, "rules": {}} if path.stem == "costs" else {}
    return tomllib.loads(path.read_text(encoding="utf-8"))
