"""Opening the app on a warehouse, as a link would."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard import settings, tree

Open = Callable[..., AppTest]


@pytest.fixture
def open_app(monkeypatch: pytest.MonkeyPatch) -> Open:
    """Open the app: `open_app(warehouse, segment=["Premium"], page="pages/…")`."""

    def opened(warehouse: Path, page: str = "", **params: str | list[str]) -> AppTest:
        monkeypatch.setenv("DOORSTEP_WAREHOUSE", str(warehouse))
        settings.load.cache_clear()
        app = AppTest.from_file(tree.root() / "dashboard" / "app.py", default_timeout=60)
        for name, value in params.items():
            app.query_params[name.rstrip("_")] = value
        app.run()
        return app.switch_page(str(tree.root() / page)).run() if page else app

    return opened


@pytest.fixture
def two_snapshots(sample_warehouse: Path, tmp_path: Path) -> Path:
    """The sample with a second snapshot of the same files, one hour younger."""
    copy = tmp_path / "two-snapshots"
    shutil.copytree(sample_warehouse, copy)
    folder = copy / "snapshots"
    manifest = json.loads((folder / "1.json").read_text(encoding="utf-8"))
    manifest |= {"id": 2, "previous": 1}
    (folder / "2.json").write_text(json.dumps(manifest), encoding="utf-8")
    return copy


@pytest.fixture(autouse=True, scope="session")
def _caches_are_let_go() -> Iterator[None]:
    """Open databases are closed before the interpreter ends."""
    yield
    st.cache_resource.clear()
