"""The count by quote parity, against a reader that takes one character at a time."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.warehouse import layout
from tests.strict_csv import Record, read

PIECES = [
    "a",
    "¦",
    "¬",
    "é",
    " ",
    ",",
    ",",
    "\n",
    "\r",
    '"',
    '""',
    '"a\n\nb"',
    '"a""b"',
    ',"""",¦',
]
TEXTS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=20).map("".join)


def _survey(text: str, delimiter: str, chunk: int) -> layout.Survey:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_bytes(text.encode())
        before, layout._CHUNK = layout._CHUNK, chunk
        try:
            return layout.survey(path, path.name, delimiter)
        finally:
            layout._CHUNK = before


def _records(text: str, delimiter: str) -> list[Record]:
    closed = text + '"' * (text.count('"') % 2)
    return list(read(closed, delimiter))


@settings(derandomize=True, deadline=None, max_examples=400)
@given(TEXTS, st.sampled_from(",¦"), st.integers(1, 50))
def test_lines_widths_blanks_and_stray_quotes_are_those_found_one_by_one(
    text: str, delimiter: str, chunk: int
) -> None:
    text = "x" + text.replace("\r", "\r\n")
    records = _records(text, delimiter)

    found = _survey(text + '"' * (text.count('"') % 2), delimiter, chunk).layout

    assert found.starts.tolist() == [one.line for one in records]
    assert found.blank.tolist() == [one.is_blank for one in records]
    most = len(records[0].fields)
    assert found.wide.tolist() == [len(one.fields) > most for one in records]
    assert found.stray.tolist() == [not one.is_strict for one in records]
