"""Serving: one in-memory DuckDB per snapshot, one schema of views per policy.

A policy's views read only the schema `known` that `opening` makes.
"""

import warnings
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Lock
from types import MappingProxyType

import duckdb
import polars as pl
import pyarrow as pa
import sqlglot
from sqlglot import exp

from dashboard.access import Policy, TableRule
from dashboard.benchmarks import Benchmark, benchmarks_in_use
from dashboard.catalog import Catalog
from dashboard.churn import Churn, churn_in_use
from dashboard.errors import AccessError, WarehouseError
from dashboard.faults import Faults, faults_in_use
from dashboard.settings import Settings
from dashboard.themes import Themes, themes_in_use
from dashboard.warehouse import index
from dashboard.warehouse.extents import Extents
from dashboard.warehouse.gate import Resolve, rewrite, words_named
from dashboard.warehouse.memory import Memory
from dashboard.warehouse.narrow import Files, Months, Narrowed, bound_as
from dashboard.warehouse.opening import QUARANTINE, open_snapshot
from dashboard.warehouse.rollup_tables import Question, RollupTable, recipe, rollup_tables
from dashboard.warehouse.snapshots import DataFile, Manifest, Store
from dashboard.warehouse.sql import identifier, literal, names
from dashboard.warehouse.standing import standing_views
from dashboard.warehouse.writing import scan

warnings.filterwarnings("ignore", message="Arrow output on a DB-API result")


@dataclass(frozen=True)
class Kept:
    """A roll-up that a policy may read.

    Attributes:
        relation: Its table.
        conditions: SQL of the rows that the policy shows.
        kept: Whether it keeps each day, or the first day of each month.
        dimensions: What it is split by, beside the day.
        rows: How many it has.
    """

    relation: str
    conditions: tuple[str, ...]
    kept: str
    dimensions: tuple[str, ...]
    rows: int


