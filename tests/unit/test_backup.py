"""A backup brings everything back; one that is not whole brings back nothing."""

import io
import json
import re
import shutil
import tarfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from dashboard.access import LOCAL_USER
from dashboard.cli import main
from dashboard.contracts import read_shelf
from dashboard.errors import ImportConflictError, NoSnapshotError, WarehouseError
from dashboard.scope import Scope
from dashboard.state import Claim, Mark, Settled, State, Task
from dashboard.warehouse import ImportOptions, Warehouse
from dashboard.warehouse.snapshots import Store
from tests import kestrel
from tests.conftest import IMPORT_TIME
from tests.raw import stored
from tests.rows import delivery, write_csv

Members = dict[str, bytes]
SETTLED = Settled("Kestrel", "2026Q3", 1, 2, "1486.50", "EUR", '{"lines": []}')


@pytest.fixture(scope="module")
def two_snapshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse of two snapshots, a sign-off, a note and a certificate."""
    folder = tmp_path_factory.mktemp("backup")
    warehouse = Warehouse(folder / "warehouse")
    for name in "ab":
        write_csv(folder / "deliveries.csv", [delivery(name)])
        warehouse.import_folder(folder, ImportOptions("doorstep", now=IMPORT_TIME))
    state = State.of(warehouse.path)
    state.sign_off(1, "Ann", check=warehouse.manifest)
    state.add_note(Mark("volume", date(2026, 3, 3)), "depot fire", "Bo")
    filed = state.file_dispute(Claim("Kestrel", "2026Q3", "late scan", clause="OT-1"), "Ann")
    state.decide_dispute(filed.id, "upheld", "Bo")
    state.sign_settlement(SETTLED, "Cy", check=warehouse.manifest)
    state.file_action(Task("Kestrel", "train drivers", "Di", date(2026, 12, 1)), "Ann")
    kestrel.write(warehouse.path / "contracts", name="Kestrel 2026 (neu).toml")
    (warehouse.path / "certificates").mkdir()
    (warehouse.path / "certificates" / "2.json").write_text("{}")
    return warehouse.path


@pytest.fixture
def full(two_snapshots: Path, warehouse: Warehouse) -> Warehouse:
    """The same, to be written to."""
    shutil.copytree(two_snapshots, warehouse.path)
    return warehouse


@pytest.fixture
def backup(full: Warehouse, tmp_path: Path) -> Path:
    path = tmp_path / "backup.tar"
    full.back_up(path, State.of(full.path).copy_to)
    return path


def files(folder: Path) -> dict[str, bytes]:
    """What a warehouse keeps; the state is compared by what it says."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".lock" and "state.sqlite" not in path.name
    }


def members(path: Path) -> Members:
    with tarfile.open(path) as tar:
        return {one.name: tar.extractfile(one).read() for one in tar}  # ty: ignore[unresolved-attribute]


def rewrite(path: Path, found: Members, *more: tarfile.TarInfo) -> None:
    """Write a tar file of these members, in this order."""
    with tarfile.open(path, "w") as tar:
        for name, data in found.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
        for member in more:
            tar.addfile(member, io.BytesIO(b"x" * member.size))


def refusal(path: Path, folder: Path) -> str:
    """The one line that a restore refuses a file with; nothing is left behind."""
    before = sorted(folder.parent.iterdir())
    with pytest.raises(WarehouseError) as refused:
        Warehouse(folder).restore(path)
    assert sorted(folder.parent.iterdir()) == before
    assert not folder.exists()
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_everything_comes_back_byte_by_byte(full: Warehouse, backup: Path, tmp_path: Path) -> None:
    again = Warehouse(tmp_path / "again")

    kept = again.restore(backup)

    assert files(again.path) == files(full.path)
    assert State.of(again.path).sign_offs() == State.of(full.path).sign_offs() != ()
    assert State.of(again.path).notes() == State.of(full.path).notes() != ()
    assert State.of(again.path).disputes() == State.of(full.path).disputes() != ()
    assert State.of(again.path).settlements() == State.of(full.path).settlements() != ()
    assert State.of(again.path).actions() == State.of(full.path).actions() != ()
    assert [one.carrier for one in read_shelf(again.path / "contracts", kestrel.known())] == [
        "Kestrel"
    ]
    assert kept.snapshots == (1, 2)
    assert kept.files == len(files(full.path)) + 1
    assert stored(again, "delivery_id", snapshot=1) == [("a",)]
    was, now = (
        one.reader(None, LOCAL_USER).roll_up(["on_time_rate", "volume"], ["carrier"], Scope())
        for one in (full, again)
    )
    assert was.equals(now)


