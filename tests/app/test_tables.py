"""Downloads: the digits of the figures, and nothing a spreadsheet would run."""

from io import BytesIO

import polars as pl
import pytest

from dashboard.charts import tables


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_text_that_a_spreadsheet_would_run_is_made_harmless(start: str) -> None:
    frame = pl.DataFrame({"segment": [f"{start}cmd|' /C calc'!A0"], "value": [-1.5]})

    read = pl.read_csv(BytesIO(tables.csv(frame)))

    assert read["segment"][0] == f"'{start}cmd|' /C calc'!A0"
    assert read["value"][0] == -1.5


def test_other_text_and_null_are_left_alone() -> None:
    frame = pl.DataFrame({"segment": ["Premium", None, "a=b", ""]})

    assert tables.safe_text(frame)["segment"].to_list() == ["Premium", None, "a=b", ""]


def test_numbers_keep_all_their_digits() -> None:
    value = 0.1 + 0.2

    read = pl.read_csv(BytesIO(tables.csv(pl.DataFrame({"value": [value]}))))

    assert read["value"][0] == value
