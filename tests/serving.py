"""Chromium, and the app served by a process of its own."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from dashboard import tree

CHROMIUM = os.environ.get("DOORSTEP_CHROMIUM") or shutil.which("chromium")
ARGUMENTS = (
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
)
IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'


@contextmanager
def served(warehouse: Path) -> Iterator[str]:
    """Serve a warehouse on a free port; the address, once it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    root = tree.root()
    command = [sys.executable, "-m", "streamlit", "run", "dashboard/app.py"]
    options = [f"--server.port={port}", "--server.headless=true"]
    environment = os.environ | {
        "DOORSTEP_WAREHOUSE": str(warehouse.resolve()),
        "PYTHONPATH": str(root),
    }
    with subprocess.Popen(
        [*command, *options],
        cwd=root,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            yield _when_ready(f"http://localhost:{port}")
        finally:
            server.terminate()


def _when_ready(address: str) -> str:
    for _ in range(120):
        try:
            with urlopen(f"{address}/_stcore/health") as answer:  # noqa: S310
                if answer.status == 200:
                    return address
        except URLError:
            time.sleep(0.25)
    message = "the app did not start within 30 s"
    raise TimeoutError(message)
