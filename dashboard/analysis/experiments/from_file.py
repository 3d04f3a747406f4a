"""An analyst's own file, one row per unit or per observation, as an experiment's units."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from dashboard.analysis.experiments.comparing import FEWEST_UNITS
from dashboard.analysis.experiments.judging import judged
from dashboard.analysis.experiments.results import Judged
from dashboard.analysis.experiments.sums import Sums
from dashboard.analysis.experiments.trials import Dealt, Design, Kind, Measure, Trial
from dashboard.catalog import Better, Unit
from dashboard.errors import NotEnoughDataError, ScopeError, SourceError, UnknownNameError

_ARM, _COLUMN = "arm", "column"
_NO_CLUSTER = "clusters were left aside: arms differ within them, so units were randomised"


@dataclass(frozen=True)
class Columns:
    """Which columns hold what.

    Attributes:
        unit, arm, metric: As they say.
        denominator: What the metric is divided by; None counts rows.
        cluster: What was randomised where whole groups of units were.
        covariate: A number measured before the assignment.
        pair: What two periods of a switchback share, one in each arm: a zone's day. Then
            units are the periods within it.
    """

    unit: str
    arm: str
    metric: str
    denominator: str | None = None
    cluster: str | None = None
    covariate: str | None = None
    segment: str | None = None
    pair: str | None = None

    @property
    def named(self) -> dict[str, str]:
        """Columns by what they are for."""
        return {purpose: name for purpose, name in vars(self).items() if name is not None}


@dataclass(frozen=True)
class Asked:
    """What is asked about a file, and what was planned.

    Attributes:
        control: Name of the control arm.
        kind: What the metric is; None finds out from its values.
        better: Which direction is good.
        worthwhile: Smallest effect worth having, in the metric's unit, at least 0.
        planned_units: Units planned in all; None for no plan and no early look.
        split: Planned share by arm; empty for equal arms.
    """

    control: str
    kind: Kind | None = None
    better: Better = "higher"
    worthwhile: float = 0.0
    planned_units: int | None = None
    split: Mapping[str, float] = field(default_factory=dict)


def judge_file(path: Path, columns: Columns, asked: Asked) -> Judged:
    """Judge the experiment in a CSV or Parquet file.

    Raises:
        SourceError: The file cannot be read, or a column that must hold numbers does not.
        ScopeError: Clusters and pairs are both named.
        UnknownNameError: A column or the control arm is not in it.
        NotEnoughDataError: Its units cannot carry an effect; the message names why.
    """
    trial, notes = trial_of(_read(path), columns, asked)
    return judged(trial, notes)


def trial_of(rows: pl.DataFrame, columns: Columns, asked: Asked) -> tuple[Trial, tuple[str, ...]]:
    """Rows of a file as units, and what a reader must know about them."""
    known, notes = _checked(rows, columns)
    whole, in_several = _one_arm_each(known)
    if whole.is_empty():
        message = f"all {in_several} units are in several arms; units in one arm each are needed"
        raise NotEnoughDataError(message)
    notes += [f"{in_several} units in several arms were left out"] if in_several else []
    whole, dealt, said = _dealt(whole)
    units = _by_unit(whole)
    notes += said
    if dealt != "units" and "x" in units.columns:
        notes.append(f"the covariate was left aside: {dealt} are compared as they are")
        units = units.drop("x")
    assigned = dict(units.group_by("arm").len().sort("arm").iter_rows())
    if asked.control not in assigned:
        raise UnknownNameError.among(_ARM, asked.control, assigned)
    planned = asked.planned_units
    design = Design(
        control=asked.control,
        arms=tuple(arm for arm in assigned if arm != asked.control),
        split=asked.split,
        dealt=dealt,
        planned_units=planned,
        worthwhile=asked.worthwhile,
        is_over=planned is None or units.height >= planned,
        in_several=in_several,
    )
    measure = _measure(whole, columns, asked)
    sums = _with_segments(whole, units, measure.name)
    known = Sums.of(sums, (asked.control, *design.arms), (measure.name,))
    return Trial(design, (measure,), assigned, known), tuple(notes)


def _dealt(rows: pl.DataFrame) -> tuple[pl.DataFrame, Dealt, list[str]]:
    """What was dealt to arms, its rows under its own name, and what to say of it."""
    if "pair" in rows.columns:
        arms = rows.group_by("pair").agg(pl.col("arm").n_unique())["arm"]
        alone = int((arms == 1).sum())
        return rows, "pairs", [f"{alone} pairs hold a single arm; left out"] if alone else []
    if "cluster" in rows.columns:
        arms = rows.group_by("cluster").agg(pl.col("arm").n_unique())["arm"]
        if arms.max() == 1:
            return rows.with_columns(unit="cluster"), "clusters", []
    left_aside = [_NO_CLUSTER] if "cluster" in rows.columns else []
    return rows, "clusters" if _are_few_and_large(rows) else "units", left_aside


def _read(path: Path) -> pl.DataFrame:
    try:
        if path.suffix == ".parquet":
            return pl.read_parquet(path)
        return pl.read_csv(path, infer_schema_length=None, null_values=[""])
    except (OSError, pl.exceptions.PolarsError) as wrong:
        reason = str(wrong).splitlines()[0]
        found = f"{path.name} cannot be read ({reason})"
        message = f"{found}; give a CSV file with a header, or Parquet"
        raise SourceError(message) from wrong


def _checked(rows: pl.DataFrame, columns: Columns) -> tuple[pl.DataFrame, list[str]]:
    """Rows under the names of their purposes; those without unit, arm or value left out."""
    for name in columns.named.values():
        if name not in rows.columns:
            raise UnknownNameError.among(_COLUMN, name, rows.columns)
    if columns.cluster and columns.pair:
        message = "a cluster and a pair are named; pairs are clusters already, so name one of them"
        raise ScopeError(message)
    results = (columns.metric, columns.denominator, columns.arm)
    if columns.covariate is not None and columns.covariate in results:
        message = (
            f"'{columns.covariate}' is the covariate and a result of the experiment; a covariate "
            "measured before the assignment is needed"
        )
        raise NotEnoughDataError(message)
    numbers = {
        name: _number(rows, column)
        for name, column in {
            "y": columns.metric,
            "d": columns.denominator,
            "x": columns.covariate,
        }.items()
        if column
    }
    texts = {
        name: rows[column].cast(pl.String)
        for name, column in columns.named.items()
        if name in ("unit", "arm", "cluster", "segment", "pair")
    }
    known = pl.DataFrame({**texts, **numbers})
    if "pair" in texts:
        known = known.with_columns(unit=pl.format("{} {}", "pair", "unit"))
    if "d" not in known.columns:
        known = known.with_columns(d=pl.lit(1.0))
    needed = ["unit", "arm", "y", "d", *({"cluster", "pair"} & set(texts))]
    held = known.drop_nulls(needed)
    lost = known.height - held.height
    _refuse_negative(held, columns)
    return held, [f"{lost} rows without unit, arm or value were left out"] if lost else []


def _refuse_negative(held: pl.DataFrame, columns: Columns) -> None:
    below = held.filter(pl.col("d") < 0).height
    if below:
        message = (
            f"column '{columns.denominator}' has {below} values below 0; denominators of 0 or "
            "more are needed"
        )
        raise NotEnoughDataError(message)


def _number(rows: pl.DataFrame, column: str) -> pl.Series:
    values = rows[column]
    if values.dtype == pl.Boolean or values.dtype.is_numeric():
        found = values.cast(pl.Float64)
        bad = found.filter(found.is_nan() | found.is_infinite())
        if len(bad) == 0:
            return found
        values = bad
    else:
        found = values.cast(pl.Float64, strict=False)
        values = values.filter(found.is_null() & values.is_not_null())
    message = f"column '{column}' holds '{values[0]}', which is no number; numbers are needed"
    raise SourceError(message)


def _one_arm_each(rows: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Rows of units that are in a single arm, and how many units are in several."""
    arms = rows.group_by("unit").agg(pl.col("arm").n_unique().alias("arms"))
    several = arms.filter(pl.col("arms") > 1)
    return rows.join(several, on="unit", how="anti", maintain_order="left"), several.height


