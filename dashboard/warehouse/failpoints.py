"""Failpoints: the places of an import where a test lets the process die.

`DOORSTEP_FAILPOINT=table_written` kills it (SIGKILL, as a power cut would) at that place,
`table_written:2` at the second time it comes by. Without the variable nothing happens.
"""

import os
import signal
from collections import Counter
from typing import Literal, get_args

from dashboard.errors import SettingsError, UnknownNameError

VARIABLE = "DOORSTEP_FAILPOINT"

Name = Literal[
    "lock_taken",
    "staging_made",
    "draft_deleted",
    "orphan_deleted",
    "folder_deleted",
    "swept",
    "files_opened",
    "files_landed",
    "rows_checked",
    "rows_merged",
    "table_written",
    "quarantine_written",
    "rollup_written",
    "index_written",
    "rollups_written",
    "file_synced",
    "files_synced",
    "draft_opened",
    "draft_written",
    "draft_synced",
    "manifest_renamed",
    "manifest_published",
    "staging_deleted",
]
"""In the order of an import; each stands between two steps that touch the disk."""

NAMES: tuple[str, ...] = get_args(Name)

_MOST = 99
_passed: Counter[str] = Counter()


def reached(name: Name) -> None:
    """Die here, where the environment says so.

    Raises:
        UnknownNameError: The environment names a failpoint that does not exist.
        SettingsError: It does not say which time as a number from 1 to 99.
    """
    stated = os.environ.get(VARIABLE)
    if stated is None:
        return
    place, time = _read(stated)
    if place == name:
        _passed[name] += 1
        if _passed[name] == time:
            os.kill(os.getpid(), signal.SIGKILL)


def _read(stated: str) -> tuple[str, int]:
    place, _, time = stated.partition(":")
    if place not in NAMES:
        raise UnknownNameError.among("failpoint", place, NAMES)  # noqa: EM101  (a kind)
    if time in ("", *map(str, range(1, _MOST + 1))):
        return place, int(time or "1")
    message = f"{VARIABLE} says '{time}' for the time; state a number from 1 to {_MOST}, or none"
    raise SettingsError(message)
