"""Experiments in one line each, and what was stated about one."""

from collections.abc import Iterable

import polars as pl

from dashboard.analysis.experiments.experiment import Experiment
from dashboard.charts import experiment_words as said


def listed(found: Iterable[Experiment]) -> pl.DataFrame:
    """One row per experiment.

    Returns:
        experiment, name, state, verdict (null before it began), sentence, metric, unit,
        started_on, ends_on, days_left, units.
    """
    rows = [
        {
            "experiment": one.stated.id,
            "name": one.stated.name,
            "state": one.state,
            "verdict": one.verdict,
            "sentence": said.whole(one),
            "metric": one.stated.primary,
            "unit": one.stated.unit,
            "started_on": one.stated.started_on,
            "ends_on": one.stated.ends_on,
            "days_left": one.clock.days_left,
            "units": sum(n for _, n in one.assigned),
        }
        for one in found
    ]
    kinds = {"verdict": pl.String}
    return pl.DataFrame(rows, schema_overrides=kinds, infer_schema_length=None)


def stated_data(found: Experiment) -> dict[str, object]:
    """What an experiment is, as JSON prints it above what was found."""
    stated = found.stated
    return {
        "experiment": stated.id,
        "name": stated.name,
        "hypothesis": stated.hypothesis,
        "state": found.state,
        "verdict": found.verdict,
        "sentence": said.whole(found),
        "metric": stated.primary,
        "unit": stated.unit,
        "started_on": stated.started_on,
        "ends_on": stated.ends_on,
        "days_left": found.clock.days_left,
        "planned_units": stated.planned_units,
        "worthwhile": stated.worthwhile,
        "looks": found.clock.looks,
        "assigned": dict(found.assigned),
    }
