"""`doorstep profile`, and the how-to that a new user follows."""

import json
import re
import shlex
from pathlib import Path

import pytest

from dashboard import serving, tree
from dashboard.cli import COULD_NOT, DONE, REFUSALS, main
from tests.guesses import ROW, write_file

HOW_TO = tree.root() / "docs" / "how-to" / "bring-your-own-data.md"


def test_the_guess_is_printed_with_its_reasons_and_next_steps(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_file(tmp_path / "tms", rows=[(*ROW[:5], "Code 7")])

    code = main(["profile", "new", "tms"])

    said = capsys.readouterr().out
    assert code == REFUSALS
    assert "shipments.csv: 1 record; ASCII, commas. Becomes deliveries: 6 of 6 columns" in said
    assert re.search(r"Spediteur +carrier +Wren +sure: a known name of it", said)
    assert "read as UTC (nobody said so; say it with --time-zone)." in said
    assert "To decide: 'Status' has “Code 7”; say which status that is (--means " in said
    assert said.endswith("Then: doorstep import tms --profile tms-profile\n")


def test_as_json_it_holds_tables_columns_and_questions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_file(tmp_path / "tms")

    code = main(["profile", "new", "tms", "--format", "json", "--out", "own", "--label", "TMS"])

    found = json.loads(capsys.readouterr().out)
    assert code == DONE
    assert (found["label"], found["questions"]) == ("TMS", [])
    assert found["tables"][0]["columns"][1] == {
        "column": "Spediteur",
        "fills": "carrier",
        "confidence": "sure",
        "why": "a known name of it",
        "read_as": "",
        "sample": "Wren",
    }
    assert found["profile"] == ["own/deliveries.sql", "own/profile.toml"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--time-zone", "Berlin"], "'Berlin' is no time zone; write it like Europe/Berlin"),
        (["--constant", "carrier"], "'carrier' says nothing; write it like carrier=Wren"),
        (
            ["--constant", "carier=Wren"],
            "unknown text column of deliveries 'carier'; did you mean 'carrier'?",
        ),
        (
            ["--constant", "status=ok"],
            "'ok' is no status; use one of open, delivered, failed, returned, lost, cancelled",
        ),
        (["--out", "tms"], "tms holds files of yours; name another folder with --out"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    write_file(tmp_path / "tms")

    code = main(["profile", "new", "tms", *words])

    assert code == COULD_NOT
    assert capsys.readouterr().err.splitlines()[-1] == f"doorstep: {said}"


def test_the_example_never_overwrites(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "x.csv").write_text("a\n")

    assert main(["profile", "example", "mine"]) == COULD_NOT
    assert capsys.readouterr().err == ("doorstep: mine holds files already; name another folder\n")


def _commands() -> list[list[str]]:
    """Every `doorstep` command of the how-to's console blocks, in order."""
    text = HOW_TO.read_text(encoding="utf-8")
    blocks = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    return [shlex.split(line)[1:] for line in lines if line.startswith("doorstep ")]


def test_the_how_to_leads_from_an_empty_folder_to_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert list(tmp_path.iterdir()) == []
    outcomes = []
    for words in _commands():
        if words == ["serve"]:
            continue
        code = main(words)
        outcomes.append((" ".join(words[:2]), code, capsys.readouterr().out))

    assert [(command, code) for command, code, _ in outcomes] == [
        ("profile example", DONE),
        ("profile new", REFUSALS),
        ("profile new", DONE),
        ("import my-data", DONE),
        ("metrics on_time_rate", DONE),
    ]
    asked = re.search(r"```text\n(To decide: .*?)\n```", HOW_TO.read_text("utf-8"), re.DOTALL)
    assert asked is not None
    assert asked[1] in outcomes[1][2].splitlines()
    assert "6000       6000             0" in outcomes[3][2]
    assert [line.split()[1] for line in outcomes[4][2].splitlines() if "on_time" in line] == [
        "Gewerbe",
        "Großkunde",
        "Privat",
    ]


def test_an_empty_warehouse_is_served_and_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    served: list[Path] = []
    monkeypatch.setattr(serving, "serve", lambda path, _port: served.append(path))

    assert main(["serve"]) == DONE

    assert served == [tmp_path / "warehouse"]
    assert capsys.readouterr().err == (
        f"No data in {tmp_path}/warehouse yet: the page asks for your files.\n"
    )
