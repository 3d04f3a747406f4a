"""Who may see what: a policy names, per table, the rows and columns it shows.

No policy, no rows: the warehouse answers a query only through the views of one policy.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True)
class TableRule:
    """What a policy shows of one table.

    Attributes:
        rows: Column to the values shown; a table that lacks the column is not shown
            at all. Empty means all rows.
        hidden: Columns that do not exist for this policy.
    """

    rows: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()


@dataclass(frozen=True, eq=False)
class Policy:
    """One reader's view of the warehouse.

    Attributes:
        id: Part of every cache key; two policies never share one.
        rules: Rule per table name. A table without an entry does not exist, unless
            `default` says otherwise.
        default: The rule for tables that have no entry; None hides them.
    """

    id: str
    rules: Mapping[str, TableRule] = field(default_factory=lambda: MappingProxyType({}))
    default: TableRule | None = None

    def rule(self, table: str) -> TableRule | None:
        """The rule for a table, or None when the table does not exist for this policy."""
        return self.rules.get(table, self.default)


PEOPLE = frozenset({"driver_id"})
"""Columns that stand for one person: hidden from every role that does not lead drivers."""

LOCAL_USER = Policy("local", default=TableRule())
"""Without a login: one local user, who sees everything."""


NO_DRIVERS = Policy("no drivers", default=TableRule(hidden=PEOPLE))
"""Sees everything but who drove."""


def one_carrier(carrier: str) -> Policy:
    """A carrier's own view: its rows without who drove, and the tables that are nobody's."""
    shared = {table: TableRule() for table in ("zones", "calendar", "exclusion_windows")}
    own = TableRule(rows={"carrier": (carrier,)}, hidden=PEOPLE)
    return Policy(f"carrier:{carrier}", rules=shared, default=own)
