"""Published figures: what is read, what is stale, what stands beside them."""

from datetime import date, datetime
from pathlib import Path

import pytest

from dashboard.access import LOCAL_USER
from dashboard.analysis.benchmarks import benchmarks
from dashboard.benchmarks import Benchmark, benchmarks_in_use, read_benchmarks
from dashboard.errors import CatalogError, UnknownNameError
from dashboard.scope import Scope
from dashboard.settings import Settings
from dashboard.warehouse import Reader, Warehouse
from tests.conftest import Import
from tests.rows import delivery

HEAD = "id,metric,value,unit,year,definition_as_published,source"
OURS = f"{HEAD},ours,not_comparable"


def stated(year: str) -> Benchmark:
    [first, *_] = benchmarks_in_use(None)
    return Benchmark(**(first.__dict__ | {"year": year}))


@pytest.mark.parametrize(
    ("year", "last"),
    [
        ("2024-12", date(2024, 12, 31)),
        ("2024-02", date(2024, 2, 29)),
        ("2018-03..2019-02", date(2019, 2, 28)),
        ("FY2024-25", date(2024, 12, 31)),
        ("c.2018", date(2018, 12, 31)),
        ("2018 survey", date(2018, 12, 31)),
        ("undated", None),
    ],
)
def test_years_are_read_as_they_are_published(year: str, last: date | None) -> None:
    assert stated(year).last_day == last


def test_a_figure_is_stale_the_day_after_its_third_year() -> None:
    assert not stated("2023-06").is_stale(date(2026, 6, 30))
    assert stated("2023-06").is_stale(date(2026, 7, 1))
    assert stated("undated").is_stale(date(2026, 7, 1))


def test_every_figure_of_doorsteps_own_has_a_reading_or_a_reason() -> None:
    published = benchmarks_in_use(None)

    assert len({one.id for one in published}) == len(published) == 39
    assert all(bool(one.ours) != bool(one.not_comparable) for one in published)
    assert all(one.source and one.url and one.grade in "ABC" for one in published)
    assert not any("as above" in (one.definition, one.exclusions) for one in published)


@pytest.fixture
def reader(warehouse: Warehouse, put_in: Import) -> Reader:
    """Forty deliveries: 30 kept, 6 an hour late on the day, 4 a day late; all tried once."""
    rows = [delivery(f"k{n}", attempts=1) for n in range(30)]
    rows += [delivery(f"h{n}", attempts=1, delivered_at="2026-03-03 13:00:00") for n in range(6)]
    rows += [delivery(f"d{n}", attempts=2, delivered_at="2026-03-04 09:00:00") for n in range(4)]
    put_in(deliveries=rows)
    return warehouse.reader(None, LOCAL_USER)


def test_ours_is_recomputed_under_their_definition(reader: Reader) -> None:
    found = {one.published.id: one for one in benchmarks(reader, Scope())}

    # On time by the hour 75 %, by the day 90 %; one in ten took a second attempt.
    assert found["ot_ups_dec24"].ours == pytest.approx(90.0)
    assert found["ot_ups_dec24"].counted == 40
    assert found["faf_imrg19"].ours == pytest.approx(10.0)
    assert found["fas_uk25"].ours == pytest.approx(90.0)


def test_what_cannot_be_compared_says_why(reader: Reader) -> None:
    found = {one.published.id: one for one in benchmarks(reader, Scope())}

    assert (
        found["sat_ofcom24"].why_not == "fewer than 30 of our rows have what top_two_share counts"
    )
    assert found["wismo_gorgias"].why_not == "no contact is known about these deliveries"
    assert found["acsi_22"].why_not.startswith("it is an index modelled")


def test_a_file_of_ones_own_is_shown_after_doorsteps(
    warehouse: Warehouse, put_in: Import, tmp_path: Path
) -> None:
    own = tmp_path / "own.csv"
    own.write_text(f"{OURS}\nmine,on_time_rate,95,%,2026,ours,us,on_time_rate,\n"
                   "other,x,1,%,2026,theirs,them,,\n")  # fmt: skip
    put_in(as_of=datetime(2026, 4, 1), deliveries=[delivery(str(n)) for n in range(30)])  # noqa: DTZ001
    reader = Warehouse(warehouse.path, settings=Settings(benchmarks=own)).reader(None, LOCAL_USER)

    *_, mine, other = benchmarks(reader, Scope())

    assert (mine.published.id, mine.ours) == ("mine", 100.0)
    assert other.why_not == "nobody has said which of our figures counts the same"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id,metric\na,b\n", "own.csv has no column value, unit, year, definition_as_published, "
         "source; add it"),
        (f"{HEAD}\na,b,1,%,,x,y\n", "own.csv, row 2 has no year; fill it in"),
    ],
)  # fmt: skip
def test_a_file_that_lacks_something_is_refused_by_name(
    tmp_path: Path, text: str, message: str
) -> None:
    path = tmp_path / "own.csv"
    path.write_text(text)

    with pytest.raises(CatalogError) as refusal:
        read_benchmarks(path)

    assert str(refusal.value) == message


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"^none.csv cannot be read \(.*\); save it as CSV"):
        read_benchmarks(tmp_path / "none.csv")


def test_a_metric_that_nobody_defined_is_named(
    warehouse: Warehouse, put_in: Import, tmp_path: Path
) -> None:
    own = tmp_path / "own.csv"
    own.write_text(f"{OURS}\nmine,x,95,%,2026,ours,us,on_time_ratio,\n")
    put_in(deliveries=[delivery("a")])
    reader = Warehouse(warehouse.path, settings=Settings(benchmarks=own)).reader(None, LOCAL_USER)

    with pytest.raises(UnknownNameError, match="did you mean 'on_time_rate'"):
        benchmarks(reader, Scope())