def _are_few_and_large(rows: pl.DataFrame) -> bool:
    """Whether units are so few, of several rows each, that they are clusters."""
    units = rows.select("unit", "arm").unique()
    fewest = units.group_by("arm").len()["len"].min()
    return rows.height > units.height and isinstance(fewest, int) and fewest < FEWEST_UNITS


def _by_unit(rows: pl.DataFrame) -> pl.DataFrame:
    more = [pl.col("x").mean()] if "x" in rows.columns else []
    more += [pl.col("pair").first()] if "pair" in rows.columns else []
    return rows.group_by("unit", maintain_order=True).agg(pl.col("arm").first(), *more)


def _with_segments(rows: pl.DataFrame, units: pl.DataFrame, name: str) -> pl.DataFrame:
    """Sums per unit and segment."""
    segment = pl.col("segment") if "segment" in rows.columns else pl.lit(None, pl.String)
    sums = (
        rows.with_columns(segment=segment)
        .group_by("unit", "segment", maintain_order=True)
        .agg(pl.col("y").sum().alias(f"{name}.y"), pl.col("d").sum().alias(f"{name}.d"))
    )
    return sums.join(units, on="unit", maintain_order="left").with_columns(look=pl.lit(1))


def _measure(rows: pl.DataFrame, columns: Columns, asked: Asked) -> Measure:
    kind = asked.kind or _kind(rows, columns)
    is_share = kind != "ordinal" and bool(
        rows.select(((pl.col("y") >= 0) & (pl.col("y") <= pl.col("d"))).all()).item()
    )
    if kind == "rate" and not is_share:
        found = f"column '{columns.metric}' of kind rate holds values outside 0 … 1"
        message = f"{found}; 0 and 1, or a denominator, are needed"
        raise NotEnoughDataError(message)
    unit: Unit = "share" if is_share and kind in ("rate", "ratio") else "ratio"
    return Measure(columns.metric, columns.metric, unit, asked.better, kind, "primary")


def _kind(rows: pl.DataFrame, columns: Columns) -> Kind:
    if columns.denominator:
        return "ratio"
    return "rate" if rows["y"].is_in([0.0, 1.0]).all() else "mean"