def test_a_restored_warehouse_takes_the_next_import(backup: Path, tmp_path: Path) -> None:
    again = Warehouse(tmp_path / "again")
    again.path.mkdir()
    again.restore(backup)
    folder = tmp_path / "extract"
    folder.mkdir()
    write_csv(folder / "deliveries.csv", [delivery("c")])

    again.import_folder(folder, ImportOptions("doorstep", now=IMPORT_TIME))

    assert [one.id for one in again.manifests()] == [1, 2, 3]


def test_what_no_snapshot_names_stays_out(full: Warehouse, tmp_path: Path) -> None:
    orphan = full.path / "tables" / "deliveries" / "9-0.parquet"
    orphan.write_bytes(b"left by a killed import")

    full.back_up(tmp_path / "b.tar", State.of(full.path).copy_to)

    assert "tables/deliveries/9-0.parquet" not in members(tmp_path / "b.tar")


def test_without_anything_written_there_is_no_state(full: Warehouse, tmp_path: Path) -> None:
    for path in full.path.glob("state.sqlite*"):
        path.unlink()

    full.back_up(tmp_path / "b.tar", State.of(full.path).copy_to)
    Warehouse(tmp_path / "again").restore(tmp_path / "b.tar")

    assert not (tmp_path / "again" / "state.sqlite").exists()
    assert not (full.path / "state.sqlite").exists()


def test_what_people_write_meanwhile_is_in_it_whole_or_not_at_all(
    full: Warehouse, tmp_path: Path
) -> None:
    state = State.of(full.path)

    def copy(path: Path) -> bool:
        copied = state.copy_to(path)
        state.add_note(Mark("volume", date(2026, 3, 4)), "too late", "Bo")
        return copied

    full.back_up(tmp_path / "b.tar", copy)
    again = Warehouse(tmp_path / "again")
    again.restore(tmp_path / "b.tar")

    assert [note.text for note in State.of(again.path).notes()] == ["depot fire"]
    assert [note.text for note in state.notes()] == ["depot fire", "too late"]


def test_nothing_is_imported_or_pruned_meanwhile(full: Warehouse, tmp_path: Path) -> None:
    def copy(_path: Path) -> bool:
        with pytest.raises(ImportConflictError) as refused:
            full.prune(1, State.of(full.path).holding_sign_offs)
        assert str(refused.value) == f"a backup of {full.path} is running; try again after it"
        return False

    full.back_up(tmp_path / "b.tar", copy)

    assert (tmp_path / "b.tar").exists()


def test_a_backup_waits_for_no_import(full: Warehouse, tmp_path: Path) -> None:
    with Store(full.path).importing(), pytest.raises(ImportConflictError) as refused:
        full.back_up(tmp_path / "b.tar", State.of(full.path).copy_to)

    assert str(refused.value) == (
        f"another import into {full.path} is running; try again after it"
    )
    assert list(tmp_path.glob("*.tar*")) + list(tmp_path.glob(".*")) == []


