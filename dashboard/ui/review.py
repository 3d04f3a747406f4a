"""The parts of the page Carrier review: scorecard, trend, causes, proof, costs."""

from dataclasses import dataclass

import streamlit as st

from dashboard import analysis, charts
from dashboard.analysis.carrier_review import (
    BESIDE,
    SCORED,
    CarrierReview,
    carrier_review,
    default_carrier,
)
from dashboard.analysis.control import control_table
from dashboard.charts import carrier_review as told
from dashboard.charts import control as drawn
from dashboard.charts import quality
from dashboard.scope import Quarter, Scope
from dashboard.ui import contracts, page, view
from dashboard.ui import notes as noted
from dashboard.ui.addresses import address
from dashboard.ui.answers import answer, tried
from dashboard.ui.contracts import Shelf
from dashboard.ui.text import safe

_ON_TIME = "on_time_rate"


@dataclass(frozen=True)
class Opened:
    """What the page stands on.

    Attributes:
        found: The scorecard.
        shelf: Contracts at hand.
        quarter: The one that is settled.
        scope: Days and filters, cut to the carrier.
    """

    found: CarrierReview
    shelf: Shelf
    quarter: Quarter
    scope: Scope


def opened() -> Opened:
    """Find whose review it is, and say how it did as the title."""
    shown, shelf = view.current_view(), contracts.shelf()
    carrier = answer(default_carrier, shown.scope, shelf.contracts)
    quarter = contracts.quarter_in_view()
    held = contracts.held(shelf.contracts, carrier, quarter)
    found = answer(carrier_review, shown.scope, carrier, held)
    page.title(found.message)
    links = " · ".join(
        f"<b>{safe(name)}</b>"
        if name == carrier
        else f'<a href="{safe(address("carrier_review", carrier=name))}">{safe(name)}</a>'
        for name in found.carriers
    )
    st.html(f'<p class="ds-small">Review of: {links}</p>')
    return Opened(found, shelf, quarter, shown.scope.within(carrier=carrier))


def scorecard(on: Opened) -> None:
    """Each segment against contract and the other carriers."""
    shown = view.current_view()
    rows = told.score_rows(on.found, shown.manifest.id)
    source = page.Source(SCORED, ("segment",), on.scope, rows)
    due = next((float(o.figure.denominator or 0) for o in on.found.scores), None)
    detail = charts.detail(
        "against contract and the median of the other carriers", shown.period_name, due
    )
    with page.panel("Scorecard", detail, source, "scorecard"):
        page.table(told.score_table(on.found.scores), "Scorecard", key="scorecard_table")
        page.quiet(
            "Raw figures: who carries harder work is told on Comparison. A contract's target is "
            "shown where a clause asks for this measure in this segment; its exclusions and "
            "grace are in the settlement alone. Medians of carriers with 30 cases or more."
        )


def trend(on: Opened) -> None:
    """On time by week against control limits."""
    shown = view.current_view()
    decided = noted.rebaselines_of(_ON_TIME)
    found = tried(analysis.control, _ON_TIME, ("carrier",), on.scope, decided)
    if isinstance(found, str):
        page.sentence(found)
        return
    rows = control_table(found, shown.manifest.id)
    source = page.Source((_ON_TIME,), ("carrier", "week"), on.scope, rows)
    detail = charts.detail("on time by week, Laney p′ limits shaded", "since the data begins")
    with page.panel("Is the process in control?", detail, source, "control"):
        drawings = drawn.control_charts(found, [[] for _ in found], shown.palette)
        page.small_charts(drawings, key="control", across=1)
        page.sentence(drawn.chance_said(found))


def causes_and_proof(on: Opened) -> None:
    """What the carrier declares and can prove, and how complete its data is."""
    with page.halves():
        _causes(on)
        _proof(on)
    _completeness(on)


def costs_and_voices(on: Opened) -> None:
    """Costs and satisfaction beside the other carriers."""
    shown = view.current_view()
    rows = told.score_rows(on.found, shown.manifest.id)
    source = page.Source(BESIDE, ("carrier",), on.scope, rows)
    detail = charts.detail("beside the median of the other carriers", shown.period_name)
    with page.panel("Costs and voices", detail, source, "costs"):
        page.table(told.score_table(on.found.beside), "Costs and voices", key="costs_table")


def _causes(on: Opened) -> None:
    rows = view.current_view().reader.report("declared_reasons", on.scope)
    source = page.Source((), (), on.scope, rows, report="declared_reasons")
    detail = _detail("failed first attempts", float(rows["failed"].sum() or 0))
    with page.panel("Why attempts failed", detail, source, "causes"):
        if rows.is_empty():
            page.sentence("No first attempt failed.")
            return
        page.table(told.reasons_table(rows), "Declared reasons", key="causes_table")
        page.quiet("Without an arrival: no event says that a vehicle was there.")


def _proof(on: Opened) -> None:
    rows = view.current_view().reader.report("proof_compliance", on.scope)
    source = page.Source((), (), on.scope, rows, report="proof_compliance")
    detail = _detail("deliveries that needed a proof", float(rows["delivered"].sum() or 0))
    with page.panel("Proof of delivery", detail, source, "proof"):
        if rows.is_empty():
            page.sentence(
                "Nothing in view has deliveries.required_proof. What was required and what was "
                "given appear here as soon as the data says it."
            )
            return
        page.table(rows, "Proof of delivery by segment", key="proof_table")


def _completeness(on: Opened) -> None:
    everybody = Scope(on.scope.period)
    rows = answer(analysis.carrier_data, everybody)
    own = rows.filter(rows["carrier"] == on.found.carrier)
    source = page.Source((), (), everybody, rows, report="carrier_data")
    detail = _detail("share of closed deliveries; the first line is this carrier", None)
    with page.panel("How complete its data is", detail, source, "completeness"):
        others = rows.filter(rows["carrier"] != on.found.carrier)
        page.table(quality.carriers_table(own.vstack(others)), "Completeness", key="data_table")
        page.quiet("Other filters than the days do not cut this table.")


def _detail(unit: str, count: float | None) -> str:
    return charts.detail(unit, view.current_view().period_name, count)
