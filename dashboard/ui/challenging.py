"""The challenger on the Forecast page: back-tests on demand, one segment after the other."""

import streamlit as st

from dashboard import charts
from dashboard.analysis.challenge import Challenged, as_contract, challenge, message
from dashboard.charts import forecast_words as said
from dashboard.ui import page, view
from dashboard.ui.answers import tried
from dashboard.ui.forecast import Opened


def challenger(on: Opened) -> None:
    """Back-test every segment; each is kept, so that stopping loses only the one running."""
    found = _back_tests(on)
    shown = view.current_view()
    rows = as_contract(found, shown.manifest.as_of)
    ahead = said.ahead(on.found.lead)
    detail = charts.detail(
        f"WAPE {ahead} or more, issued every second week; chosen on the earlier half of "
        "the origins, judged on the later; CSV: the next eight weeks",
        "to the last complete day",
    )
    source = page.Source((), (), on.scope, rows, report="forecast_at_lead")
    with page.panel("What would be better?", detail, source, "challenger"):
        page.sentence(f"{message(found)}.")
        page.table(said.challenge_table(found), "Back-tests by segment", "challenger_table")
        page.quiet(
            "Models learn before the first origin; promotions and holidays are known ahead. "
            "Zones: doorstep challenge --by-zone."
        )


def _back_tests(on: Opened) -> tuple[Challenged, ...]:
    segments = [score.series for score in on.found.at_lead()[1:]]
    found = []
    with st.empty():
        for at, segment in enumerate(segments):
            st.progress(at / len(segments), f"Back-testing {segment}; switch it off to stop")
            one = tried(challenge, on.scope.during(None), segment, on.found.lead, on.found.step)
            if not isinstance(one, str):
                found.append(one)
        st.markdown("")
    return tuple(found)
