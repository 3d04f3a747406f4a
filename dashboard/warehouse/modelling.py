"""Running the models: contract rows in, what metrics read out."""

from collections.abc import Mapping

import duckdb

from dashboard.catalog import Model
from dashboard.errors import CatalogError
from dashboard.warehouse.functions import define_exclusions
from dashboard.warehouse.gate import placed, tables_named
from dashboard.warehouse.sql import identifier

PAST_SEGMENTS = "past_segments"
EXCLUSIONS = "exclusion_windows"
_NO_PAST_SEGMENTS = (
    "select null::varchar as delivery_id, null::varchar as segment, null::varchar as rule, "
    "false as is_rule_in_use where false"
)


def build_order(models: Mapping[str, Model]) -> list[str]:
    """Stored models, each after the stored models it reads."""
    order: list[str] = []
    stored = {name for name, model in models.items() if model.stored}

    def place(name: str) -> None:
        for other in sorted(tables_read(models, name) & stored - {name}):
            place(other)
        if name not in order:
            order.append(name)

    for name in sorted(stored):
        place(name)
    return order


def create_model_view(
    connection: duckdb.DuckDBPyConnection, models: Mapping[str, Model], name: str, before: str
) -> str:
    """Create the view that computes a stored model, and return its name.

    A model reads its own contract rows (those to be written), the finished rows of other
    stored models, every row of all other contract tables, and `past_segments`. Steps that do
    not read its own rows are worked out once, as tables: the model may be read in parts.

    Args:
        connection: The workbench.
        models: By name.
        name: Of a stored model.
        before: A FROM clause of the deliveries of the snapshot before; '' without one.

    Raises:
        CatalogError: The model's SQL does not run.
    """
    schema = f"model_{name}"
    connection.execute(f"create schema {identifier(schema)}")

    own = {step for step, model in models.items() if not model.stored}
    elsewhere = frozenset({(name, "contract"), *((step, schema) for step in own)})
    steps = _steps(models, name)
    if any(PAST_SEGMENTS in tables_named(models[step].sql) for step in steps):
        _create_past_segments(connection, before)
    if EXCLUSIONS in tables_read(models, name):
        define_exclusions(connection)
    for step in steps:
        target = f"{identifier(schema)}.{identifier(step)}"
        kind = "view" if name in {step, *tables_read(models, step)} else "table"
        try:
            reads = placed(models[step].sql, "finished", elsewhere)
            connection.execute(f"create {kind} {target} as {reads}")
        except duckdb.Error as wrong:
            message = f"models/{step}.sql: {str(wrong).splitlines()[0]}; mend the statement"
            raise CatalogError(message) from wrong
    return f"{identifier(schema)}.{identifier(name)}"


def _create_past_segments(connection: duckdb.DuckDBPyConnection, before: str) -> None:
    """Create `finished.past_segments`: what deliveries were assigned to in the snapshot before.

    Columns: delivery_id, segment, rule (the version of the rule), is_rule_in_use (whether
    any assignment has this version now). Empty where only one version was ever seen, or
    no assignment is left: there is no other version then that could touch history.

    Args:
        connection: The workbench, with all assignments in `finished.segment_assignments`.
        before: A FROM clause of the deliveries of the snapshot before; '' without one.
    """
    now = "select distinct coalesce(rule_version, '') as rule from finished.segment_assignments"
    past = _NO_PAST_SEGMENTS
    if before and "assigned_rule" in _columns(connection, before):
        assigned = f"from {before} where assigned_segment is not null"
        rules = connection.execute(f"{now} union select distinct assigned_rule {assigned}")
        if len(rules.fetchall()) > 1 and connection.execute(now).fetchall():
            past = (
                "select delivery_id, assigned_segment as segment, assigned_rule as rule, "
                f"assigned_rule in ({now}) as is_rule_in_use {assigned}"
            )
    connection.execute(f"create or replace view finished.{PAST_SEGMENTS} as {past}")


def _columns(connection: duckdb.DuckDBPyConnection, source: str) -> set[str]:
    return {name for name, *_ in connection.execute(f"describe from {source}").fetchall()}


def joins_stored(models: Mapping[str, Model], name: str) -> bool:
    """Whether a table's model reads the rows of another stored model."""
    if name not in models:
        return False
    return any(models[other].stored for other in tables_read(models, name) & set(models) - {name})


def _steps(models: Mapping[str, Model], name: str) -> list[str]:
    """The model and the steps it is made of, each after those it reads."""
    order: list[str] = []
    for table in sorted(tables_named(models[name].sql)):
        if table in models and not models[table].stored and table != name:
            order += [step for step in _steps(models, table) if step not in order]
    return [*order, name]


def tables_read(models: Mapping[str, Model], name: str) -> set[str]:
    """Contract tables and stored models that a model reads, through its steps."""
    steps = _steps(models, name)
    named = {table for step in steps for table in tables_named(models[step].sql)}
    return named - {*steps[:-1], PAST_SEGMENTS}
