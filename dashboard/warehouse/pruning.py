"""Pruning: old snapshots go, and with them the files that only they named."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from dashboard.errors import WarehouseError
from dashboard.warehouse.snapshots import Store

HoldSignOffs = Callable[[], AbstractContextManager[frozenset[int]]]
"""Gives the ids of the snapshots signed off; nobody can sign off another one meanwhile."""


@dataclass(frozen=True)
class Pruned:
    """What pruning takes away.

    Attributes:
        snapshots: Ids taken away, oldest first.
        kept: Ids that stay, oldest first.
        signed_off: Those of `kept` that stay only because somebody signed them off.
        files: Table files deleted.
        bytes: What they took on disk.
    """

    snapshots: tuple[int, ...]
    kept: tuple[int, ...]
    signed_off: tuple[int, ...]
    files: int
    bytes: int


def prune(store: Store, keep: int, hold: HoldSignOffs, *, dry_run: bool = False) -> Pruned:
    """Take away all snapshots but the newest ones and those signed off.

    Args:
        store: The warehouse.
        keep: How many of the newest stay; at least 1.
        hold: Holds the sign-offs.
        dry_run: Say what would go, and leave it.

    Raises:
        WarehouseError: Not even the newest would stay, or there is no warehouse.
        ImportConflictError: An import or another command holds the lock.
    """
    if keep < 1:
        message = f"{keep} snapshots would stay; keep at least the newest"
        raise WarehouseError(message)
    store.check()
    with store.locked("pruning of"), hold() as signed_off:
        return take_away(store, store.ids()[:-keep], signed_off, dry_run=dry_run)


def take_away(
    store: Store, unwanted: list[int], signed_off: frozenset[int], *, dry_run: bool = False
) -> Pruned:
    """Take away snapshots, but for those signed off; only under the lock.

    The manifests go first: a snapshot is whole or it is not there.
    """
    gone = [snapshot for snapshot in unwanted if snapshot not in signed_off]
    orphans = store.orphans(gone)
    pruned = Pruned(
        tuple(gone),
        kept=tuple(snapshot for snapshot in store.ids() if snapshot not in gone),
        signed_off=tuple(snapshot for snapshot in unwanted if snapshot in signed_off),
        files=len(orphans),
        bytes=sum(path.stat().st_size for path in orphans),
    )
    if not dry_run:
        store.forget(gone)
        store.sweep()
    return pruned
