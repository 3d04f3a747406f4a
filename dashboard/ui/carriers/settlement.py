"""The parts of the page Carrier review about money: settlement, invoice check, disputes."""

import streamlit as st

from dashboard import charts
from dashboard.analysis.settlement.decisions import (
    check_claim,
    signed_versions,
    to_sign,
    undisputed,
)
from dashboard.analysis.settlement.quarter import (
    Asked,
    Settlement,
    settlement,
    settlement_evidence,
)
from dashboard.charts import tables
from dashboard.charts.carriers import decided
from dashboard.charts.carriers import review as told
from dashboard.charts.carriers import settlement as drawn
from dashboard.errors import ContractError
from dashboard.state import Claim, Decision
from dashboard.ui import page, view
from dashboard.ui.answers import tried
from dashboard.ui.carriers import contracts
from dashboard.ui.carriers.review import Opened
from dashboard.ui.text import plain

_ALL_CLAUSES = "every clause but commitments of volume"


def settled(on: Opened) -> None:
    """The settlement of the quarter, line by line, with its clauses in words."""
    asked = contracts.asked(on.shelf.contracts, on.found.carrier, on.quarter)
    found = _found(on, asked)
    heading = f"Settlement of {on.quarter}"
    if isinstance(found, str):
        with st.container(border=True, key="panel_settlement"):
            st.header(heading, anchor=False)
            page.sentence(found)
        return
    rows = drawn.statement_rows(found)
    source = page.Source((), (), on.scope, rows)
    unit = f"{found.statement.currency}; positive: the carrier owes us"
    detail = charts.detail(f"{unit}; the contract's own definition", f"{on.quarter}, whole")
    with page.panel(heading, detail, source, "settlement"):
        st.markdown(f"**{plain(found.message)}**")
        signed = signed_versions(contracts.state().settlements(asked.carrier), *_key(asked))
        newest = signed[-1] if signed else None
        for sentence in (drawn.maturity_said(found), drawn.signed_said(newest, found.statement)):
            if sentence:
                page.sentence(sentence)
        lines = drawn.statement_table(found)
        page.table(lines, "Settlement by line", key="settlement_table", whole=True)
        page.quiet("Filters other than the carrier do not cut the settlement.")
        page.prose(told.clauses_table(found.contract))
        _evidence(asked)
        if signed:
            with page.more("What was signed off"):
                page.table(decided.signed_table(signed), "Versions signed off", key="signed_table")
        _sign(found)


def invoice(on: Opened) -> None:
    """Charges against what was carried."""
    rows = view.current_view().reader.report("invoice_check", on.scope)
    source = page.Source((), (), on.scope, rows, report="invoice_check")
    detail = charts.detail("charges that need a second look", view.current_view().period_name)
    with page.panel("Invoice check", detail, source, "invoice"):
        page.sentence(told.invoice_said(rows))
        if not rows.is_empty():
            page.table(told.invoice_table(rows), "Invoice check", key="invoice_table")


def disputes(on: Opened) -> None:
    """Disputes of the quarter, and forms to file and decide one."""
    found = [
        one
        for one in contracts.state().disputes(on.found.carrier)
        if one.claim.quarter == on.quarter.key
    ]
    rows = drawn.disputes_rows(found)
    source = page.Source((), (), on.scope, rows)
    still_open = sum(one.is_open for one in found)
    detail = charts.detail(f"{still_open} open", str(on.quarter), len(found))
    with page.panel("Disputes", detail, source, "disputes"):
        if found:
            page.table(decided.disputes_table(found), "Disputes", key="disputes_table")
        else:
            page.sentence("Nobody disputes this quarter.")
        if any(one.decision == "upheld" for one in found):
            _difference(on)
        with page.more("File a dispute"):
            _file(on)
        if still_open:
            with page.more("Decide a dispute"):
                _decide([one.id for one in found if one.is_open])


