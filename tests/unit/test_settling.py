"""`doorstep settle` and `doorstep disputes`; disputes of several processes at once."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard.cli import main
from dashboard.errors import StateError
from dashboard.state import Claim, State
from tests import kestrel
from tests.settled_world import TEXT, import_world

WRITER = """
import sys
from pathlib import Path
from dashboard.state import Claim, State

state, name = State(Path(sys.argv[1])), sys.argv[2]
sys.stdin.readline()
for turn in range(30):
    claim = Claim("Kestrel", "2026Q3", "late scan", deliveries=(f"{name}-{turn}", "x"))
    filed = state.file_dispute(claim, name)
    if turn % 2:
        state.decide_dispute(filed.id, "upheld", name)
"""


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return import_world(tmp_path_factory.mktemp("settling"))


@pytest.fixture
def warehouse(imported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The world in a folder of the test's own, with its contract; it is the default."""
    own = Path(shutil.copytree(imported, tmp_path / "own"))
    kestrel.write(own / "contracts", TEXT)
    monkeypatch.setenv("DOORSTEP_WAREHOUSE", str(own))
    return own


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(list(words)) == 0
    return capsys.readouterr().out


def told(capsys: pytest.CaptureFixture[str]) -> dict:
    return json.loads(printed(capsys, "settle", "Kestrel", "2026Q3", "--format", "json"))


