"""The benchmark: what it times must be the same figures, and its table must find its place."""

from dataclasses import replace
from pathlib import Path

import pytest

from dashboard.warehouse import Warehouse
from tests.bench import peers, table
from tests.bench.peers import by_doorstep, by_pandas
from tests.bench.peers.snapshot import Snapshot


@pytest.mark.parametrize("question", peers.QUESTIONS)
def test_everyone_gives_the_same_answer(sample_warehouse: Path, question: str) -> None:
    snapshot = Snapshot.of(Warehouse(sample_warehouse))

    answers = {name: getattr(peer, question)(snapshot) for name, peer in peers.PEERS.items()}

    for name, answer in answers.items():
        peers.check_same(question, name, answer, answers["Doorstep"])


def test_another_figure_is_no_answer(sample_warehouse: Path) -> None:
    snapshot = Snapshot.of(Warehouse(sample_warehouse))
    later = replace(snapshot, as_of=snapshot.as_of.replace(year=2030))

    expected = by_doorstep.on_time_by_segment(snapshot)

    with pytest.raises(peers.DisagreementError, match="pandas says"):
        peers.check_same("x", "pandas", by_pandas.on_time_by_segment(later), expected)


def test_a_new_table_replaces_the_old_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "performance.md"
    page.write_text("before\n<!-- bench: begin -->\nold\n<!-- bench: end -->\nafter\n")
    monkeypatch.setattr(table, "DOCS", page)

    table.renew("10 rows.", [table.Line("Import"), table.Line("CSV", "1 s", target="≤ 2 s")])

    text = page.read_text()
    assert text.startswith("before\n<!-- bench: begin -->\n10 rows.\n\n| What | Time |")
    assert "| **Import** |  |  |  |  |  |  |\n| CSV | 1 s |  |  |  |  | ≤ 2 s |\n" in text
    assert text.endswith("<!-- bench: end -->\nafter\n")
    assert "old" not in text
