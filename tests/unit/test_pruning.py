"""Old snapshots go and free their space; what is signed off, or newest, stays whole."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from dashboard.access import LOCAL_USER
from dashboard.cli import main
from dashboard.errors import DashboardError, ImportConflictError, NoSnapshotError, WarehouseError
from dashboard.scope import Scope
from dashboard.state import State
from dashboard.warehouse import ImportOptions, Warehouse
from dashboard.warehouse.snapshots import Store
from tests.conftest import IMPORT_TIME, Import
from tests.raw import contract_shaped, stored
from tests.rows import delivery, write_csv


@contextmanager
def nobody() -> Iterator[frozenset[int]]:
    """Stand for a state in which nothing is signed off."""
    yield frozenset()


@contextmanager
def second() -> Iterator[frozenset[int]]:
    """Stand for a state in which snapshot 2 is signed off."""
    yield frozenset({2})


@pytest.fixture(scope="module")
def four_snapshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse of four snapshots, not to be written to."""
    folder = tmp_path_factory.mktemp("four")
    for name in "abcd":
        write_csv(folder / "deliveries.csv", [delivery(name)])
        options = ImportOptions("doorstep", now=IMPORT_TIME)
        Warehouse(folder / "warehouse").import_folder(folder, options)
    return folder / "warehouse"


@pytest.fixture
def four(four_snapshots: Path, warehouse: Warehouse) -> Warehouse:
    """A warehouse of four snapshots; each replaces the delivery of the one before."""
    shutil.copytree(four_snapshots, warehouse.path)
    return warehouse


def files(warehouse: Warehouse) -> dict[str, int]:
    """Sizes of all table files on disk, by path."""
    return {
        str(path.relative_to(warehouse.path)): path.stat().st_size
        for path in (warehouse.path / "tables").rglob("*.parquet")
    }


def named(warehouse: Warehouse) -> set[str]:
    """Paths that some manifest names."""
    return {
        file.path
        for manifest in warehouse.manifests()
        for table in manifest.files.values()
        for file in table
    }


def test_the_newest_stay_and_the_others_leave_nothing_behind(four: Warehouse) -> None:
    before = files(four)

    pruned = four.prune(2, nobody)

    left = files(four)
    assert (pruned.snapshots, pruned.kept, pruned.signed_off) == ((1, 2), (3, 4), ())
    assert set(left) == named(four)
    assert pruned.files == len(before) - len(left) > 0
    assert pruned.bytes == sum(before.values()) - sum(left.values())
    assert stored(four, "delivery_id", snapshot=3) == [("c",)]
    assert stored(four, "delivery_id") == [("d",)]


def test_what_is_signed_off_stays_beside_the_newest(four: Warehouse) -> None:
    pruned = four.prune(1, second)

    assert (pruned.snapshots, pruned.kept, pruned.signed_off) == ((1, 3), (2, 4), (2,))
    assert stored(four, "delivery_id", snapshot=2) == [("b",)]


def test_a_dry_run_says_the_same_and_leaves_everything(four: Warehouse) -> None:
    before = files(four)

    foretold = four.prune(1, second, dry_run=True)

    assert files(four) == before
    assert [one.id for one in four.manifests()] == [1, 2, 3, 4]
    assert four.prune(1, second) == foretold


def test_files_that_a_later_snapshot_shares_stay(
    warehouse: Warehouse, put_in: Import, tmp_path: Path
) -> None:
    changes = contract_shaped(tmp_path / "changes")
    april = {"ordered_at": "2026-04-02 08:00:00", "promised_by": "2026-04-03 12:00:00"}
    put_in(profile=changes, deliveries=[delivery("march")])
    put_in(profile=changes, deliveries=[delivery("april", **april, delivered_at=None)])

    warehouse.prune(1, nobody)

    assert stored(warehouse, "delivery_id") == [("april",), ("march",)]


def test_not_even_a_function_may_prune_the_newest(four: Warehouse) -> None:
    with pytest.raises(WarehouseError) as refusal:
        four.prune(0, nobody)

    assert str(refusal.value) == "0 snapshots would stay; keep at least the newest"
    assert len(four.manifests()) == 4


def test_keeping_more_than_there_are_takes_nothing_away(four: Warehouse) -> None:
    pruned = four.prune(9, nobody)

    assert (pruned.snapshots, pruned.files, pruned.bytes) == ((), 0, 0)


def test_an_import_after_pruning_goes_on_counting(four: Warehouse, put_in: Import) -> None:
    four.prune(1, nobody)

    assert put_in(deliveries=[delivery("e")]).manifest.id == 5
    assert [one.id for one in four.manifests()] == [4, 5]


def test_nothing_is_pruned_while_another_command_holds_the_lock(four: Warehouse) -> None:
    with Store(four.path).locked("a backup of"), pytest.raises(ImportConflictError) as refusal:
        four.prune(1, nobody)

    assert str(refusal.value) == (f"a backup of {four.path} is running; try again after it")
    assert len(four.manifests()) == 4


def test_nobody_can_sign_off_what_is_about_to_go(four: Warehouse) -> None:
    state = State.of(four.path)
    outcome: list[Exception] = []

    def sign_off() -> None:
        try:
            State.of(four.path).sign_off(1, "Ann", check=four.manifest)
        except DashboardError as error:
            outcome.append(error)

    @contextmanager
    def hold() -> Iterator[frozenset[int]]:
        with state.holding_sign_offs() as held:
            meanwhile.start()
            yield held

    meanwhile = threading.Thread(target=sign_off)
    four.prune(1, hold)
    meanwhile.join()

    assert [str(error) for error in outcome] == ["snapshot 1 was pruned; the newest is 4"]
    assert state.sign_offs() == ()


