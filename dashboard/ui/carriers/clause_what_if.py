"""The part of the page Carrier review that changes a clause and replays six quarters."""

import streamlit as st

from dashboard.analysis.settlement.what_if import ClauseWhatIf, clause_what_if
from dashboard.charts.carriers import clause_what_if as drawn
from dashboard.charts.carriers.what_if import chance_rows, what_if_rows
from dashboard.contracts import Clause, stated, vocabulary, with_terms
from dashboard.errors import ContractError
from dashboard.scope import Scope
from dashboard.ui import page, view
from dashboard.ui.answers import tried
from dashboard.ui.carriers import contracts
from dashboard.ui.carriers.review import Opened

_LABELS = {
    "target": "Target",
    "below": "Below",
    "step": "Step",
    "multiplier": "Multiplier",
    "share": "Share returned",
    "amount": "Amount: money, or a percentage of the fee like 0.1 %",
}


def changed_clause(on: Opened) -> None:
    """What a changed clause would have made of the last six quarters; worked out when asked."""
    held = contracts.held(on.shelf.contracts, on.found.carrier, on.quarter)
    if held is None:
        return
    with page.more("What if a clause were different?"):
        names = [one.id for one in held.clauses]
        name = st.selectbox("Clause", names, key="what_if_clause")
        with st.form("clause_what_if", border=False):
            terms = _terms(held.named(name))
            page.quiet("Numbers as in the contract: 0.95, not 95. Nothing is kept of this.")
            if not st.form_submit_button("Work it out"):
                return
        found = _replayed(on, name, terms)
        if isinstance(found, str):
            page.sentence(found)
            return
        _told(found, name)


def _terms(clause: Clause) -> dict[str, str]:
    """The terms of a clause, as the reader changes them."""
    terms = stated(clause)
    with st.container(horizontal=True):
        for name, label in _LABELS.items():
            if name in terms:
                terms[name] = st.text_input(label, terms[name], key=_key(clause, name), width=240)
    if "tiers" in terms:
        label = "Tiers, one a line: from to: amount"
        terms["tiers"] = st.text_area(label, terms["tiers"], key=_key(clause, "tiers"))
    if "interval_rule" in terms:
        label = "Confidence at which a fine must be beyond chance, like 0.95; empty: any"
        terms["interval_rule"] = st.text_input(
            label, terms["interval_rule"], key=_key(clause, "interval_rule")
        )
    if "exclusions" in terms:
        known = view.current_view().reader.report("exclusion_windows", Scope())["name"].to_list()
        chosen = [one for one in terms["exclusions"].splitlines() if one in known]
        label = "Windows excluded"
        picked = st.multiselect(label, known, chosen, key=_key(clause, "exclusions"))
        terms["exclusions"] = "\n".join(picked)
    return terms


def _replayed(on: Opened, clause: str, terms: dict[str, str]) -> ClauseWhatIf | str:
    held = contracts.held(on.shelf.contracts, on.found.carrier, on.quarter)
    asked = contracts.asked(on.shelf.contracts, on.found.carrier, on.quarter)
    if held is None:
        return "No contract holds for the quarter."
    try:
        known = vocabulary(view.current_view().catalog)
        return tried(clause_what_if, asked, with_terms(held, clause, terms, known))
    except ContractError as refused:
        return f"Nothing is worked out: {refused}."


def _told(found: ClauseWhatIf, clause: str) -> None:
    page.strong(f"{found.message}.")
    page.table(drawn.quarters_table(found, clause), "Quarters replayed", key="what_if_quarters")
    page.quiet(
        "Quarters in which no contract held are settled by the changed one alone. Disputes that "
        "were upheld count on both sides."
    )
    page.download(what_if_rows(found), "clause_what_if")
    chances = drawn.chances_table(found, clause)
    if not chances.is_empty():
        page.strong("How often a carrier is fined in such a quarter")
        page.table(chances, "Chances of a fine", key="what_if_chances")
        page.download(chance_rows(found), "clause_chances")
    page.sentence(drawn.chances_said(found, clause))


def _key(clause: Clause, name: str) -> str:
    return f"what_if_{clause.id}_{name}"
