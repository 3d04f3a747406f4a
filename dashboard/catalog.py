"""The catalogue: every metric, dimension, report and model stated under queries/.

Each SQL file opens with a header of comment lines, `-- key: value`, then a blank
comment line and free text. The rules of each kind are checked when it is read, so a
broken file is refused by name before any figure is made.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal, TypeVar, get_args

import sqlglot
from sqlglot import exp

from dashboard.contract import Table, read_contract
from dashboard.errors import CatalogError, UnknownNameError
from dashboard.headers import Header, read_header
from dashboard.stated import (
    CauseDimension,
    Cells,
    Costs,
    Factor,
    Rule,
    read_case_mix,
    read_causes,
    read_cells,
    read_costs,
)

Unit = Literal["share", "money", "score", "ratio", "minutes", "count"]
Better = Literal["higher", "lower", "neither"]
Grain = Literal["day", "week", "month", "quarter"]
KeptIn = Literal["each", "cells", "everywhere"]
Params = Literal["scope", "delivery", "route"]

HEADLINES = ("on_time_rate", "cost_to_serve", "satisfaction")
"""The metrics that every segment is judged by."""

T = TypeVar("T")


@dataclass(frozen=True)
class Metric:
    """A ratio of two sums over the rows of one model, stated once.

    Attributes:
        name: The file's name; `cost_to_serve`.
        label, question, definition: What people read.
        unit: How the value is written; 'share' lies between 0 and 1.
        better: Which direction is good.
        fact: The model whose rows are summed.
        date: The column that places a row in time (a local day).
        numerator: SQL of the numerator's term per row.
        denominator: The same for the denominator; None for a plain count.
        condition: SQL that chooses the rows; None takes all.
        kept: Which roll-ups hold it: those of 'each' dimension, those of 'cells', or both.
        sql: The statement as its author wrote it.
    """

    name: str
    label: str
    question: str
    definition: str
    unit: Unit
    better: Better
    fact: str
    date: str
    numerator: str
    denominator: str | None
    condition: str | None
    kept: KeptIn
    sql: str = field(repr=False)


@dataclass(frozen=True)
class Distribution:
    """What every row of a model has, counted: a whole number, for quantiles, or a text.

    Attributes:
        unit: Of the number; 'text' where it is none.
        value: SQL of it; null ranks after every value.
        condition: SQL that chooses the rows; None takes all.
        split: Dimension that its roll-up is split by, beside segment; None for none.
        kept: Whether its roll-up keeps days or months.
    """

    name: str
    label: str
    question: str
    definition: str
    unit: Unit | Literal["text"]
    fact: str
    date: str
    value: str
    condition: str | None
    split: str | None
    kept: Literal["day", "month"]
    sql: str = field(repr=False)


@dataclass(frozen=True)
class Dimension:
    """A way to split figures: a column that every model carries, or a cut of time.

    Attributes:
        filter: Whether it stands in the filter bar.
        rolled_with: Name of the pass over the rows that rolls it up, with others.
        kept: Whether its roll-up keeps days or months.
        outcome: Whether it is known only when the delivery has ended: it describes a
            result, and explains none.
    """

    name: str
    label: str
    column: str | None = None
    grain: Grain | None = None
    filter: bool = False
    rolled_with: str | None = None
    kept: Literal["day", "month"] = "day"
    outcome: bool = False

    @property
    def explains(self) -> bool:
        """Whether a change may be split by it: no cut of time, no outcome, kept by day."""
        return self.column is not None and not self.outcome and self.kept == "day"


@dataclass(frozen=True)
class Report:
    """One table behind a page.

    Attributes:
        params: What it is asked about: a scope, one delivery, or one route on one day.
        cuts: Models that a scope cuts; None cuts every model that the report reads.
    """

    name: str
    params: Params
    title: str
    question: str
    grain: str
    columns: str
    cuts: tuple[str, ...] | None
    sql: str = field(repr=False)


@dataclass(frozen=True)
class Model:
    """What metrics read: a contract table with all that follows from the facts.

    Attributes:
        stored: Computed at import and kept in Parquet; else a step of another model.
        date: The column that places a row in time; None for a step.
    """

    name: str
    stored: bool
    date: str | None
    sql: str = field(repr=False)


@dataclass(frozen=True, eq=False)
class Catalog:
    """All that queries/ states."""

    contract: Mapping[str, Table]
    metrics: Mapping[str, Metric]
    cells: Mapping[str, Cells]
    costs: Costs
    case_mix: Mapping[str, Factor]
    causes: Mapping[str, CauseDimension]
    distributions: Mapping[str, Distribution]
    dimensions: Mapping[str, Dimension]
    reports: Mapping[str, Report]
    models: Mapping[str, Model]
    views: Mapping[str, str]

    def metric(self, name: str) -> Metric:
        """One metric by name.

        Raises:
            UnknownNameError: No metric has this name.
        """
        return _look_up("metric", name, self.metrics)

    def distribution(self, name: str) -> Distribution:
        """One distribution by name.

        Raises:
            UnknownNameError: No distribution has this name.
        """
        return _look_up("distribution", name, self.distributions)

    def dimension(self, name: str) -> Dimension:
        """One dimension by name.

        Raises:
            UnknownNameError: No dimension has this name.
        """
        return _look_up("dimension", name, self.dimensions)

    def report(self, name: str) -> Report:
        """One report by name.

        Raises:
            UnknownNameError: No report has this name.
        """
        return _look_up("report", name, self.reports)

    def rule(self, name: str) -> Rule:
        """One way to split shared cost, by name.

        Raises:
            UnknownNameError: No rule has this name.
        """
        return _look_up("rule", name, self.costs.rules)

    @property
    def filters(self) -> tuple[Dimension, ...]:
        """The dimensions of the filter bar."""
        return tuple(d for d in self.dimensions.values() if d.filter)


@cache
def read_catalog(queries: Path) -> Catalog:
    """Read and check everything under queries/, once per process.

    Args:
        queries: The queries/ folder.

    Raises:
        CatalogError: A file breaks the rules; the message names file, line and remedy.
    """
    models = {path.stem: _model(read_header(path)) for path in _files(queries, "models")}
    facts = {model.name: model for model in models.values() if model.date}
    metrics = [_metric(read_header(path), facts) for path in _files(queries, "metrics")]
    distributions = [
        _distribution(read_header(path), facts) for path in _files(queries, "distributions")
    ]
    reports = [_report(read_header(path)) for path in _files(queries, "reports")]
    return Catalog(
        contract=read_contract(queries),
        metrics={metric.name: metric for metric in metrics},
        cells=read_cells(queries),
        costs=read_costs(queries),
        case_mix=read_case_mix(queries),
        causes=read_causes(queries),
        distributions={one.name: one for one in distributions},
        dimensions=_dimensions(queries / "dimensions.toml"),
        reports={report.name: report for report in reports},
        models=models,
        views={path.stem: read_header(path).sql for path in _files(queries, "views")},
    )


def _metric(header: Header, facts: Mapping[str, Model]) -> Metric:
    header.need("label", "question", "unit", "better", "date", may=("kept",))
    select, fact = _one_plain_select(header, facts)
    terms = {term.alias: term.unalias().sql("duckdb") for term in select.expressions}
    if list(terms) not in (["numerator"], ["numerator", "denominator"]):
        needed = "select 'numerator' and, unless it is a count, 'denominator'"
        found = f"it selects {', '.join(terms) or 'nothing'}"
        raise header.broken(found, needed, header.first_line)
    where = select.args.get("where")
    return Metric(
        name=header.path.stem,
        label=header.keys["label"],
        question=header.keys["question"],
        definition=header.text,
        unit=header.one_of("unit", get_args(Unit)),  # ty: ignore[invalid-argument-type]
        better=header.one_of("better", get_args(Better)),  # ty: ignore[invalid-argument-type]
        fact=fact,
        date=header.keys["date"],
        numerator=terms["numerator"],
        denominator=terms.get("denominator"),
        condition=where.this.sql("duckdb") if where else None,
        kept=_kept(header),
        sql=header.sql,
    )


def _kept(header: Header) -> KeptIn:
    if "kept" not in header.keys:
        return "each"
    return header.one_of("kept", get_args(KeptIn))  # ty: ignore[invalid-explicit-return]


def _distribution(header: Header, facts: Mapping[str, Model]) -> Distribution:
    header.need("label", "question", "unit", "date", may=("by", "kept"))
    kept = header.one_of("kept", ("day", "month")) if "kept" in header.keys else "day"
    select, fact = _one_plain_select(header, facts)
    terms = {term.alias: term.unalias().sql("duckdb") for term in select.expressions}
    if list(terms) != ["value"]:
        found = f"it selects {', '.join(terms) or 'nothing'}"
        raise header.broken(found, "select one 'value'", header.first_line)
    where = select.args.get("where")
    return Distribution(
        name=header.path.stem,
        label=header.keys["label"],
        question=header.keys["question"],
        definition=header.text,
        unit=header.one_of("unit", (*get_args(Unit), "text")),  # ty: ignore[invalid-argument-type]
        fact=fact,
        date=header.keys["date"],
        value=terms["value"],
        condition=where.this.sql("duckdb") if where else None,
        split=header.keys.get("by"),
        kept=kept,  # ty: ignore[invalid-argument-type]
        sql=header.sql,
    )


def _one_plain_select(header: Header, facts: Mapping[str, Model]) -> tuple[exp.Select, str]:
    """The statement, and the model that it reads."""
    statement = _parse(header)
    allowed = {"expressions", "from_", "where", "kind", "operation_modifiers"}
    extra = [
        part.rstrip("_") for part, value in statement.args.items() if value and part not in allowed
    ]
    nested = len(list(statement.find_all(exp.Query))) > 1
    if not isinstance(statement, exp.Select) or extra or nested:
        found = f"it has {' and '.join(extra)}" if extra else "it is more than one SELECT"
        needed = "one SELECT from one model, with nothing but an optional WHERE"
        raise header.broken(found, f"write {needed}", header.first_line)
    fact = statement.find(exp.Table)
    if fact is None or fact.name not in facts:
        found = "it reads no model"
        raise header.broken(found, f"select from one of {', '.join(facts)}", header.first_line)
    return statement, fact.name


def _parse(header: Header) -> exp.Expr:
    try:
        return sqlglot.parse_one(header.sql, dialect="duckdb")
    except sqlglot.ParseError as wrong:
        detail = wrong.errors[0]
        line = header.first_line + detail["line"] - 1
        found = f"SQL error near '{detail['highlight']}'"
        raise header.broken(found, "mend the statement", line) from wrong


def _report(header: Header) -> Report:
    header.need("title", "question", "grain", "params", "columns", may=("cuts",))
    _parse(header)
    keys = header.keys
    return Report(
        name=header.path.stem,
        params=header.one_of("params", get_args(Params)),  # ty: ignore[invalid-argument-type]
        title=keys["title"],
        question=keys["question"],
        grain=keys["grain"],
        columns=keys["columns"],
        cuts=tuple(keys["cuts"].replace(",", " ").split()) if "cuts" in keys else None,
        sql=header.sql,
    )


def _model(header: Header) -> Model:
    stored = header.keys.get("stored") == "yes"
    header.need("grain", "stored", *(("date",) if stored else ()))
    _parse(header)
    return Model(header.path.stem, stored, header.keys.get("date"), header.sql)


def _dimensions(path: Path) -> dict[str, Dimension]:
    stated = tomllib.loads(path.read_text(encoding="utf-8"))
    dimensions = {
        name: Dimension(name, rolled_with=keys.pop("pass", None), **keys)
        for name, keys in stated.items()
    }
    for name, dimension in dimensions.items():
        if (dimension.column is None) == (dimension.grain is None):
            message = f"{path.name}: [{name}] has no single source; give it column or grain"
            raise CatalogError(message)
    return dimensions


def _files(queries: Path, kind: str) -> list[Path]:
    return sorted((queries / kind).glob("*.sql"))


def _look_up(kind: str, name: str, known: Mapping[str, T]) -> T:
    try:
        return known[name]
    except KeyError:
        raise UnknownNameError.among(kind, name, known) from None