def refusal(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(list(words)) == 2
    return capsys.readouterr().err.strip()


@pytest.mark.usefixtures("warehouse")
def test_settle_prints_lines_that_sum_to_the_total(capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys)

    amounts = [line["amount"] for line in found["lines"]]
    assert (amounts, found["total"]) == (["13.53", "3.00", "0.00"], "16.53")
    assert found["lines"][0]["arithmetic"] == (
        "21 / 25 = 0.8400; short 0.1100 = 11 steps × 1 % × 123.00"
    )
    assert "16.53" in printed(capsys, "settle", "Kestrel", "2026Q3")
    rows = printed(capsys, "settle", "Kestrel", "2026Q3", "--evidence", "--format", "csv")
    assert len(rows.splitlines()) == 1 + 27 + 1 + 28


@pytest.mark.usefixtures("warehouse")
def test_a_dispute_changes_the_quarter_once_it_is_upheld(
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = ("disputes", "file", "Kestrel", "2026Q3", "--by", "Ann", "--reason", "late scan")
    printed(capsys, *file, "--clause", "OT-1", "--delivery", "late-2")
    before = told(capsys)

    decided = printed(capsys, "disputes", "decide", "1", "--uphold", "--by", "Bo")

    # 21 / 24 = .875; short 7 whole steps x 1 % x 118.00 = 8.26
    assert before["total"] == "16.53"
    assert "8.26" in decided
    assert "-5.27" in decided
    assert told(capsys)["total"] == "11.26"
    log = json.loads(printed(capsys, "disputes", "--format", "json"))
    assert [(one["filed_by"], one["decided_by"], one["decision"]) for one in log] == [
        ("Ann", "Bo", "upheld")
    ]


@pytest.mark.usefixtures("warehouse")
def test_a_dispute_names_what_the_settlement_knows(capsys: pytest.CaptureFixture[str]) -> None:
    file = ("disputes", "file", "Kestrel", "2026Q3", "--by", "Ann", "--reason", "late scan")

    assert "unknown clause 'OT-9'" in refusal(capsys, *file, "--clause", "OT-9")
    assert "delivery 'nobody' stands in any line" in refusal(capsys, *file, "--delivery", "nobody")
    assert "names neither deliveries nor a clause" in refusal(capsys, *file)


def test_a_signed_settlement_is_named_beside_a_new_one(
    warehouse: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    printed(capsys, "settle", "Kestrel", "2026Q3", "--sign-off", "Ann")

    (remark,) = told(capsys)["remarks"]

    assert remark.startswith("Signed off by Ann on ")
    assert remark.endswith("at EUR 16.53, on snapshot 1. Settled anew it comes to the same.")
    assert [one.by for one in State.of(warehouse).sign_offs()] == ["Ann"]


@pytest.mark.usefixtures("warehouse")
def test_a_provisional_settlement_is_not_signed(capsys: pytest.CaptureFixture[str]) -> None:
    said = refusal(capsys, "settle", "Kestrel", "2026Q4", "--sign-off", "Ann")

    assert said.endswith("the statement is provisional; sign it when its last delivery is mature")


def test_a_bad_contract_is_one_line(warehouse: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kestrel.write(warehouse / "contracts", TEXT.replace('"0.95"', '"95"'))

    assert refusal(capsys, "settle", "Kestrel", "2026Q3") == (
        'doorstep: kestrel-2026.toml: OT-1: target is "95", outside 0 to 1; write 95 % as "0.95"'
    )


def test_a_changed_contract_is_replayed_beside_the_one_that_holds(
    warehouse: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = kestrel.write(warehouse, TEXT.replace('percent_of_fee = "1"', 'percent_of_fee = "2"'))

    found = json.loads(
        printed(capsys, "settle", "Kestrel", "2026Q3", "--what-if", str(path), "--format", "json")
    )

    third = {row["clause"]: row for row in found["quarters"] if row["quarter"] == "2026Q3"}
    # twice the percentage: 27.06 for 13.53
    assert float(third["OT-1"]["held"]) == 13.53
    assert float(third["OT-1"]["changed"]) == 27.06
    assert float(third["total"]["difference"]) == 13.53


def test_a_contract_replayed_unchanged_changes_nothing(
    warehouse: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = kestrel.write(warehouse, TEXT)
    state = State.of(warehouse)
    claim = Claim("Kestrel", "2026Q3", "late scan", "OT-1", ("late-2",))
    state.decide_dispute(state.file_dispute(claim, "Ann").id, "upheld", "Bo")

    found = json.loads(
        printed(capsys, "settle", "Kestrel", "2026Q4", "--what-if", str(path), "--format", "json")
    )

    differences = {row["difference"] for row in found["quarters"]}
    assert {float(one) for one in differences if one is not None} == {0.0}
    assert all(row["held"] == row["changed"] for row in found["chances"])


def test_every_signed_version_stays_with_its_difference(
    warehouse: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sign = ("settle", "Kestrel", "2026Q3", "--sign-off")
    printed(capsys, *sign, "Ann")
    claim = Claim("Kestrel", "2026Q3", "late scan", "OT-1", ("late-2",))
    state = State.of(warehouse)
    state.decide_dispute(state.file_dispute(claim, "Ann").id, "upheld", "Bo")
    printed(capsys, *sign, "Bo")

    rows = json.loads(printed(capsys, *sign[:3], "--signed", "--format", "json"))

    assert [(one["by"], one["total"], one["difference"]) for one in rows] == [
        ("Ann", 16.53, None),
        ("Bo", 11.26, -5.27),
    ]


@pytest.mark.usefixtures("warehouse")
def test_an_action_is_written_down_closed_and_listed(capsys: pytest.CaptureFixture[str]) -> None:
    file = ("actions", "file", "Kestrel", "train drivers", "--owner", "Cy", "--by", "Ann")
    said = printed(capsys, *file, "--due", "2026-11-01")
    printed(capsys, *file, "--due", "2999-01-01")
    printed(capsys, "actions", "close", "1", "--by", "Bo", "--outcome", "done twice")

    log = json.loads(printed(capsys, "actions", "--format", "json"))
    still_open = json.loads(printed(capsys, "actions", "--open", "--format", "json"))

    assert said == "Action 1 is written down: Cy, by 2026-11-01.\n"
    assert [(one["id"], one["status"], one["closed_by"]) for one in log] == [
        (2, "open", None),
        (1, "done", "Bo"),
    ]
    assert [one["id"] for one in still_open] == [2]
    assert "'soon' is no day; write it like 2026-09-30" in refusal(capsys, *file, "--due", "soon")


def test_two_processes_file_and_decide_at_once(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, path, name], stdin=subprocess.PIPE)
        for name in ("a", "b")
    ]
    for writer in writers:
        writer.communicate(b"go\n", timeout=120)

    found = State(path).disputes("Kestrel")

    assert [writer.returncode for writer in writers] == [0, 0]
    assert len({one.id for one in found}) == 60
    assert sum(one.is_open for one in found) == 30
    assert {one.claim.deliveries[0] for one in found} == {
        f"{name}-{turn}" for name in "ab" for turn in range(30)
    }


def test_a_dispute_is_decided_once(tmp_path: Path) -> None:
    state = State.of(tmp_path)
    filed = state.file_dispute(Claim("Kestrel", "2026Q3", "late scan", clause="OT-1"), "Ann")
    state.decide_dispute(filed.id, "rejected", "Bo", "no evidence")

    with pytest.raises(StateError, match=r"dispute 1 is not open \(any more\); name one that is"):
        state.decide_dispute(filed.id, "upheld", "Bo")


@pytest.mark.usefixtures("warehouse")
def test_one_delivery_tells_the_clauses_that_it_touches(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = json.loads(printed(capsys, "delivery", "day-late", "--format", "json"))
    without = json.loads(printed(capsys, "delivery", "other-carrier", "--format", "json"))

    brings = {one["Clause"]: one["It alone brings"] for one in told["clauses"]}
    assert brings == {"OT-1": "", "CR-1": "EUR 3.00", "MV-1": ""}
    assert without["clauses"] == []
    assert "No clause is judged: there is no contract with 'Heron'" in printed(
        capsys, "delivery", "other-carrier"
    )