def test_killed_after_the_manifests_leaves_files_that_the_next_one_sweeps(
    four: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_args: object, **_named: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", _unlinks(2, killed))
        with pytest.raises(KeyboardInterrupt):
            four.prune(2, nobody)
    whole = [stored(four, "delivery_id", snapshot=one.id) for one in four.manifests()]
    again = four.prune(2, nobody)

    assert whole == [[("c",)], [("d",)]]
    assert again.files > 0
    assert set(files(four)) == named(four)


def _unlinks(times: int, then: object) -> object:
    """Path.unlink that works some times."""
    real, count = Path.unlink, iter(range(times))

    def unlink(path: Path, *args: object, **named: object) -> None:
        if next(count, None) is None:
            then()  # ty: ignore[call-non-callable]
        real(path, *args, **named)  # ty: ignore[invalid-argument-type]

    return unlink


def test_a_pruned_snapshot_is_said_to_be(four: Warehouse) -> None:
    four.prune(2, nobody)

    with pytest.raises(NoSnapshotError) as refusal:
        four.reader(1, LOCAL_USER)

    assert str(refusal.value) == "snapshot 1 was pruned; the newest is 4"


def test_a_snapshot_pruned_while_it_is_open_says_so_and_gives_no_figure(four: Warehouse) -> None:
    reader = four.reader(1, LOCAL_USER)
    Warehouse(four.path).prune(1, nobody)

    for ask in (
        lambda: reader.roll_up(["on_time_rate"], [], Scope()),
        lambda: reader.report("breaches_by_carrier", Scope()),
    ):
        with pytest.raises(NoSnapshotError) as refusal:
            ask()
        assert str(refusal.value) == "snapshot 1 was pruned; the newest is 4"


def test_a_file_missing_from_a_snapshot_that_is_there_is_no_pruning(four: Warehouse) -> None:
    reader = four.reader(4, LOCAL_USER)
    for path in (four.path / "tables" / "deliveries").rglob("4-*.parquet"):
        path.unlink()

    with pytest.raises(WarehouseError, match=r"^snapshot 4 cannot be read \(IO Error.*files$"):
        reader.report("breaches_by_carrier", Scope())


def test_a_scan_under_way_reads_to_its_end(four: Warehouse) -> None:
    [file] = four.manifest(1).files["deliveries"]
    with (four.path / file.path).open("rb") as held:
        four.prune(1, nobody)
        rest = held.read()

    with pytest.raises(duckdb.IOException):
        duckdb.execute(f"select * from '{four.path / file.path}'")
    assert len(rest) == file.bytes


# On the command line


def say(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    """What a command prints."""
    assert main(list(words)) == code
    printed = capsys.readouterr()
    return printed.err if code else printed.out


def test_the_list_names_who_signed_off(
    four: Warehouse, capsys: pytest.CaptureFixture[str]
) -> None:
    at = ("--warehouse", str(four.path))
    said = say(capsys, "snapshots", "sign-off", "2", "--by", "Ann", "--note", "Q1", *at)
    say(capsys, "snapshots", "sign-off", "2", "--by", "Bo", *at)

    listed = say(capsys, "snapshots", *at, "--format", "csv")

    assert said == "Snapshot 2 is signed off by Ann; pruning leaves it alone.\n"
    rows = [line.split(",", 6) for line in listed.splitlines()]
    assert [(row[0], row[6]) for row in rows] == [
        ("snapshot", "signed_off_by"), ("1", ""), ("2", '"Ann, Bo"'), ("3", ""), ("4", ""),
    ]  # fmt: skip


def test_pruning_says_what_went_and_what_stayed(
    four: Warehouse, capsys: pytest.CaptureFixture[str]
) -> None:
    at = ("--warehouse", str(four.path))
    say(capsys, "snapshots", "sign-off", "2", "--by", "Ann", *at)
    foretold = four.prune(1, second, dry_run=True)
    size = f"{foretold.files} files, {foretold.bytes / 1000:,.1f} kB"

    would = say(capsys, "snapshots", "prune", "--keep", "1", "--dry-run", *at)
    did = say(capsys, "snapshots", *at, "prune", "--keep", "1")
    again = say(capsys, "snapshots", "prune", "--keep", "1", *at)

    kept = "Kept: 2, 4, of them signed off: 2.\n"
    assert would == f"Snapshots 1, 3 would go: {size} would be freed. {kept}"
    assert did == f"Snapshots 1, 3 went: {size} freed. {kept}"
    assert again == f"Nothing to prune. {kept}"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["prune"], "Missing option '--keep'"),
        (["prune", "--keep", "0"], "Invalid value for '--keep': 0 is not in the range x>=1"),
        (["sign-off", "9", "--by", "Ann"],
         "snapshot 9 does not exist (any more); the newest is 4"),
        (["sign-off", "1", "--by", " "], "the name is empty; write it out"),
        (["--format", "json", "prune", "--keep", "1"],
         "--format belongs to the list alone; leave it out"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_one_line(
    four: Warehouse,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    message: str,
) -> None:
    monkeypatch.setenv("DOORSTEP_WAREHOUSE", str(four.path))

    said = say(capsys, "snapshots", *words, code=2)

    assert said == f"doorstep: {message}\n"
    assert not (four.path / "state.sqlite").exists() or not State.of(four.path).sign_offs()
    assert len(four.manifests()) == 4


def test_a_warehouse_that_is_not_there_is_not_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "none"

    said = say(capsys, "snapshots", "prune", "--keep", "1", "--warehouse", str(folder), code=2)

    assert said == (
        f"doorstep: no warehouse at {folder}; import a folder or run 'doorstep demo' first\n"
    )
    assert not folder.exists()
