"""Own files through the app: seen, corrected, imported; nothing else is replaced."""

import tomllib
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import sample, settings, tree
from dashboard.settings import Settings
from dashboard.warehouse import Warehouse
from tests.app.conftest import Open

PAGE = "pages/data_quality.py"


@pytest.fixture
def export(tmp_path: Path) -> bytes:
    return tree.sample_generator().write_export(tmp_path / "export").read_bytes()


def _upload(app: AppTest, data: bytes, name: str = "Sendungen_2025.csv") -> AppTest:
    app.file_uploader[0].upload(name, data)
    return app.run()


def test_an_empty_warehouse_asks_for_files_and_shows_figures_after_the_import(
    open_app: Open, tmp_path: Path, export: bytes
) -> None:
    app = _upload(open_app(tmp_path / "warehouse"), export)
    boxes = {box.label.replace("\\", ""): box for box in app.selectbox}

    assert app.title[0].value == "No data yet: bring your own files"
    assert boxes["Frachtführer"].value == "carrier"
    assert boxes["Pünktlich"].value == "(left out)"
    assert app.button(key="own_import").disabled
    assert [one.value for one in app.warning] == [
        "To decide: 'Status' has “Annahme verweigert”; say which status that is."
    ]

    boxes["Status “Annahme verweigert” means"].set_value("failed").run()
    app.button(key="own_import").click().run()
    assert [one.value.replace("\\", "") for one in app.success] == [
        "deliveries: 6,000 of 6,000 rows accepted."
    ]

    app.button(key="own_open").click().run()
    assert not app.exception
    assert Warehouse(tmp_path / "warehouse").newest().profile == "own-data"
    assert "on\\-time" in app.title[0].value


def test_a_corrected_mapping_is_what_is_imported(
    open_app: Open, tmp_path: Path, export: bytes
) -> None:
    app = _upload(open_app(tmp_path / "warehouse"), export)
    for label, value in (("Sachbearbeiter", "driver_id"), ("Kundengruppe", "(left out)")):
        box = next(one for one in app.selectbox if one.label == label)
        box.set_value(value).run()
    next(one for one in app.selectbox if "verweigert" in one.label).set_value("failed").run()
    app.text_input(key="own_label").set_value("Our TMS").run()
    app.selectbox(key="own_zone").set_value("Europe/Berlin").run()
    app.button(key="own_import").click().run()

    newest = Warehouse(tmp_path / "warehouse").newest()
    assert (newest.profile, newest.label, newest.time_zone) == (
        "our-tms",
        "Our TMS",
        "Europe/Berlin",
    )
    code = " ".join(one.value for one in app.code)
    assert '"Sachbearbeiter" as driver_id' in code
    assert "as segment" not in code


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("x.zip", b"PK\x03\x04", "x.zip is a ZIP archive or an Excel file; unpack it, or save "
         "the sheet as CSV"),
        ("../x.csv", b"a\n1\n", "“../x.csv” is no plain file name; rename the file and choose it "
         "again"),
        ("x.csv", b"a,b\0\n", "x.csv holds NUL bytes; export it as text, or say its encoding in "
         "the profile"),
    ],
)  # fmt: skip
def test_hostile_files_are_refused_in_one_sentence(
    open_app: Open, tmp_path: Path, name: str, data: bytes, said: str
) -> None:
    app = _upload(open_app(tmp_path / "warehouse"), data, name)

    assert not app.exception
    assert [one.value.replace("\\", "") for one in app.error] == [said]
    assert not (tmp_path / "warehouse").exists()


def test_data_of_another_profile_is_not_replaced(
    open_app: Open, sample_warehouse: Path, export: bytes
) -> None:
    app = _upload(open_app(sample_warehouse, PAGE), export)
    next(one for one in app.selectbox if "verweigert" in one.label).set_value("failed").run()

    assert not app.exception
    assert app.button(key="own_import").disabled
    assert "This warehouse holds data of “Doorstep sample”" in app.warning[0].value.replace(
        "\\", ""
    )
    assert Warehouse(sample_warehouse).newest().profile == sample.PROFILE


def test_uploads_can_be_switched_off(
    open_app: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOORSTEP_UPLOAD_LIMIT_MB", "0")
    settings.load.cache_clear()

    app = open_app(tmp_path / "warehouse")

    assert len(app.file_uploader) == 0
    assert "Uploads are switched off here" in app.markdown[-1].value


def test_the_server_takes_as_much_as_the_setting_says() -> None:
    text = (tree.root() / ".streamlit" / "config.toml").read_text(encoding="utf-8")

    assert tomllib.loads(text)["server"]["maxUploadSize"] == Settings().upload_limit_mb