def test_a_file_that_is_there_is_not_written_over(full: Warehouse, tmp_path: Path) -> None:
    (tmp_path / "b.tar").write_text("mine")

    with pytest.raises(WarehouseError) as refused:
        full.back_up(tmp_path / "b.tar", State.of(full.path).copy_to)

    assert str(refused.value) == f"{tmp_path / 'b.tar'} exists already; name another file"
    assert (tmp_path / "b.tar").read_text() == "mine"


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:-1]), " is not what its manifest says"),
        (lambda path: path.write_bytes(path.read_bytes()[::-1]), " is not what its manifest says"),
        (Path.unlink, "the backup broke off (No such file or directory: "),
    ],
)
def test_a_damaged_warehouse_is_not_backed_up(
    full: Warehouse, tmp_path: Path, damage: Callable[[Path], object], message: str
) -> None:
    [file] = full.newest().files["deliveries"]
    damage(full.path / file.path)

    with pytest.raises(WarehouseError) as refused:
        full.back_up(tmp_path / "b.tar", State.of(full.path).copy_to)

    assert message in str(refused.value)
    assert list(tmp_path.glob("*.tar*")) + list(tmp_path.glob(".*.tmp")) == []


def test_an_empty_warehouse_has_nothing_to_back_up(warehouse: Warehouse, tmp_path: Path) -> None:
    warehouse.path.mkdir()

    with pytest.raises(NoSnapshotError):
        warehouse.back_up(tmp_path / "b.tar", State.of(warehouse.path).copy_to)


# Hostile and broken files


def listing(found: Members) -> dict:
    return json.loads(found["backup.json"])


def listed(found: Members, changed: dict) -> Members:
    return found | {"backup.json": json.dumps(changed).encode()}


def table(found: Members) -> str:
    return next(name for name in found if name.startswith("tables/deliveries/"))


def with_name(name: str) -> Callable[[Members], Members]:
    """Add a member, listed with its right size and hash, under a name of its own."""

    def changed(found: Members) -> Members:
        entries = listing(found)
        entries["files"][name] = entries["files"]["certificates/2.json"]
        return listed(found, entries) | {name: found["certificates/2.json"]}

    return changed


def without(name: str) -> Callable[[Members], Members]:
    """Leave out a member and its entry."""

    def changed(found: Members) -> Members:
        entries = listing(found)
        chosen = next(one for one in found if one.startswith(name))
        del entries["files"][chosen]
        return {n: data for n, data in listed(found, entries).items() if n != chosen}

    return changed


def altered(found: Members) -> Members:
    data = bytearray(found[table(found)])
    data[len(data) // 2] ^= 1
    return found | {table(found): bytes(data)}


def drop(name: str) -> Callable[[Members], Members]:
    return lambda found: {n: data for n, data in found.items() if not n.startswith(name)}


def no_snapshot(found: Members) -> Members:
    entries = listing(found)
    entries["files"] = {}
    return {"backup.json": json.dumps(entries).encode()}


WHOLE = "; name a file as 'doorstep backup' wrote it"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(altered, r"tables/deliveries/.* was altered", id="altered"),
        pytest.param(
            lambda found: found | {table(found): found[table(found)] + b"x"},
            r"tables/deliveries/.* has \d+ bytes, not \d+", id="longer",
        ),
        pytest.param(drop("tables/deliveries"), "tables/deliveries/.* is missing", id="missing"),
        pytest.param(drop("state"), "state.sqlite is missing", id="no state"),
        pytest.param(drop("backup.json"), "it does not begin with backup.json", id="no list"),
        pytest.param(
            lambda found: dict(reversed(list(found.items()))),
            "it does not begin with backup.json", id="list last",
        ),
        pytest.param(
            lambda found: found | {"backup.json": b"[]"}, "backup.json cannot be read", id="[]"
        ),
        pytest.param(
            lambda found: found | {"tables/deliveries/7-0.parquet": b"x"},
            "'tables/deliveries/7-0.parquet' is none of its files", id="unlisted",
        ),
        pytest.param(no_snapshot, "it holds no snapshot", id="no snapshot"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_whole_backup_is_refused(
    backup: Path, tmp_path: Path, change: Callable[[Members], Members], message: str
) -> None:
    rewrite(backup, change(members(backup)))

    said = refusal(backup, tmp_path / "again")

    assert said.startswith(f"{backup} cannot be restored: ")
    assert said.endswith(WHOLE)
    assert re.search(f": {message};", said)


@pytest.mark.parametrize(
    "name",
    [
        "../evil.json",
        "/etc/evil.json",
        "snapshots/../../1.json",
        "snapshots/x.json",
        "snapshots/1.json\n",
        "tables/../../../evil.parquet",
        "tables/deliveries/month=../1-0.parquet",
        "tables/a/b/c/1-0.parquet",
        ".lock",
        "state.sqlite-wal",
        "contracts/../evil.toml",
        "contracts/a/b.toml",
        "contracts/.hidden.toml",
        "contracts/kestrel.py",
    ],
)
def test_a_name_outside_a_warehouse_is_refused(backup: Path, tmp_path: Path, name: str) -> None:
    rewrite(backup, with_name(name)(members(backup)))

    said = refusal(backup, tmp_path / "again")

    assert said == (
        f"{backup} cannot be restored: {name!r} is no name of a warehouse's file{WHOLE}"
    )


def test_a_snapshot_that_lacks_a_file_is_refused(backup: Path, tmp_path: Path) -> None:
    rewrite(backup, without("tables/deliveries/")(members(backup)))

    said = refusal(backup, tmp_path / "again")

    assert said.startswith("snapshot ")
    assert " of the backup lacks tables/deliveries/" in said


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE]
)
def test_a_link_in_place_of_a_file_is_refused(backup: Path, tmp_path: Path, kind: bytes) -> None:
    link = tarfile.TarInfo("certificates/2.json")
    link.type, link.linkname = kind, "/etc/passwd"
    rewrite(backup, drop("certificates")(members(backup)), link)

    said = refusal(backup, tmp_path / "again")

    assert said == (
        f"{backup} cannot be restored: 'certificates/2.json' is none of its files{WHOLE}"
    )


