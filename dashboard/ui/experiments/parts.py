"""The Experiments page's parts: the list, and one experiment from its verdict down."""

from dataclasses import dataclass

import streamlit as st

from dashboard import charts
from dashboard.analysis.experiments.experiment import Experiment
from dashboard.analysis.experiments.experiment import experiment as judge
from dashboard.analysis.experiments.experiment import experiments as judge_all
from dashboard.analysis.experiments.exposing import PLURALS
from dashboard.analysis.experiments.results import ArmResult, Judged
from dashboard.charts import formats
from dashboard.charts.experiments import drawn
from dashboard.charts.experiments import lists as experiment_lists
from dashboard.charts.experiments import tables as experiment_tables
from dashboard.charts.experiments import words as said
from dashboard.ui import page, view
from dashboard.ui.addresses import address
from dashboard.ui.answers import answer
from dashboard.ui.experiments.planning import frozen, planning
from dashboard.ui.kpis import Kpi, kpis
from dashboard.ui.parameters import NOTHING, choose, current
from dashboard.ui.text import safe

ALL = "all"
PAGE = "experiments"
_UNCUT = (
    "Days and filters above do not cut experiments: they have days of their own, and arms stay "
    "comparable only whole."
)
_TONES = {"Ship": "ok", "Ship early": "ok", "Stop: harm": "bad", "Do not use": "bad"}


@dataclass(frozen=True)
class Opened:
    """What the page stands on: one experiment, or all of them."""

    one: Experiment | None
    everything: tuple[Experiment, ...]


def opened() -> Opened:
    """Let the reader choose an experiment, and say the finding as the title."""
    head = st.container()
    with page.boxes():
        name = choose(PAGE.removesuffix("s"), width=340)
        also = choose("also", width=260)
        choose("plan", width=220)
    if name == ALL:
        found = answer(judge_all)
        with head:
            page.title(experiment_lists.finding(found))
        page.quiet(_UNCUT)
        return Opened(None, found)
    extra = () if also == NOTHING else (also,)
    one = answer(judge, name, extra)
    with head:
        page.title(experiment_lists.title(one))
    page.quiet(_UNCUT)
    return Opened(one, ())


def everything(found: tuple[Experiment, ...]) -> None:
    """Every experiment with its state and its verdict in one line."""
    if not found:
        page.sentence(
            "No experiment is known: nothing in view has experiments and assignments. They appear "
            "as soon as the data gives them; an analyst's own file: `doorstep experiment --file`."
        )
        return
    rows = experiment_lists.listed(found)
    source = page.Source((), (), view.current_scope(), rows)
    with page.panel("All experiments", f"the latest first · n {len(found)}", source, "list"):
        st.html(_list(found))