def _difference(on: Opened) -> None:
    """What the disputes upheld change, line by line: both versions beside each other."""
    asked = contracts.asked(on.shelf.contracts, on.found.carrier, on.quarter)
    now, before = _found(on, asked), _found(on, undisputed(asked))
    if isinstance(now, str) or isinstance(before, str):
        return
    page.strong("What the disputes that were upheld change")
    lines = decided.difference_table(before.statement, now.statement)
    page.table(lines, "Without disputes, and as decided", key="difference_table")


def _found(on: Opened, asked: Asked) -> Settlement | str:
    """The settlement, or the sentence why there is none."""
    if on.shelf.refusal:
        return f"The contracts cannot be read: {on.shelf.refusal}."
    try:
        return tried(settlement, asked)
    except ContractError as refused:
        return f"Nothing is settled: {refused}."


def _key(asked: Asked) -> tuple[str, str]:
    return asked.carrier, asked.quarter


def _evidence(asked: Asked) -> None:
    """Every delivery behind the lines, worked out when it is wanted."""
    shown = view.current_view()
    st.download_button(
        "Download every delivery behind the lines",
        data=lambda: tables.csv(settlement_evidence(shown.reader, asked)),
        file_name=f"settlement-{asked.quarter}-snapshot-{shown.manifest.id}.csv",
        mime="text/csv",
        key="csv_evidence",
        on_click="ignore",
        icon=":material/download:",
    )


def _sign(found: Settlement) -> None:
    if found.statement.provisional:
        return
    with page.more("Sign off"), st.form("sign_settlement", border=False):
        page.quiet("Freezes this statement, and keeps its snapshot for good.")
        name = st.text_input("Your name", key="settlement_by")
        note = st.text_input("Note", key="settlement_note")
        if st.form_submit_button("Sign off"):
            kept = to_sign(found.statement.to_json(), found.snapshot)
            check = view.warehouse(view.current_view().warehouse).manifest
            sign = contracts.state().sign_settlement
            contracts.kept(lambda: sign(kept, name, note or None, check=check))


def _file(on: Opened) -> None:
    asked = contracts.asked(on.shelf.contracts, on.found.carrier, on.quarter)
    held = contracts.held(on.shelf.contracts, on.found.carrier, on.quarter)
    names = [_ALL_CLAUSES, *(one.id for one in held.clauses)] if held else [_ALL_CLAUSES]
    with st.form("file_dispute", clear_on_submit=True, border=False):
        clause = st.selectbox("About", names, key="dispute_clause")
        ids = st.text_area("Deliveries, one a line (none: the whole line)", key="dispute_ids")
        reason = st.text_input("Reason", key="dispute_reason")
        evidence = st.text_input("Where the evidence is", key="dispute_evidence")
        name = st.text_input("Your name", key="dispute_by")
        if not st.form_submit_button("File"):
            return
    claim = Claim(
        carrier=asked.carrier,
        quarter=asked.quarter,
        reason=reason,
        clause=None if clause == _ALL_CLAUSES else clause,
        deliveries=tuple(dict.fromkeys(ids.split())),
        evidence=evidence or None,
    )

    def file() -> None:
        check_claim(view.current_view().reader, asked, claim)
        contracts.state().file_dispute(claim, name)

    contracts.kept(file)


def _decide(still_open: list[int]) -> None:
    decisions: dict[str, Decision] = {"uphold": "upheld", "reject": "rejected"}
    with st.form("decide_dispute", clear_on_submit=True, border=False):
        number = st.selectbox("Dispute", still_open, key="decide_id")
        chosen = st.radio("Decision", list(decisions), key="decide_how", horizontal=True)
        note = st.text_input("Why", key="decide_note")
        name = st.text_input("Your name", key="decide_by")
        if not st.form_submit_button("Decide"):
            return
    decide = contracts.state().decide_dispute
    contracts.kept(lambda: decide(number, decisions[chosen], name, note or None))
