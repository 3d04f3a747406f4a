"""What this reader looks at in this run: the snapshot, the scope, the colours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import streamlit as st

from dashboard import charts, settings
from dashboard.access import LOCAL_USER
from dashboard.catalog import Catalog
from dashboard.charts import Days, Palette
from dashboard.scope import Scope
from dashboard.warehouse import Manifest, Reader, Warehouse

if TYPE_CHECKING:
    from dashboard.ui.parameters import Parameter

DEFAULTS = "doorstep_defaults"
"""Session key: what each filter goes back to."""

_VIEW = "doorstep_view"
_POLICIES = {LOCAL_USER.id: LOCAL_USER}


@dataclass(frozen=True)
class View:
    """One reader's view, put together by the filter bar before the page runs.

    Attributes:
        warehouse: Folder that holds the snapshot.
        manifest: The snapshot looked at.
        policy: Id of the access policy.
        scope: Days, days compared with, filters.
        period_name, versus_name: What people call the days: '2026 Q3'.
        filters_said: Days and active filters in words.
        segments: All segments of the snapshot, whatever the filters.
        parameters: Choices that the page has of its own.
        pages: Addresses of the pages that the navigation holds.
        address: Days, filters and snapshot, as every page's link writes them.
    """

    warehouse: str
    manifest: Manifest
    policy: str
    scope: Scope
    period_name: str
    versus_name: str
    filters_said: str
    segments: tuple[str, ...]
    parameters: "tuple[Parameter, ...]"
    pages: frozenset[str]
    address: Mapping[str, str | Sequence[str]]

    @property
    def reader(self) -> Reader:
        """The snapshot, as this reader may see it."""
        return reader(self.warehouse, self.manifest.id, self.policy)

    @property
    def catalog(self) -> Catalog:
        """Every metric and dimension of the snapshot."""
        return self.reader.catalog

    @property
    def palette(self) -> Palette:
        """The colours of the reader's theme."""
        theme = st.context.theme.type or "light"
        return charts.palette(theme, self.segments)

    @property
    def days(self) -> Days:
        """What people call the days."""
        return Days(self.period_name, self.versus_name)

    @property
    def fiscal_year_start(self) -> int:
        """Month in which quarter 1 begins."""
        return settings.load().fiscal_year_start


def show(view: View) -> None:
    """Make this the view of the page that runs next."""
    st.session_state[_VIEW] = view


def current_view() -> View:
    """The view of the page that runs."""
    return cast("View", st.session_state[_VIEW])


def current_scope() -> Scope:
    """Days, days compared with and filters of the page that runs."""
    return current_view().scope


def warehouse_folder() -> str:
    """The folder of the settings, as text that can be part of a cache key."""
    return str(settings.load().warehouse.resolve())


@st.cache_resource(show_spinner=False, max_entries=2)
def warehouse(folder: str) -> Warehouse:
    """The warehouse, opened once per process.

    Raises:
        WarehouseError: The folder is not one.
    """
    return Warehouse(Path(folder))


@st.cache_resource(show_spinner=False, max_entries=4)
def reader(folder: str, snapshot: int, policy: str) -> Reader:
    """A snapshot as one policy shows it; thread-safe, shared by all sessions.

    Raises:
        NoSnapshotError: The snapshot was pruned or never existed.
    """
    return warehouse(folder).reader(snapshot, _POLICIES[policy])
