"""Every error Doorstep raises on purpose.

    DashboardError                 one line: what was found; what is needed
    ├── SettingsError              doorstep.toml or a DOORSTEP_* variable
    ├── CatalogError               a file under queries/ breaks its rules
    ├── UnknownNameError           a metric, dimension, report or value nobody defined
    ├── ScopeError                 a period or filter that cannot be read
    ├── SourceError                a raw file that cannot be taken in
    ├── ProfileError               a profile that does not fit its files or the contract
    ├── WarehouseError             a folder that is not a warehouse, or cannot be used
    │   ├── NoSnapshotError        nothing was imported yet, or the snapshot is gone
    │   ├── ImportConflictError    another import published first, or holds the lock
    │   └── DiskFullError          no room for what an import or a migration writes
    ├── ContractError              a carrier's contract that cannot be settled as written
    ├── StateError                 what people write cannot be kept or read
    ├── AccessError                a query names what its policy does not show
    └── NotEnoughDataError         a statistic that the data cannot carry

Commands print the message and end with exit code 2; pages show it as one sentence.
"""

from collections.abc import Iterable
from difflib import get_close_matches


class DashboardError(Exception):
    """Base of all errors that a user can do something about."""


class SettingsError(DashboardError):
    """A setting has a value that cannot be used."""


class CatalogError(DashboardError):
    """A file under queries/ breaks the rules of its kind."""


class UnknownNameError(DashboardError):
    """A name that stands in no closed list."""

    @classmethod
    def among(cls, kind: str, name: str, known: Iterable[str]) -> "UnknownNameError":
        """Say which name was found and which ones would do, the nearest first."""
        names = sorted(known)
        nearest = get_close_matches(name, names, n=1)
        hint = f"did you mean '{nearest[0]}'?" if nearest else f"use one of {_listed(names)}"
        return cls(f"unknown {kind} '{name}'; {hint}")


class ScopeError(DashboardError):
    """A period or a filter that cannot be read."""


class SourceError(DashboardError):
    """A raw file that cannot be taken in whole."""


class ProfileError(DashboardError):
    """A profile that does not fit its files or the contract."""


class WarehouseError(DashboardError):
    """A warehouse folder that cannot be used."""


class NoSnapshotError(WarehouseError):
    """The snapshot asked for does not exist (any more)."""


class ImportConflictError(WarehouseError):
    """Another import is running, or published first."""


class DiskFullError(WarehouseError):
    """The disk has no room for what is to be written; nothing was published."""


class ContractError(DashboardError):
    """A contract with a carrier that cannot be settled as it is written."""


class StateError(DashboardError):
    """What people write cannot be kept or read."""


class AccessError(DashboardError):
    """A query names something its policy does not show."""


class NotEnoughDataError(DashboardError):
    """A statistic that the data at hand cannot carry."""


def _listed(names: list[str], most: int = 12) -> str:
    shown = ", ".join(names[:most])
    return f"{shown}, … ({len(names)} in all)" if len(names) > most else shown or "(none exist)"
