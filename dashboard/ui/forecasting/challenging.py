"""The challenger on the Forecast page: back-tests on demand, stopped at any time."""

import time
from collections.abc import Iterator, Sequence
from contextlib import closing

import streamlit as st

from dashboard import charts
from dashboard.analysis.forecasting.challenge import Challenged, as_contract, message
from dashboard.analysis.forecasting.challenge_all import Challenge, challenge, work
from dashboard.charts.forecasting import words as said
from dashboard.ui import page, view
from dashboard.ui.answers import answer, errors_as_sentences
from dashboard.ui.forecasting.parts import Opened
from dashboard.ui.parameters import choose

_CHOICE = "challenge"
_CLOSED = "closed"


def challenger(on: Opened) -> None:
    """Back-test every series asked for; what is done is kept with the snapshot."""
    chosen = choose(_CHOICE)
    if chosen == _CLOSED:
        return
    is_by_zone = chosen == "zone"
    by = "zone" if is_by_zone else "segment"
    found = _back_tests(answer(challenge, on.scope.during(None), on.basis, by))
    rows = as_contract(found, view.current_view().manifest.as_of)
    detail = charts.detail(
        f"WAPE {said.ahead(on.found.lead)} or more, issued every second week; chosen on the "
        "earlier half of the origins, judged on the later; CSV: the next eight weeks",
        "to the last complete day",
        len(found),
    )
    source = page.Source((), (), on.scope, rows, report="forecast_at_lead")
    with page.panel("What would be better?", detail, source, "challenger"):
        page.sentence(f"{message(found)}.")
        if is_by_zone:
            page.table(said.challenge_by_segment(found), "Back-tests by segment", "challenged_in")
        page.table(said.challenge_table(found), "Back-tests by series", "challenger_table")
        page.quiet(_how(found))


def _back_tests(stated: Challenge) -> tuple[Challenged, ...]:
    """Work off what is left, with a bar and a way to stop; the script ends where it is used."""
    place = st.empty()
    if stated.left():
        with place.container(), errors_as_sentences(), closing(work(stated)) as working:
            st.button("Stop back-testing", key="stop_challenge", on_click=_stop)
            _follow(working, len(stated.series), len(stated.left()))
    place.empty()
    return stated.results()


def _follow(working: Iterator[int], total: int, left: int) -> None:
    """A bar with the time that is left, some times a second: where a click ends the script."""
    bar, began, before = st.progress(0.0, "Back-testing …"), time.monotonic(), total - left
    for done in working:
        seconds = (time.monotonic() - began) / max(done - before, 1) * (total - done)
        more = f"; about {seconds:.0f} s left" if done > before else ""
        bar.progress(done / total, f"Back-testing: {done:,} of {total:,} series{more}")


def _stop() -> None:
    st.session_state[_CHOICE] = _CLOSED


def _how(found: Sequence[Challenged]) -> str:
    lacks_years = all("MSTL" not in one.errors for one in found)
    mstl = (
        " MSTL is left out: a season of the year has to be seen twice before the first origin."
        if lacks_years
        else ""
    )
    return (
        "Models learn before the first origin; promotions and holidays are known ahead. "
        f"Verdicts hold over all series of the table together.{mstl}"
    )