def _list(found: tuple[Experiment, ...]) -> str:
    head = "".join(
        f'<th scope="col">{name}</th>' for name in ("Experiment", "State", "Verdict", "In words")
    )
    body = "".join(
        f'<tr><th scope="row"><a href="{safe(address(PAGE, experiment=one.stated.name))}">'
        f"{safe(one.stated.name)}</a></th><td>{safe(one.state)}</td>"
        f'<td><span class="ds-{_TONES.get(one.verdict or "", "quiet")}">'
        f"{safe(one.verdict or '–')}</span></td>"
        f'<td class="ds-words">{safe(said.whole(one))}</td></tr>'
        for one in found
    )
    return (
        '<p class="ds-hint">Swipe the table for the verdicts →</p>'
        '<div class="ds-scroll" tabindex="0" role="region" aria-label="All experiments">'
        f'<table class="ds-services ds-experiments"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def verdict(one: Experiment) -> None:
    """The verdict in words, then the figures that carry it."""
    page.strong(said.whole(one))
    if one.verdict:
        page.quiet(said.MEANS[one.verdict])
    if one.stated.hypothesis:
        page.quiet(f"Hypothesis: {one.stated.hypothesis}.")
    frozen(one)
    for note in one.judged.notes if one.judged else ():
        page.quiet(f"{note[0].upper()}{note[1:]}.")
    if one.judged:
        kpis([Kpi(*card) for card in experiment_lists.cards(one)])


def exposure(one: Experiment) -> None:
    """The sample ratio, and who came in when."""
    if one.judged is None:
        return
    source = page.Source((), (), view.current_scope(), one.exposed)
    detail = charts.detail(
        f"{PLURALS[one.stated.unit]} whose first delivery that counts came in that week",
        formats.period(said.days(one)),
        sum(n for _, n in one.assigned),
    )
    with page.panel("Who was exposed", detail, source, "exposed"):
        page.sentence(said.sample_ratio(one.judged))
        page.chart(drawn.exposed(one, view.current_view().palette), key="exposed_chart")


def effects(one: Experiment) -> None:
    """Course, measures and segments of every arm; nothing where arms cannot be compared."""
    found = one.judged
    if found is None or not found.arms:
        return
    for result in found.arms:
        _course(one, found, result)
    rows = experiment_tables.measures_data(found)
    source = page.Source(_metrics(found), (), view.current_scope(), rows, statement=one.sql)
    with page.panel(
        "Primary, guardrails and all else",
        f"arm minus control; final interval {found.confidence:.0%}; margin: how much worse is "
        "borne",
        source,
        "measures",
    ):
        page.table(experiment_tables.measures_table(found), "Every measure", key="measures_table")
        page.quiet(
            "The primary metric decides alone. Guardrails hold where the whole interval lies "
            "above their margin. Secondary metrics are one family (Holm): read them as hints."
        )
    for result in found.arms:
        _segments(found, result)


def _course(one: Experiment, found: Judged, result: ArmResult) -> None:
    source = page.Source(
        (found.measure.name,), (), view.current_scope(),
        experiment_tables.looks_data(found), statement=one.sql,
    )  # fmt: skip
    detail = (
        f"{found.measure.label}, {result.arm} minus {found.design.control}, all orders by each "
        "week; band: limits that hold at every look; bars: interval of one look alone; dashed: "
        "worthwhile"
    )
    with page.panel("How the effect ran", detail, source, f"course_{result.arm}"):
        if not result.primary.looks:
            page.sentence("No week holds enough for an effect.")
            return
        palette = view.current_view().palette
        page.chart(drawn.course(found, result, palette), key=f"course_chart_{result.arm}")
        if said.held_up(result):
            page.sentence(said.held_up(result))
        page.quiet(
            "Looking at the bars every week and stopping at the first that leaves 0 finds effects "
            "that are not there; the band may be looked at as often as one likes."
        )


def _segments(found: Judged, result: ArmResult) -> None:
    if result.segments is None:
        return
    rows = experiment_tables.segments_data(found)
    source = page.Source((found.measure.name,), ("segment",), view.current_scope(), rows)
    detail = (
        f"{found.measure.label}, {result.arm} minus {found.design.control}; thin: by itself, 95 %"
        "; thick: shrunken to the mean of all"
    )
    with page.panel("For whom?", detail, source, f"segments_{result.arm}"):
        page.sentence(said.segments(result.segments, found.measure))
        if not found.design.is_over:
            page.sentence(
                "Too early to read: these intervals hold at the planned end alone, not at a look "
                "before it."
            )
        palette = view.current_view().palette
        page.chart(drawn.forest(found, result, palette), key=f"forest_{result.arm}")
        page.table(
            experiment_tables.segments_table(found), "Segments", key=f"segments_{result.arm}_table"
        )


def method(one: Experiment) -> None:
    """How it was judged, in plain words, and what was stated."""
    if one.judged is None:
        return
    with page.folded("How this was judged"):
        for line in said.assumptions(one):
            page.sentence(f"- {line}")


def _metrics(found: Judged) -> tuple[str, ...]:
    result = found.arms[0]
    measured = (result.primary, *result.guardrails, *result.secondary)
    return tuple(one.measure.name for one in measured)


def plan_one() -> None:
    """A plan, where the reader asks for one."""
    if current("plan") == "open":
        planning()
