"""The Forecast page's parts: weeks, scores, steps, tracking, worst days, capacity."""

from dataclasses import dataclass

import polars as pl
import streamlit as st

from dashboard import charts, settings
from dashboard.analysis.forecasting.cuts import Miss
from dashboard.analysis.forecasting.review import Basis, Forecast, forecast
from dashboard.analysis.forecasting.tables import board_table, part_tables
from dashboard.charts import formats
from dashboard.charts.forecasting import drawn
from dashboard.charts.forecasting import words as said
from dashboard.scope import Scope
from dashboard.ui import page, view
from dashboard.ui.addresses import address
from dashboard.ui.answers import answer
from dashboard.ui.cards import cards
from dashboard.ui.parameters import COMMIT, choose, stated

_REPORT = "forecast_at_lead"


@dataclass(frozen=True)
class Opened:
    """What the page stands on.

    Attributes:
        found: The review at the lead time chosen.
        basis: Step, lead time and lags that it stands on.
        rows: Its parts as rows, by name.
        scope: The days that the page shows, with its filters.
    """

    found: Forecast
    basis: Basis
    rows: dict[str, pl.DataFrame]
    scope: Scope

    def source(self, name: str, report: str = _REPORT) -> page.Source:
        """Where a part's figures come from."""
        return page.Source((), (), self.scope, self.rows[name], report=report)

    @property
    def days(self) -> str:
        """The days looked at, in words."""
        return formats.period(self.found.period)

    @property
    def year(self) -> str:
        """The 52 weeks that value added stands on."""
        return formats.period(self.found.year)


def opened() -> Opened:
    """Let the reader choose step and lead time, and say the finding as the title."""
    head = st.container()
    with st.container(horizontal=True):
        step, chosen = choose("step"), choose("lead", width=280)
    own = settings.load()
    lead = own.capacity_commit_days if chosen == COMMIT else int(chosen)
    asked = "" if step == stated("step").usual else step
    basis = Basis(lead, asked, own.capacity_commit_days, own.volume_lag_days)
    scope = view.current_view().scope.during(view.current_view().scope.period)
    found = answer(forecast, scope, basis)
    with head:
        page.title(found.message)
    cards(said.cards(found))
    if found.step != step:
        page.quiet(f"No {step} forecast is for these segments and zones: {found.step} it is.")
    page.quiet(said.excluded_said(found))
    return Opened(found, basis, {"scores": board_table(found), **part_tables(found)}, scope)


def weeks(on: Opened) -> None:
    """Each segment's weeks against their forecast."""
    detail = charts.detail(
        f"deliveries a week, {on.found.step} forecast {said.ahead(on.found.lead)}; solid: came; "
        "dashed: forecast, band: sum of the daily ranges; at the foot: ▲ promotion, ■ holiday, "
        "✕ weather; grey: partial weeks, circle: came, dash: forecast of the same days",
        on.days,
    )
    with page.panel("Actual against forecast", detail, on.source("weeks"), "weeks"):
        page.small_charts(
            drawn.week_charts(on.found, view.current_view().palette), key="weeks", across=3
        )


def scores(on: Opened) -> None:
    """Every segment at every lead time."""
    detail = charts.detail(
        f"{on.found.step} forecast; WAPE and bias in % of what came; value added over the "
        f"seasonal naive: {on.year}",
        on.days,
        on.found.at_lead()[0].n,
    )
    with page.panel("Scoreboard", detail, on.source("scores"), "scores"):
        page.table(said.score_table(on.found), "Scores by segment and lead time", "scores_table")
        page.quiet(
            "Positive bias: more was forecast than came. MASE: 1 is as far off as the same "
            "weekday a week before usually is. MAPE is undefined where any day had no volume. "
            "Value added: points of WAPE that the forecast saves against the seasonal naive; "
            "verdicts hold over the segments of a lead time together."
        )


