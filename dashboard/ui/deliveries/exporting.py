"""All rows under the filters as a file, written while they are read: the route `/api/rows`."""

from collections.abc import Iterator, Sequence
from threading import Event
from urllib.parse import urlencode

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from dashboard.access import LOCAL_USER
from dashboard.analysis.deliveries.rows import row_stream
from dashboard.charts.deliveries.streams import csv_parts, parquet_parts
from dashboard.errors import DashboardError, ScopeError
from dashboard.scope import Scope, scope_from, scope_text
from dashboard.ui import page, view

PATH = "/api/rows"
SERVED = Event()
"""Set where the app is served together with the route."""

_KINDS = {
    "csv": ("All rows as CSV", "text/csv", csv_parts),
    "parquet": ("All rows as Parquet", "application/vnd.apache.parquet", parquet_parts),
}


def downloads(scope: Scope, columns: Sequence[str]) -> None:
    """Links to all rows of a scope; where nothing serves them, the command that does."""
    if not SERVED.is_set():
        page.quiet(
            "All rows as a file: `doorstep deliveries --format csv` (or parquet), or serve the "
            "pages with `doorstep serve`."
        )
        return
    snapshot = view.current_view().manifest.id
    with st.container(horizontal=True):
        for kind, (label, _, _) in _KINDS.items():
            asked = {
                "form": kind,
                "snapshot": snapshot,
                "columns": ",".join(columns),
                "scope": scope_text(scope),
            }
            st.link_button(
                label, f"./{PATH.strip('/')}?{urlencode(asked)}", icon=":material/download:"
            )


def rows_as_file(request: Request) -> Response:
    """All rows that an address asks for.

    The first rows are read before anything is sent, so that what is wrong is said in words.
    """
    if request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        return PlainTextResponse("open this from the dashboard itself", 403)
    asked = request.query_params
    try:
        kind = asked.get("form", "")
        if kind not in _KINDS:
            message = f"form is '{kind}'; use csv or parquet"
            raise ScopeError(message)
        parts = _parts(
            kind, asked.get("snapshot", ""), asked.get("columns", ""), asked.get("scope", "")
        )
        first = next(parts)
    except DashboardError as refused:
        return PlainTextResponse(str(refused), 400)
    name = f"doorstep-deliveries-snapshot-{int(asked['snapshot'])}.{kind}"
    return StreamingResponse(
        _after(first, parts),
        media_type=_KINDS[kind][1],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _parts(kind: str, snapshot: str, columns: str, scope: str) -> Iterator[bytes]:
    if not snapshot.isdecimal():
        message = f"snapshot is '{snapshot}'; give its number"
        raise ScopeError(message)
    reader = view.reader(view.warehouse_folder(), int(snapshot), LOCAL_USER.id)
    names = [name for name in columns.split(",") if name]
    return _KINDS[kind][2](row_stream(reader, names, scope_from(scope)))


def _after(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


ROUTES = (Route(PATH, rows_as_file),)
