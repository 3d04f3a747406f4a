"""What tests of hostile input share as fixtures."""

from pathlib import Path

import pytest

from tests.hostile import Importer


@pytest.fixture
def importer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Importer:
    """Imports a folder of the test's own through the command line."""
    folder = tmp_path / "raw"
    folder.mkdir()
    return Importer(folder, tmp_path / "warehouse", capsys)
