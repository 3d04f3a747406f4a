"""The machine that figures were measured on; never its name, nor any path on it."""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl

_CPUINFO = Path("/proc/cpuinfo")


def describe() -> str:
    """Date, cores, memory, processor and versions, in one sentence."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {cores()} cores of {_processor()}, {memory:.0f} GiB; "
        f"Python {platform.python_version()}, DuckDB {duckdb.__version__}, "
        f"Polars {pl.__version__}, pandas {pd.__version__}"
    )


def cores() -> int:
    """Cores that this process may use."""
    return (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )


def load() -> float:
    """Processes that wanted a core in the last minute; above 1 before a run, others work too."""
    return os.getloadavg()[0]


def _processor() -> str:
    if not _CPUINFO.exists():
        return platform.processor() or platform.machine()
    lines = _CPUINFO.read_text(encoding="utf-8").splitlines()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())
