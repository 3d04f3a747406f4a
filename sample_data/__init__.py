"""The sample: a made-up retailer's raw exports, with planted truths to find.

Everything is synthetic. `write_sample` writes the files that the profile
`queries/sources/sample` imports; `TRUTHS` holds what was planted.
"""

from .days import AS_OF
from .export import write_export
from .generate import write_sample
from .truths import TRUTHS, Truths, dirty_rows, open_and_overdue
from .world import Options

__all__ = [
    "AS_OF",
    "TRUTHS",
    "Options",
    "Truths",
    "dirty_rows",
    "open_and_overdue",
    "write_export",
    "write_sample",
]
