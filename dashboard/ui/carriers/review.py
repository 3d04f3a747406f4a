"""The parts of the page Carrier review: scorecard, trend, causes, proof, costs, voices."""

from dataclasses import dataclass

import streamlit as st

from dashboard import analysis, charts
from dashboard.analysis.carriers.evidence import data_held, promises_moved, proof_given
from dashboard.analysis.carriers.review import (
    BESIDE,
    SCORED,
    CarrierReview,
    carrier_review,
    default_carrier,
)
from dashboard.analysis.satisfaction.ratings import satisfaction
from dashboard.analysis.satisfaction.themes import themes
from dashboard.analysis.service.control import control_table
from dashboard.charts.carriers import evidence as proved
from dashboard.charts.carriers import review as told
from dashboard.charts.satisfaction import tables as voice_tables
from dashboard.charts.satisfaction import words as theme_words
from dashboard.charts.service import control as drawn
from dashboard.scope import Quarter, Scope
from dashboard.ui import notes as noted
from dashboard.ui import page, view
from dashboard.ui.addresses import address
from dashboard.ui.answers import answer, tried
from dashboard.ui.carriers import contracts
from dashboard.ui.carriers.contracts import Shelf
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
    """What the carrier declares, moves and can prove, and how complete its data is."""
    with page.halves():
        _causes(on)
        _moved(on)
    with page.halves():
        _proof(on)
        _completeness(on)


def costs_and_voices(on: Opened) -> None:
    """Costs and satisfaction beside the other carriers, and what customers talk about."""
    shown = view.current_view()
    rows = told.score_rows(on.found, shown.manifest.id)
    source = page.Source(BESIDE, ("carrier",), on.scope, rows)
    detail = charts.detail("beside the median of the other carriers", shown.period_name)
    with page.panel("Costs and voices", detail, source, "costs"):
        page.table(told.score_table(on.found.beside), "Costs and voices", key="costs_table")
    with page.halves():
        _voices(on)
        _themes(on)


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
    found = answer(proof_given, on.scope, on.found.carrier)
    rows = proved.proof_rows(found, on.found.carrier, view.current_view().manifest.id)
    source = page.Source((), (), on.scope, rows, report="proof_compliance")
    detail = _detail("deliveries that needed a proof", float(sum(one.delivered for one in found)))
    with page.panel("Proof of delivery", detail, source, "proof"):
        if not found:
            page.sentence(
                "Nothing in view has deliveries.required_proof. What was required and what was "
                "given appear here as soon as the data says it."
            )
            return
        page.table(proved.proof_table(found), "Proof of delivery by segment", key="proof_table")
        page.quiet("Given: the very proof that the segment asks for, of what arrived.")


def _completeness(on: Opened) -> None:
    everybody = Scope(on.scope.period)
    held = contracts.held(on.shelf.contracts, on.found.carrier, on.quarter)
    found = answer(data_held, everybody, on.found.carrier, held)
    rows = proved.data_rows(found, on.found.carrier, view.current_view().manifest.id)
    source = page.Source((), (), everybody, rows, report="carrier_data")
    detail = _detail("against the agreement and the other carriers", None)
    with page.panel("How complete its data is", detail, source, "completeness"):
        if not found:
            page.sentence("It closed no delivery.")
            return
        page.table(proved.data_table(found), "Completeness", key="data_table")
        page.quiet(
            "Other filters than the days do not cut this table. Agreed is what the contract's "
            "table [data] asks for."
        )


def _moved(on: Opened) -> None:
    found = answer(promises_moved, on.scope, on.found.carrier)
    if found is None:
        return
    rows = proved.moved_rows(found, on.found.carrier, view.current_view().manifest.id)
    source = page.Source((), (), on.scope, rows, report="moved_promises")
    detail = _detail("promises moved by shipper or carrier", float(found.due))
    with page.panel("Moved promises", detail, source, "moved"):
        for sentence in proved.moved_said(found, on.found.carrier):
            page.sentence(sentence)
        page.quiet("A promise moved by shipper or carrier never resets the clock.")


def _voices(on: Opened) -> None:
    asked = on.scope.during(on.scope.period)
    found = tried(satisfaction, asked)
    if isinstance(found, str):
        page.sentence(found)
        return
    rows = voice_tables.segment_rows(found)
    source = page.Source(("satisfaction",), ("segment",), asked, rows)
    unit = "stars of 5, weighted to the deliveries due"
    with page.panel("Satisfaction", _detail(unit, found.whole.replies), source, "voices"):
        page.table(voice_tables.segment_table(found), "Satisfaction by segment", key="voice_table")


def _themes(on: Opened) -> None:
    asked = on.scope.during(on.scope.period)
    found = tried(themes, asked)
    if isinstance(found, str):
        page.sentence(found)
        return
    rows = voice_tables.theme_rows(found.overall)
    counted = ("contact_themes", "comment_themes")
    source = page.Source((), (), asked, rows, distributions=counted)
    with page.panel("What it is about", theme_words.counted(found), source, "themes"):
        page.table(voice_tables.overall_table(found), "Themes", key="themes_table")


def _detail(unit: str, count: float | None) -> str:
    return charts.detail(unit, view.current_view().period_name, count)