@pytest.mark.parametrize("share", [0, 1, 511, 513, 0.2, 0.5, 0.9])
def test_a_file_cut_off_anywhere_is_refused(backup: Path, tmp_path: Path, share: float) -> None:
    data = backup.read_bytes()
    backup.write_bytes(data[: share if isinstance(share, int) else int(len(data) * share)])

    assert "cannot be restored" in refusal(backup, tmp_path / "again")


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "b.tar").write_bytes(b"no tar" * 1_000)

    assert refusal(tmp_path / "b.tar", tmp_path / "again").startswith(
        f"{tmp_path / 'b.tar'} cannot be restored: it is no whole tar file: "
    )


def test_a_later_version_asks_for_a_newer_doorstep(backup: Path, tmp_path: Path) -> None:
    found = members(backup)
    rewrite(backup, listed(found, listing(found) | {"doorstep_backup": 2}))

    assert refusal(backup, tmp_path / "again") == (
        f"{backup} is a backup of version 2; use a newer Doorstep"
    )


@pytest.mark.parametrize("holds", ["a file", "a warehouse"])
def test_a_folder_that_holds_something_is_left_alone(
    full: Warehouse, backup: Path, tmp_path: Path, holds: str
) -> None:
    folder = full.path if holds == "a warehouse" else tmp_path / "mine"
    folder.mkdir(exist_ok=True)
    (folder / "mine.txt").write_text("mine")
    before = files(folder)

    with pytest.raises(WarehouseError) as refused:
        Warehouse(folder).restore(backup)

    assert str(refused.value) == (
        f"{folder} holds something already; name a new or an empty folder"
    )
    assert files(folder) == before


# On the command line


def test_the_commands_say_what_went_where(
    full: Warehouse, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, again = tmp_path / "b.tar", tmp_path / "again"

    codes = [
        main(["backup", str(path), "--warehouse", str(full.path)]),
        main(["restore", str(path), "--warehouse", str(again)]),
        main(["restore", str(path), "--warehouse", str(again)]),
    ]

    printed = capsys.readouterr()
    count = len(files(full.path)) + 1
    size = r"[0-9.]+ [kM]B"
    assert codes == [0, 0, 2]
    assert re.fullmatch(
        f"Snapshots 1, 2: {count} files, {size}, backed up to {path}.\n"
        f"Snapshots 1, 2: {count} files, {size}, restored to {again}; the newest is 2.\n",
        printed.out,
    )
    assert printed.err.splitlines()[-1] == (
        f"doorstep: {again} holds something already; name a new or an empty folder"
    )
