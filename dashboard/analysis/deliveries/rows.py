"""Show me the rows: pages of deliveries under filters, and all of them as a stream."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from dashboard.analysis.figures import measured
from dashboard.catalog import Catalog
from dashboard.errors import ScopeError
from dashboard.scope import Scope, Where
from dashboard.warehouse import Order, Reader, Start

PAGE = 50
COLUMNS = (
    "committed_by",
    "delivered_at",
    "lateness_minutes",
    "status",
    "segment",
    "carrier",
    "service",
    "zone",
    "failure_reason",
    "total_cost",
)
"""What stands beside the id before anyone chose."""

SHOWN = {
    "all": "all deliveries",
    "breaches": "breaches only",
    "kept": "kept promises only",
    "undelivered": "due and never delivered",
}
_CONDITIONS = {
    "all": (),
    "breaches": (Where("is_due", "=", "yes"), Where("is_on_time", "=", "no")),
    "kept": (Where("is_due", "=", "yes"), Where("is_on_time", "=", "yes")),
    "undelivered": (Where("is_due", "=", "yes"), Where("is_delivered", "=", "no")),
}
_DERIVED = (
    "committed_from", "committed_by", "promised_date", "promised_weekday", "promised_hour",
    "is_due", "is_on_time", "is_attempt_on_time", "is_in_window", "is_on_day", "is_delivered",
    "is_cancelled_in_time", "is_not_yet_known", "is_promise_revised", "is_excluded",
    "lateness_minutes", "late_days", "lateness_band", "tried_date", "promise_minutes",
    "density_class", "contact_count", "total_cost", "cell", "warnings",
)  # fmt: skip


@dataclass(frozen=True)
class Beside:
    """Where a page begins: next to a delivery.

    Attributes:
        delivery_id: The delivery; it is not on the page.
        backwards: Whether the page ends before it.
    """

    delivery_id: str
    backwards: bool = False


@dataclass(frozen=True)
class Part:
    """Some of the rows: how many, and after which delivery; empty begins at the first."""

    most: int
    after: str = ""


@dataclass(frozen=True)
class RowPage:
    """One page of rows.

    Attributes:
        rows: delivery_id and the columns asked for, in order.
        has_before: Whether there are rows before the first.
        has_after: Whether there are rows after the last.
    """

    rows: pl.DataFrame
    has_before: bool
    has_after: bool

    @property
    def first(self) -> str | None:
        """Id of the first row."""
        return self.rows["delivery_id"][0] if self.rows.height else None

    @property
    def last(self) -> str | None:
        """Id of the last row."""
        return self.rows["delivery_id"][-1] if self.rows.height else None


@dataclass(frozen=True)
class RowSummary:
    """What a list of rows is about.

    Attributes:
        count: Deliveries, cancelled ones too.
        due: Of them, promises that have fallen due.
        breaches: Of these, not kept.
    """

    count: int
    due: int
    breaches: int

    @property
    def message(self) -> str:
        """The finding, in one line."""
        some = f"{self.count:,} deliver{'y' if self.count == 1 else 'ies'}"
        if not self.due:
            return f"{some}, none of them due yet"
        if self.breaches == self.count:
            return f"{some}, every one a broken promise"
        return f"{some}; {self.breaches:,} of {self.due:,} promises due were broken"


def row_columns(catalog: Catalog) -> Mapping[str, str]:
    """Columns that rows may show and be sorted by: the contract's, and what models derive."""
    contract = catalog.contract["deliveries"].columns
    return {name: name.replace("_", " ") for name in (*contract, *_DERIVED)}


def narrowed(scope: Scope, show: str, where: str) -> Scope:
    """A scope cut to what is shown, and by conditions as people write them.

    Args:
        scope: Period and filters.
        show: A key of `SHOWN`.
        where: Conditions between semicolons.

    Raises:
        ScopeError: A condition cannot be read.
    """
    return scope.holding(*_CONDITIONS[show], *Where.parse_all(where))


def row_page(
    reader: Reader, columns: tuple[str, ...], order: Order, scope: Scope, beside: Beside | None
) -> RowPage:
    """The rows of a scope that come next in an order.

    Raises:
        UnknownNameError: A column or dimension does not exist.
        ScopeError: A condition cannot be read, or the delivery beside does not exist.
    """
    start = _start(reader, order, beside)
    found = reader.rows.page(columns, order, scope, start, PAGE + 1)
    more = found.height > PAGE
    if beside and beside.backwards:
        return RowPage(found.tail(PAGE), has_before=more, has_after=True)
    return RowPage(found.head(PAGE), has_before=beside is not None, has_after=more)


def first_rows(
    reader: Reader, columns: tuple[str, ...], order: Order, scope: Scope, part: Part
) -> pl.DataFrame:
    """So many rows of a scope, from the first, or from the one after a delivery.

    Raises:
        UnknownNameError: A column or dimension does not exist.
        ScopeError: A condition cannot be read, or the delivery does not exist.
    """
    start = _start(reader, order, Beside(part.after) if part.after else None)
    return reader.rows.page(columns, order, scope, start, part.most)


def _start(reader: Reader, order: Order, beside: Beside | None) -> Start | None:
    if beside is None:
        return None
    return reader.rows.start(beside.delivery_id, order.column, backwards=beside.backwards)


def row_summary(reader: Reader, scope: Scope) -> RowSummary:
    """How many deliveries a scope holds, and how many promises of theirs were broken.

    Raises:
        ScopeError: It holds none.
    """
    count = reader.rows.count(scope)
    if not count:
        raise ScopeError(_nothing(scope))
    judged = measured(reader, ("on_time_rate",), (), scope)
    due = int(judged[0].denominator or 0) if judged else 0
    return RowSummary(count, due, due - int(judged[0].numerator) if judged else 0)


def _nothing(scope: Scope) -> str:
    said = "; ".join(str(one) for one in scope.where)
    return f"no delivery has {said}; loosen the conditions" if said else "no delivery is left"


def row_stream(reader: Reader, columns: Sequence[str], scope: Scope) -> Iterator[pl.DataFrame]:
    """All deliveries of a scope, some thousand at a time, in no order."""
    return reader.rows.stream(tuple(dict.fromkeys(("delivery_id", *columns))), scope)