def steps(on: Opened) -> None:
    """Value added by step, and the ledger of overrides."""
    detail = charts.detail(
        f"WAPE by step, {said.ahead(on.found.lead)}; pale: seasonal naive", on.year
    )
    with page.panel("Which step improves the forecast?", detail, on.source("steps"), "steps"):
        page.small_charts(
            drawn.step_charts(on.found, view.current_view().palette), key="steps", across=3
        )
        page.sentence(said.steps_said(on.found))
    detail = charts.detail(
        "days on which the planner moved the forecast by more than 1 %", on.year
    )
    with page.panel("Do overrides help?", detail, on.source("overrides"), "overrides"):
        if not on.found.overrides:
            page.sentence("No planner's step beside a statistical one: nothing to compare.")
            return
        page.table(said.override_table(on.found.overrides), "Overrides", "overrides_table")


def tracking(on: Opened) -> None:
    """Does a segment's forecast run to one side?"""
    detail = charts.detail(
        "alarm: sum of 13 weeks' errors beyond 3 · 1.253 · MAD · √13 of the 26 weeks before",
        f"to {formats.day(on.found.period.end)}",
    )
    with page.panel("Does it run to one side?", detail, on.source("tracking"), "tracking"):
        page.table(said.tracking_table(on.found.tracked), "Tracking by segment", "tracking_table")
        page.quiet(
            "The tracking signal is positive where too little was forecast. It is printed, not "
            "judged: beyond ±4 it lies by chance in a third of all windows."
        )


def cuts(on: Opened) -> None:
    """Where the error lies."""
    detail = charts.detail("share of all |forecast − actual|, by segment and day", on.days)
    with page.panel("Where does the error lie?", detail, on.source("cuts"), "cuts"):
        page.table(said.part_table(on.found.parts), "Where the error lies", "cuts_table")


def worst(on: Opened) -> None:
    """The days furthest off, each with a way to what happened."""
    detail = charts.detail(
        "each segment's days furthest off; links open the Service page of that segment and day",
        on.days,
    )
    rows = pl.DataFrame([_miss_row(one) for one in on.found.misses], infer_schema_length=None)
    with page.panel("Worst misses", detail, on.source("misses"), "misses"):
        st.dataframe(
            rows,
            hide_index=True,
            alt="Worst misses, with links to what happened",
            key="misses_table",
            column_config={"Look": st.column_config.LinkColumn(display_text="what happened")},
        )


def _miss_row(one: Miss) -> dict[str, object]:
    day = one.day.isoformat()
    days = {"period": "custom dates", "from": day, "to": day}
    kept = formats.value(one.on_time, "share")
    return {
        "Segment": one.segment,
        "Day": formats.day(one.day),
        "Came": round(one.actual),
        "Forecast": round(one.forecast),
        "Error": round(one.forecast - one.actual),
        "Marks": ", ".join(one.marks),
        "Load": "no plan" if one.load is None else f"{formats.value(one.load, 'share')} of plan",
        "On time": f"{kept} of {one.due}" if one.due else "none due",
        "Look": address("service", segment=one.segment, **days),
    }


def coherence(on: Opened) -> None:
    """Segments beside the sums of their zones."""
    detail = charts.detail("deliveries forecast over the days that have both", on.days)
    with page.panel("Do segments and zones agree?", detail, on.source("coherence"), "coherence"):
        if not on.found.coherence:
            page.sentence("No zone has a forecast of its own in these days.")
            return
        page.table(said.coherence_table(on.found), "Segments and zones", "coherence_table")
        page.quiet(
            "Reconciled (MinTrace, structural weights): zones, segments and the total moved as "
            "little as possible until they add up."
        )


def capacity(on: Opened) -> None:
    """Capacity against what came, and what to plan."""
    if not on.found.loads:
        page.sentence(
            "Capacity has no figure here: nothing in view has the table capacity. It appears as "
            "soon as the data gives it."
        )
        return
    detail = charts.detail(
        "deliveries; on time: points against days of the same month and kind of weekday", on.days
    )
    with page.panel(
        "Was capacity right?", detail, on.source("capacity", "capacity_plans"), "load"
    ):
        page.table(said.load_table(on.found.loads), "Capacity by segment", "load_table")
    detail = charts.detail(
        f"deliveries a day, from the {on.found.step} forecast {said.ahead(on.found.commit)}",
        "errors of 52 weeks",
    )
    with page.panel("What to plan", detail, on.source("plans", "capacity_plans"), "plans"):
        page.sentence(said.plans_said(on.found))
        page.table(said.plan_table(on.found.plans), "Capacity by weekday", "plans_table")
