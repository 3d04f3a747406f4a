"""What queries/ states in TOML beside SQL: pools of cost, rules to split them, roll-ups."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

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


def _stated(path: Path) -> dict[str, Any]:
    """A file's tables; none where a catalogue of one's own has no such file."""
    if not path.exists():
        return {"pools": {}, "rules": {}} if path.stem == "costs" else {}
    return tomllib.loads(path.read_text(encoding="utf-8"))
