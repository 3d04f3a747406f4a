"""The catalogue as a page: every metric with what it counts, written nowhere else."""

from collections.abc import Iterable, Iterator

import streamlit as st

from dashboard.catalog import Metric
from dashboard.charts import formats
from dashboard.charts.words import UNITS
from dashboard.scope import Quarter
from dashboard.ui import view
from dashboard.ui.text import plain

_BETTER = {
    "higher": "▲ higher is better",
    "lower": "▽ lower is better",
    "neither": "neither direction is good or bad",
}


def search_box() -> str:
    """What the reader looks for."""
    return st.text_input(
        "Search the metrics", key="search_metrics", placeholder="late, cost, survey…"
    )


def matching(metrics: Iterable[Metric], text: str) -> list[Metric]:
    """The metrics that hold every word looked for, in name, label or prose."""
    words = text.lower().split()
    return [m for m in metrics if all(word in _prose(m) for word in words)]


def contents(metrics: Iterable[Metric]) -> None:
    """Links to the metrics below."""
    links = [f"[{plain(metric.label)}](#{metric.name})" for metric in metrics]
    st.markdown(" · ".join(links) or "No metric has these words.")


def metric_section(metric: Metric) -> None:
    """One metric: question, definition, terms, direction, unit, target and SQL."""
    with st.container(border=True, key=f"metric_{metric.name}"):
        st.header(plain(metric.label), anchor=metric.name)
        st.markdown("\n\n".join(_said(metric)))
        with st.expander("SQL as stated in the catalogue"):
            st.code(metric.sql, language="sql")


def _said(metric: Metric) -> Iterator[str]:
    """A metric in paragraphs: few elements, for there are some fifty metrics on the page."""
    yield f"**{plain(metric.question)}**"
    if metric.definition:
        yield plain(metric.definition)
    yield (
        f"`{metric.name}` · {UNITS[metric.unit]} · {_BETTER[metric.better]} · placed in "
        f"time by `{metric.date}`"
    )
    denominator = f"`{metric.denominator}`" if metric.denominator else "none: it is a plain count"
    yield (
        f"- Numerator: `{metric.numerator}`\n- Denominator: {denominator}\n"
        f"- Rows: `{metric.fact}` where `{metric.condition or 'true'}`"
    )
    yield from _targets(metric)


def _targets(metric: Metric) -> Iterator[str]:
    shown = view.current_view()
    quarter = _quarter(shown)
    targets = {
        segment: target
        for (segment, name), target in shown.reader.targets(quarter.key).items()
        if name == metric.name
    }
    if targets:
        said = ", ".join(
            f"{plain(segment)} {formats.value(target, metric.unit)}"
            for segment, target in sorted(targets.items())
        )
        yield f"Targets of {quarter}: {said}."


def _quarter(shown: view.View) -> Quarter:
    days = shown.scope.period
    last = days.end if days else shown.manifest.as_of.date()
    return Quarter.of(last, shown.fiscal_year_start)


def _prose(metric: Metric) -> str:
    parts = (metric.name, metric.label, metric.question, metric.definition)
    return " ".join(parts).lower()