class Engine:
    """One snapshot, open for questions from any number of threads."""

    def __init__(
        self, folder: Path, manifest: Manifest, catalog: Catalog, settings: Settings
    ) -> None:
        """Open the snapshot's files as views; reads no data yet.

        Raises:
            WarehouseError: A file that the manifest names is missing or damaged.
        """
        self.catalog = catalog
        self._folder = folder
        self._settings = settings
        self._snapshot = manifest.id
        self._rollups = _usable_rollups(manifest, catalog, settings)
        self._loaded: set[str] = set()
        self._schemas: dict[str, str] = {}
        self._allowed: dict[tuple, str] = {}
        self.memory = Memory()
        self._columns: dict[str, dict[str, str]] = {}
        self._index = index.open_index(folder, manifest.files.get(index.NAME, ()))
        self.narrowed = Narrowed(folder, manifest, catalog)
        self.extents = Extents(folder, manifest.files.get("deliveries", ()))
        self._lock = Lock()
        self._root = open_snapshot(folder, manifest, catalog, settings)
        self._root.execute("create schema rolled")
        for name in (*catalog.contract, QUARANTINE, *standing_views(catalog)):
            described = self._root.execute(f"describe known.{identifier(name)}").fetchall()
            self._columns[name] = {str(row[0]): str(row[1]) for row in described}
        self._root.execute(f"set allowed_directories = [{literal(str(folder.resolve()))}]")
        self._root.execute("set enable_external_access = false")
        self._root.execute("set lock_configuration = true")

    @property
    def themes(self) -> Themes:
        """What keywords stand for, by today's file."""
        return themes_in_use(self._settings.themes)

    @property
    def benchmarks(self) -> tuple[Benchmark, ...]:
        """Published figures, by today's files."""
        return benchmarks_in_use(self._settings.benchmarks)

    @property
    def longest_lag(self) -> timedelta:
        """The longest completeness lag of any carrier."""
        return self._settings.longest_lag

    @property
    def churn(self) -> Churn:
        """What a breach is assumed to put at risk, by today's file."""
        return churn_in_use(self._settings.breaches)

    @property
    def faults(self) -> Faults:
        """Whose fault declared reasons and evidence say it is, by today's file."""
        return faults_in_use(self._settings.faults)

    def shows(self, table: str, policy: Policy) -> bool:
        """Whether a table exists for a policy."""
        rule = policy.rule(table)
        columns = self._columns.get(table)
        return rule is not None and columns is not None and set(rule.rows) <= set(columns)

    def columns(self, table: str, policy: Policy) -> dict[str, str]:
        """Names and types of the columns that a policy shows of a table; none of no table."""
        rule = policy.rule(table)
        if rule is None or not self.shows(table, policy):
            return {}
        return {name: t for name, t in self._columns[table].items() if name not in rule.hidden}

    def months_of(self, delivery_id: str) -> Mapping[str, Sequence[str]] | None:
        """Months, by table, that may hold rows about a delivery; None without an index."""
        if self._index is None:
            return None
        with self._files_gone_as_sentence():
            return self._index.months_of(delivery_id)

    def allow(
        self,
        sql: str,
        policy: Policy,
        conditions: Mapping[str, Sequence[str]],
        files: Files = MappingProxyType({}),
    ) -> str:
        """Rewrite a statement so that it reads only what a policy shows.

        Args:
            sql: One SELECT over bare catalogue tables.
            policy: Whose views.
            conditions: SQL conditions, values as $name, by table.
            files: By table the files that alone are read; to be bound by whoever asks.

        Raises:
            AccessError: It names anything that does not exist for this policy.
        """
        cut = tuple((table, tuple(found)) for table, found in conditions.items())
        bound = tuple((table, bool(own)) for table, own in files.items())
        key = (sql, policy.id, cut, bound)
        if key not in self._allowed:
            few = {
                table: self._few(table, policy, (sql, *conditions.get(table, ())), has_files=some)
                for table, some in bound
                if self.shows(table, policy)
            }
            self._allowed[key] = rewrite(sql, self._resolver(policy, conditions, few))
        return self._allowed[key]

    def ask(
        self,
        sql: str,
        policy: Policy,
        values: Mapping[str, object],
        conditions: Mapping[str, Sequence[str]],
        months: Months = MappingProxyType({}),
    ) -> pl.DataFrame:
        """Every question goes through here: gate, policy, cursor.

        Args:
            sql: As `allow`.
            policy: As `allow`.
            values: To bind; those that the statement does not name are left out.
            conditions: As `allow`.
            months: By table the months that alone are read; other tables are read whole.
        """
        files = self.narrowed.files(months)
        statement = self.allow(sql, policy, conditions, files)
        bound = {bound_as(table): own for table, own in files.items()}
        return self.query(statement, named_in(statement, {**values, **bound}))

    def query(self, statement: str, values: Mapping[str, object]) -> pl.DataFrame:
        """Run one statement on a cursor of its own.

        A connection shared between threads hands one thread another's rows. A relation
        (`cursor.sql`) would spare a copy of the answer and plan the statement twice, which
        costs more: answers are small.
        """
        with self._root.cursor() as cursor, self._files_gone_as_sentence():
            answer = cursor.execute(statement, dict(values)).to_arrow_table()
            return pl.DataFrame(pl.from_arrow(answer))

    def stream(
        self, statement: str, values: Mapping[str, object], rows: int
    ) -> Iterator[pa.RecordBatch]:
        """Run one statement and hand its rows out in batches; they are never all in memory."""
        with self._root.cursor() as cursor, self._files_gone_as_sentence():
            yield from cursor.sql(statement, params=dict(values)).to_arrow_reader(rows)

    def rollup(self, question: Question, policy: Policy) -> Kept | None:
        """The smallest roll-up that can answer a question; None where only the rows can.

        One that is not split by what the policy filters is not eligible, and none is where
        the policy hides a column that the answer stands on.
        """
        rule = policy.rule(question.fact)
        if rule is None or not self.shows(question.fact, policy):
            return None
        if rule.hidden & question.reads(self.catalog):
            return None
        named = {d.column: d.name for d in self.catalog.dimensions.values() if d.column}
        if not set(rule.rows) <= set(named):
            return None
        filtered = {named[column]: values for column, values in rule.rows.items()}
        for table, files in self._rollups:
            if question.can_be_put_to(table, filtered):
                conditions = tuple(
                    f"{identifier(name)} in ({', '.join(map(literal, values))})"
                    for name, values in filtered.items()
                )
                relation = self._load(table, files)
                rows = sum(file.rows for file in files)
                return Kept(relation, conditions, table.kept, table.dimensions, rows)
        return None

    def _load(self, table: RollupTable, files: tuple[DataFile, ...]) -> str:
        """Bring a roll-up into memory on its first use."""
        name = f"rolled.{identifier(table.name)}"
        with self._lock:
            if table.name not in self._loaded:
                with self._root.cursor() as cursor, self._files_gone_as_sentence():
                    cursor.execute(
                        f"create table {name} as select * from {scan(self._folder, files)}"
                    ).fetchall()
                self._loaded.add(table.name)
        return name

    def close(self) -> None:
        """Let go of the memory."""
        self._root.close()

    @contextmanager
    def _files_gone_as_sentence(self) -> Generator[None, None, None]:
        """Say in one line that the files went away while the snapshot was open.

        Raises:
            NoSnapshotError: The snapshot was pruned.
            WarehouseError: It was not, and yet a file is missing or damaged.
        """
        try:
            yield
        except (duckdb.IOException, OSError) as gone:
            Store(self._folder).manifest(self._snapshot)
            reason = str(gone).splitlines()[0]
            message = f"snapshot {self._snapshot} cannot be read ({reason}); restore its files"
            raise WarehouseError(message) from gone

    def _resolver(
        self,
        policy: Policy,
        conditions: Mapping[str, Sequence[str]],
        few: Mapping[str, str],
    ) -> Resolve:
        """What is read for each name.

        Args:
            policy: As `allow`.
            conditions: As `allow`.
            few: SELECT of the tables that are read from bound files.
        """
        schema = self._schema(policy)

        def resolve(name: str) -> exp.Table | exp.Subquery:
            table = name.lower()
            if not self.shows(table, policy):
                message = f"there is no table '{name}' here; ask for one of the catalogue's"
                raise AccessError(message)
            if table in few:
                source = exp.Subquery(this=sqlglot.parse_one(few[table], dialect="duckdb"))
            else:
                source = exp.table_(table, db=schema, quoted=True)
            if not conditions.get(table):
                return source
            cut = exp.select("*").from_(source).where(*conditions[table], dialect="duckdb")
            return cut.subquery()

        return resolve

    def _few(self, table: str, policy: Policy, asked: Sequence[str], *, has_files: bool) -> str:
        """SELECT of what a policy shows of a table, read from bound files, or of no row.

        Args:
            table: Its name.
            policy: Whose.
            asked: The statement, and the conditions on its rows: columns that they do not
                name are left out.
            has_files: Whether any file is bound.
        """
        shown = self.columns(table, policy)
        wanted = words_named(asked[0])
        if wanted is not None:
            named = [words_named(f"select 1 where {one}") or () for one in asked[1:]]
            wanted = wanted.union(*named)
            shown = {name: kind for name, kind in shown.items() if name.lower() in wanted}
        if not has_files:
            typed = (f"null::{kind} as {identifier(name)}" for name, kind in shown.items())
            return f"select {', '.join(typed) or '1'} where false"
        rule = policy.rule(table) or TableRule()
        source = self.narrowed.source(table, {*shown, *rule.rows})
        return f"select {names(shown) or '1'} from ({source}) where {_row_filter(rule)}"

    def _schema(self, policy: Policy) -> str:
        """The schema of views that a policy reads, made on first use."""
        with self._lock:
            if policy.id not in self._schemas:
                schema = f"policy_{len(self._schemas)}"
                with self._files_gone_as_sentence():
                    self._create_policy(schema, policy)
                self._schemas[policy.id] = schema
            return self._schemas[policy.id]

    def _create_policy(self, schema: str, policy: Policy) -> None:
        self._root.execute(f"create schema if not exists {schema}")
        for table in self._columns:
            if self.shows(table, policy):
                where = _row_filter(policy.rule(table) or TableRule())
                self._root.execute(
                    f"create or replace view {schema}.{identifier(table)} as "
                    f"select {names(self.columns(table, policy))} "
                    f"from known.{identifier(table)} where {where}"
                )


def named_in(statement: str, values: Mapping[str, object]) -> dict[str, object]:
    """The values that a statement binds."""
    return {name: value for name, value in values.items() if f"${name}" in statement}


def _usable_rollups(
    manifest: Manifest, catalog: Catalog, settings: Settings
) -> list[tuple[RollupTable, tuple[DataFile, ...]]]:
    """The snapshot's roll-ups, the smallest first; none where they were made otherwise."""
    if manifest.rollup_recipe != recipe(catalog, settings):
        return []
    found = [
        (table, manifest.files[table.name])
        for table in rollup_tables(catalog)
        if table.name in manifest.files
    ]
    return sorted(found, key=lambda one: sum(file.rows for file in one[1]))


def _row_filter(rule: TableRule) -> str:
    allowed = [
        f"{identifier(column)} in ({', '.join(literal(value) for value in values)})"
        for column, values in rule.rows.items()
    ]
    return " and ".join(allowed) or "true"
