"""Serving the app from the command line: one process, on this machine only."""

import os
import socket
import tomllib
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from threading import Thread
from time import monotonic, sleep, time
from urllib.request import urlopen

import click

from dashboard import settings, tree
from dashboard.errors import WarehouseError

_STARTED = float(os.environ.get("DOORSTEP_STARTED", time()))
_PATIENCE_SECONDS = 60
_QUIET = {"logger_hideWelcomeMessage": True, "logger_level": "error"}


def serve(warehouse: Path, port: int) -> None:
    """Serve a warehouse until interrupted; prints the address once it answers.

    Raises:
        WarehouseError: The port is taken.
    """
    _refuse_taken(port)
    os.environ["DOORSTEP_WAREHOUSE"] = str(warehouse)
    settings.load.cache_clear()
    address = f"http://localhost:{port}"
    Thread(target=_announce, args=(address,), daemon=True).start()
    from streamlit.web import bootstrap

    flags = _flags() | {"server_port": port} | _QUIET
    bootstrap.load_config_options(flags)
    import_module("dashboard.ui")  # so that the first page does not wait for it
    script = str(Path(__file__).with_name("asgi.py"))
    bootstrap.run_asgi_app(script, "dashboard.asgi:app", args=[], flag_options=flags)


def _flags() -> dict[str, object]:
    """The app's configuration, wherever the command was started."""
    config = tomllib.loads((tree.root() / ".streamlit" / "config.toml").read_text("utf-8"))
    limit = max(settings.load().upload_limit_mb, 1)
    return _flattened(config) | {"server_maxUploadSize": limit}


def _flattened(section: Mapping[str, object], prefix: str = "") -> dict[str, object]:
    flat: dict[str, object] = {}
    for name, value in section.items():
        if isinstance(value, dict):
            flat |= _flattened(value, f"{prefix}{name}_")
        else:
            flat[f"{prefix}{name}"] = value
    return flat


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            message = f"port {port} is taken; choose another with --port (make run PORT=…)"
            raise WarehouseError(message)


def _announce(address: str) -> None:
    until = monotonic() + _PATIENCE_SECONDS
    while monotonic() < until:
        try:
            with urlopen(f"{address}/_stcore/health", timeout=1):  # noqa: S310  (this machine)
                seconds = time() - _STARTED
                click.echo(f"Doorstep is at {address} (ready after {seconds:.1f} s)")
                return
        except OSError:  # not listening yet, or too busy to answer
            sleep(0.1)
    click.echo(f"Doorstep does not answer at {address} yet; see the messages above", err=True)
