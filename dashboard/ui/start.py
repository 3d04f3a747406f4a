"""What runs before every page: snapshot, filter bar, view."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import streamlit as st

from dashboard import settings
from dashboard.access import LOCAL_USER
from dashboard.catalog import Dimension
from dashboard.errors import NotEnoughDataError
from dashboard.ui import view
from dashboard.ui.data.upload import first_data
from dashboard.ui.filters import choices, filter_bar, said
from dashboard.ui.links import Choices
from dashboard.ui.parameters import of_data, of_page
from dashboard.ui.snapshots import offer_newest, pinned_manifest

_STYLE = Path(__file__).with_name("style.css")


def open_view(page: str, pages: Iterable[str]) -> None:
    """Fix the snapshot, draw the filter bar and put the reader's view together.

    Where nothing was imported yet, the page asks for files instead.

    Args:
        page: Address of the page that runs next; '' is the Overview.
        pages: Addresses of all pages that the navigation holds.

    Raises:
        DashboardError: The folder is no warehouse, or a setting is wrong.
    """
    st.html(_STYLE)
    folder = view.warehouse_folder()
    warehouse = view.warehouse(folder)
    if not warehouse.exists():
        first_data()
        st.stop()
    manifest = pinned_manifest(warehouse)
    policy = LOCAL_USER.id
    found = _choices(folder, manifest.id, policy, settings.load().fiscal_year_start)
    reader = view.reader(folder, manifest.id, policy)
    catalog = reader.catalog
    further = tuple(one for one in catalog.dimensions.values() if _is_asked(one))
    offered = replace(
        found,
        parameters=(*of_page(page, catalog), *of_data(page, reader)),
        dimensions=(*found.dimensions, *further),
        values={
            **found.values,
            **{one.name: _values(folder, manifest.id, policy, one.name) for one in further},
        },
    )
    chosen = filter_bar(offered)
    offer_newest(warehouse, manifest)
    labels = {dimension.name: dimension.label for dimension in offered.dimensions}
    view.show(
        view.View(
            warehouse=folder,
            manifest=manifest,
            policy=policy,
            scope=chosen.scope,
            period_name=chosen.period_name,
            versus_name=chosen.versus_name,
            filters_said=said(chosen, labels),
            segments=tuple(offered.values.get("segment", ())),
            parameters=offered.parameters,
            pages=frozenset(pages),
            address=chosen.address,
        )
    )


def _is_asked(dimension: Dimension) -> bool:
    """Whether a dimension beside the bar's is filtered by: a link, or its box, says so."""
    name = dimension.name
    asked = st.session_state.get(name) or any(st.query_params.get_all(name))
    return dimension.column is not None and not dimension.filter and bool(asked)


@st.cache_data(max_entries=40, show_spinner=False)
def _values(folder: str, snapshot: int, policy: str, dimension: str) -> tuple[str, ...]:
    return tuple(view.reader(folder, snapshot, policy).values(dimension))


@st.cache_data(max_entries=20, show_spinner=False)
def _choices(folder: str, snapshot: int, policy: str, fiscal_year_start: int) -> Choices:
    reader = view.reader(folder, snapshot, policy)
    span = reader.span()
    if span is None:
        message = f"snapshot {snapshot} holds no promise; import deliveries first"
        raise NotEnoughDataError(message)
    return choices(reader, span, fiscal_year_start)
