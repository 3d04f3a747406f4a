"""Planning an experiment on the page: what it takes, what it will say, and freezing it."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import streamlit as st

from dashboard import charts
from dashboard.analysis.experiments.experiment import Experiment
from dashboard.analysis.experiments.planning import Plan, Wish, plan, terms_of
from dashboard.analysis.experiments.splits import read_guardrails
from dashboard.catalog import Metric
from dashboard.charts.experiments import plans as drawn
from dashboard.errors import DashboardError
from dashboard.state import State, Terms
from dashboard.ui import page, view
from dashboard.ui.answers import tried
from dashboard.ui.parameters import UNITS, choose
from dashboard.ui.text import plain

_USUAL = {"share": (0.5, 1.0), "money": (0.1, 0.2), "score": (0.05, 0.1)}
_OTHERS = (0.05, 0.1)


def planning() -> None:
    """A plan for the metric and unit of the address."""
    shown = view.current_view()
    with page.boxes():
        metric = shown.catalog.metric(choose("plan_metric", width=260))
        unit = choose("plan_unit", width=180)
        worthwhile, expected, share = _numbers(metric)
    found = tried(plan, Wish(metric.name, unit, worthwhile, expected, share))
    if isinstance(found, str):
        page.sentence(found)
        return
    source = page.Source((metric.name,), (), shown.scope, drawn.course_data(found))
    detail = charts.detail(
        f"chance that the final interval leaves 0, {metric.label.lower()} by {UNITS[unit]}",
        f"spread of the {found.weeks_of_history} weeks from {found.since}",
    )
    with page.panel("What it takes", detail, source, "plan"):
        page.strong(drawn.finding(found))
        page.chart(drawn.power_curve(found, shown.palette), key="plan_chart")
        for line in (*drawn.verdicts_said(found), drawn.against_itself(found)):
            page.sentence(line)
        page.quiet(drawn.basis(found))
        page.table(drawn.traffic_table(found), "Traffic by segment", key="plan_traffic")
        _freezing(found)


def frozen(one: Experiment) -> None:
    """What was frozen before the result, and what is not as planned."""
    for line in drawn.frozen_said(_state().plans(one.stated.id), one.stated):
        page.quiet(line)


def _numbers(metric: Metric) -> tuple[float, float, float]:
    """The effects asked about, in the metric's unit, and the part of the traffic."""
    is_share = metric.unit == "share"
    word = " (points)" if is_share else ""
    usual = _USUAL.get(metric.unit, _OTHERS)
    sizes = [
        st.number_input(
            f"{name} effect{word}",
            min_value=0.0,
            value=value,
            step=value / 5,
            width=180,
            key=f"plan_{name.lower()}_{metric.unit}",
        )
        for name, value in zip(("Worthwhile", "Expected"), usual, strict=True)
    ]
    percent = st.number_input("Traffic, %", 1, 100, 100, 5, width=120, key="plan_share")
    scale = 100.0 if is_share else 1.0
    return sizes[0] / scale, sizes[1] / scale, percent / 100


def _freezing(found: Plan) -> None:
    """Write the plan down before anybody sees a result."""
    if found.needed is None:
        return
    with page.folded("Freeze this plan"), st.form("freeze_plan", border=False):
        page.quiet(
            "Frozen terms are never changed: what is frozen later for the same experiment stands "
            "beside them, and the result says what differs."
        )
        with st.container(horizontal=True):
            name = st.text_input("Id of the experiment", width=220)
            who = st.text_input("Your name", key="plan_by", width=200)
            after = view.current_view().manifest.as_of.date() + timedelta(days=7)
            starts = st.date_input("First day", value=after, format="YYYY-MM-DD", width=150)
        hypothesis = st.text_input("Hypothesis", max_chars=300)
        guardrails = st.text_input("Guardrails", placeholder="cost_to_serve:0.15", max_chars=200)
        if st.form_submit_button("Freeze the plan"):
            day = starts if isinstance(starts, date) else after
            _try(lambda: _freeze(name, _terms(found, hypothesis, guardrails, day), who))


def _terms(found: Plan, hypothesis: str, guardrails: str, starts: date) -> Terms:
    read_guardrails(guardrails)
    return terms_of(found, hypothesis, guardrails, starts)


def _freeze(name: str, terms: Terms, who: str) -> str:
    return _state().freeze_plan(name, terms, who).hash


def _try(write: Callable[[], str]) -> None:
    try:
        digest = write()
    except DashboardError as refused:
        st.error(plain(str(refused)))
    else:
        st.success(f"Frozen, hash {digest[:12]}.")


def _state() -> State:
    return State.of(Path(view.current_view().warehouse))
