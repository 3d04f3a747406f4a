"""The frame of a page: its finding as the title, its context in one line, its panels."""

from collections.abc import Generator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl
import streamlit as st

from dashboard.analysis import Figure
from dashboard.charts import Drawing, tables
from dashboard.scope import Scope
from dashboard.ui import snapshots, view
from dashboard.ui.text import plain
from dashboard.warehouse import Manifest

_PLOTLY = {"displayModeBar": False, "responsive": True}


@dataclass(frozen=True)
class Source:
    """What a panel shows, for its 'Definition, SQL, data'.

    Attributes:
        metrics: Names of the metrics shown.
        by: Dimensions they are split by.
        scope: The scope asked for.
        rows: Exactly the figures shown, with all their digits.
        report: Name of the report behind it; None where metrics are.
        distributions: Names of the distributions shown.
        statement: SQL that made them; empty where metrics are rolled up.
    """

    metrics: tuple[str, ...]
    by: tuple[str, ...]
    scope: Scope
    rows: pl.DataFrame
    report: str | None = None
    distributions: tuple[str, ...] = ()
    statement: str = ""


def source(figures: Sequence[Figure], by: tuple[str, ...] = ()) -> Source:
    """The source of a panel that shows figures."""
    shown = view.current_view()
    metrics = tuple(dict.fromkeys(figure.metric.name for figure in figures))
    return Source(metrics, by, shown.scope, tables.figures_table(figures, shown.manifest.id))


def title(message: str) -> None:
    """The page's finding, and under it what it stands on."""
    shown = view.current_view()
    st.title(plain(message), anchor=False)
    context_line(shown)


def context_line(shown: view.View) -> None:
    """Active filters, snapshot, freshness and label in one line; notes under it."""
    manifest = shown.manifest
    parts = [
        f"**{plain(shown.filters_said)}**",
        f"snapshot {manifest.id}",
        f"data to {snapshots.local_time(manifest)} ({plain(manifest.time_zone)})",
        snapshots.age(manifest, datetime.now(UTC)),
    ]
    if manifest.label:
        parts.append(plain(manifest.label))
    badge = " :orange-badge[synthetic data]" if manifest.synthetic else ""
    st.markdown(f":small[{' · '.join(parts)}]{badge}")
    if manifest.notes:
        quiet(" · ".join(manifest.notes))


def whole_snapshot(manifest: Manifest) -> None:
    """Say which panels stand on the whole of the last import, whatever the filters."""
    quiet(
        f"Filters cut the carriers' table alone; everything else covers snapshot {manifest.id} "
        f"and its import of {manifest.published_at:%d %b %Y, %H:%M} UTC as a whole."
    )


@contextmanager
def panel(heading: str, detail: str, shown: Source, key: str) -> Generator[None, None, None]:
    """A framed part of the page: title, unit with period and n, 'Definition, SQL, data'."""
    with st.container(border=True, height="stretch", key=f"panel_{key}"):
        with st.container(gap=None):
            with st.container(horizontal=True, horizontal_alignment="distribute"):
                st.header(plain(heading), anchor=False, width="content")
                about(shown, key)
            quiet(detail)
        yield


def folded(heading: str) -> AbstractContextManager[object]:
    """A part of the page that is opened when it is wanted."""
    return st.expander(plain(heading))


def about(shown: Source, key: str) -> None:
    """Definition, SQL and CSV of what a panel shows, in one place."""
    reader = view.current_view().reader
    with st.popover("Definition, SQL, data", key=f"about_{key}", type="tertiary"):
        stated = [reader.catalog.metric(name) for name in shown.metrics]
        counted = [reader.catalog.distribution(name) for name in shown.distributions]
        for one in (*stated, *counted):
            st.markdown(f"**{plain(one.label)}.** {plain(one.question)}")
            if one.definition:
                quiet(one.definition)
        for one in counted:
            st.code(one.sql, language="sql")
        if shown.report:
            report = reader.catalog.report(shown.report)
            st.markdown(f"**{plain(report.title)}.** {plain(report.question)}")
            st.code(report.sql, language="sql", height=240)
        elif shown.statement:
            st.code(shown.statement, language="sql", height=240)
        elif shown.metrics:
            asked = reader.sql(shown.metrics, shown.by, shown.scope)
            st.code(asked, language="sql", height=240)
        download(shown.rows, key)


def download(rows: pl.DataFrame, key: str) -> None:
    """Rows as CSV, with all their digits."""
    snapshot = view.current_view().manifest.id
    st.download_button(
        "Download CSV",
        data=lambda: tables.csv(rows),
        file_name=f"doorstep-{key.replace('_', '-')}-snapshot-{snapshot}.csv",
        mime="text/csv",
        key=f"csv_{key}",
        on_click="ignore",
        icon=":material/download:",
    )


def halves() -> AbstractContextManager[object]:
    """A place whose panels stand side by side; one above the other on a phone."""
    return st.grid(2, min_column_width=340)


def boxes() -> AbstractContextManager[object]:
    """A line of boxes to choose from, inside a panel."""
    return st.container(horizontal=True)


def more(label: str) -> AbstractContextManager[object]:
    """A place for what few readers need, closed at first."""
    return st.expander(label)


def quiet(text: str) -> None:
    """A line of small print; Streamlit's own caption is too pale to read for many."""
    st.markdown(f":small[:gray[{plain(text)}]]")


def sentence(text: str) -> None:
    """A sentence under a chart."""
    st.markdown(plain(text))


def strong(text: str) -> None:
    """A sentence that everything else stands under."""
    st.markdown(f"**{plain(text)}**")


def table(rows: pl.DataFrame, alt: str, key: str, *, whole: bool = False) -> None:
    """A table to read; `whole` shows every row where others scroll."""
    height = "content" if whole else "auto"
    st.dataframe(rows, hide_index=True, alt=alt, key=key, height=height)


def prose(rows: pl.DataFrame) -> None:
    """A small table of sentences, which wrap."""
    st.table({name: [plain(text) for text in rows[name]] for name in rows.columns})


def chart(drawing: Drawing, key: str) -> None:
    """A chart with its words for those who cannot see it."""
    st.plotly_chart(drawing.figure, theme=None, config=_PLOTLY, alt=drawing.alt, key=key)


def small_charts(drawings: Sequence[Drawing], key: str, across: int = 5) -> None:
    """Small charts side by side, fewer a row where there is less room."""
    with st.grid(across, min_column_width=1_100 // across):
        for at, drawing in enumerate(drawings):
            chart(drawing, key=f"{key}_{at}")
