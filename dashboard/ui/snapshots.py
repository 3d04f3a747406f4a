"""Which snapshot a session looks at: the link's, else the newest, and it stays that one."""

from datetime import UTC, datetime
from typing import NoReturn
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard.charts import formats
from dashboard.errors import NoSnapshotError
from dashboard.ui.links import SNAPSHOT
from dashboard.warehouse import Manifest, Warehouse

_PINNED = "doorstep_snapshot"
_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_AGES = (("year", 365 * _DAY), ("day", _DAY), ("hour", _HOUR), ("minute", _MINUTE))


def pinned_manifest(warehouse: Warehouse) -> Manifest:
    """The snapshot of this session; a link to one that is gone stops the page.

    Raises:
        NoSnapshotError: Nothing was imported yet.
    """
    newest = warehouse.newest()
    asked = st.query_params.get(SNAPSHOT) or st.session_state.get(_PINNED) or str(newest.id)
    found = newest if asked == str(newest.id) else _asked(warehouse, str(asked), newest)
    st.session_state[_PINNED] = str(found.id)
    if st.query_params.get(SNAPSHOT) != str(found.id):
        st.query_params[SNAPSHOT] = str(found.id)
    return found


def offer_newest(warehouse: Warehouse, shown: Manifest) -> None:
    """Say when the page stands on an older snapshot, with a way to the newest."""
    newest = warehouse.newest()
    if newest.id == shown.id:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="newer_snapshot"):
        st.info(
            f"This page shows snapshot {shown.id}, data to {local_time(shown)}. "
            f"Snapshot {newest.id}, data to {local_time(newest)}, is the newest."
        )
        _newest_button(newest)


def local_time(manifest: Manifest) -> str:
    """The moment the data is complete to, in the network's own time."""
    local = manifest.as_of.replace(tzinfo=UTC).astimezone(ZoneInfo(manifest.time_zone))
    return f"{formats.day(local.date())}, {local:%H:%M}"


def age(manifest: Manifest, now: datetime) -> str:
    """How old the data is, in the largest unit that fits.

    Args:
        manifest: The snapshot.
        now: The present, with a time zone.
    """
    seconds = (now - manifest.as_of.replace(tzinfo=UTC)).total_seconds()
    for unit, size in _AGES:
        count = int(seconds // size)
        if count >= 1:
            return f"{formats.number(count)} {unit}{'s' if count > 1 else ''} old"
    return "up to the minute"


def _asked(warehouse: Warehouse, asked: str, newest: Manifest) -> Manifest:
    try:
        return warehouse.manifest(int(asked)) if asked.isdecimal() else _stop(asked, newest)
    except NoSnapshotError:
        _stop(asked, newest)


def _stop(asked: str, newest: Manifest) -> NoReturn:
    was_here = asked.isdecimal() and 0 < int(asked) < newest.id
    st.error(
        f"Snapshot {asked} was pruned, so nothing is shown: open the newest."
        if was_here
        else f"The link asks for snapshot “{asked[:20]}”, which is not in this warehouse (any "
        "more), so nothing is shown."
    )
    _newest_button(newest)
    st.stop()


def _newest_button(newest: Manifest) -> None:
    st.button("Open the newest", key="open_newest", on_click=open_snapshot, args=(newest.id,))


def open_snapshot(snapshot: int) -> None:
    """Look at this snapshot from the next run on."""
    st.query_params[SNAPSHOT] = str(snapshot)
    st.session_state[_PINNED] = str(snapshot)
