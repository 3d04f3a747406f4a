"""The contracts that the pages settle by, and what people decided about them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from dashboard import settings
from dashboard.analysis.settlement.decisions import as_decided
from dashboard.analysis.settlement.quarter import Asked
from dashboard.contracts import Contract, contract_for, read_shelf, vocabulary
from dashboard.errors import ContractError, DashboardError
from dashboard.scope import Quarter
from dashboard.state import State
from dashboard.ui import view
from dashboard.ui.text import plain


@dataclass(frozen=True)
class Shelf:
    """Contracts at hand.

    Attributes:
        contracts: All that can be read; none where one is broken.
        refusal: Why they cannot be read; '' where they can.
    """

    contracts: tuple[Contract, ...]
    refusal: str = ""


def shelf() -> Shelf:
    """Every contract of the folder that is set."""
    shown = view.current_view()
    folder = settings.load().contracts_folder(Path(shown.warehouse))
    try:
        return Shelf(read_shelf(folder, vocabulary(shown.catalog)))
    except ContractError as refused:
        return Shelf((), str(refused))


def state() -> State:
    """What people write about the warehouse in view."""
    return State.of(Path(view.current_view().warehouse))


def kept(write: Callable[[], object]) -> None:
    """Write, and show the page anew; or say in one sentence why not."""
    try:
        write()
    except DashboardError as refused:
        st.error(plain(str(refused)))
    else:
        st.rerun()


def quarter_in_view() -> Quarter:
    """The quarter of the last day that is looked at and known."""
    shown = view.current_view()
    last = shown.manifest.as_of.date()
    days = shown.scope.period
    end = min(days.end, last) if days and days.start <= last else last
    return Quarter.of(end, shown.fiscal_year_start)


def asked(contracts: tuple[Contract, ...], carrier: str, quarter: Quarter) -> Asked:
    """A carrier's quarter, with what people decided."""
    kept = state()
    return as_decided(
        contracts, carrier, quarter.key, kept.disputes(carrier), kept.settlements(carrier)
    )


def held(contracts: tuple[Contract, ...], carrier: str, quarter: Quarter) -> Contract | None:
    """The contract that holds for a quarter; None where none does."""
    try:
        return contract_for(
            contracts, carrier, quarter.period(view.current_view().fiscal_year_start)
        )
    except ContractError:
        return None
