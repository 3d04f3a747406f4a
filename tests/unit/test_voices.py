"""Satisfaction, lateness, themes and silence: by hand, and truth 7 on the sample."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from dashboard.access import LOCAL_USER, one_carrier
from dashboard.analysis.satisfaction.lateness_cost import lateness_cost
from dashboard.analysis.satisfaction.ratings import satisfaction
from dashboard.analysis.satisfaction.silent import silent_failures
from dashboard.analysis.satisfaction.themes import themes
from dashboard.charts.satisfaction.drawn import effective_said
from dashboard.cli import main
from dashboard.scope import Period, Scope
from dashboard.warehouse import Reader, Warehouse
from tests.conftest import Import
from tests.rows import Row, delivery

AS_OF = datetime(2026, 7, 1)  # noqa: DTZ001  (the warehouse's moments are naive UTC)
LATE, LOST = {"delivered_at": "2026-03-03 12:30:00"}, {"delivered_at": None, "status": "lost"}


def survey(number: int, delivery_id: str, rating: float, recommend: int) -> Row:
    return {
        "survey_id": number, "delivery_id": delivery_id, "sent_at": "2026-03-04",
        "answered_at": "2026-03-05", "rating": rating, "recommend": recommend,
    }  # fmt: skip


@pytest.fixture
def small(warehouse: Warehouse, put_in: Import) -> Reader:
    """Standard: 20 kept, 10 late. Premium: 10 kept. Six answers of each, Premium two."""
    rows = [delivery(f"k{n}", customer_id=f"K{n}") for n in range(20)]
    rows += [delivery(f"l{n}", customer_id=f"L{n}", **LATE) for n in range(10)]
    rows += [delivery(f"p{n}", segment="Premium") for n in range(10)]
    surveys = [survey(n, f"k{n}", 5, 10) for n in range(6)]
    surveys += [survey(10 + n, f"l{n}", 2, 3) for n in range(6)]
    surveys += [survey(20 + n, f"p{n}", 4, 8) for n in range(2)]
    put_in(as_of=AS_OF, deliveries=rows, surveys=surveys)
    return warehouse.reader(None, LOCAL_USER)


def test_a_segments_rating_is_weighted_to_what_became_of_its_promises(small: Reader) -> None:
    found = satisfaction(small, Scope())
    standard = next(one for one in found.segments if one.segment == "Standard")

    # 20 kept at 5 and 10 late at 2: 4.00, though the twelve answers average 3.50.
    assert standard.rating is not None
    assert standard.rating.value == pytest.approx(4.0)
    assert standard.plain == 3.5
    assert standard.satisfied is not None
    assert standard.satisfied.value == pytest.approx(2 / 3)
    assert standard.recommendation is not None
    assert standard.recommendation.value == pytest.approx(100 * (20 - 10) / 30)
    assert (standard.worst, standard.best) == pytest.approx(((42 + 18) / 30, (42 + 90) / 30))
    # Weights 20/6 and 10/6 on six answers each.
    assert standard.rating.effective == pytest.approx(
        30**2 / (6 * (20 / 6) ** 2 + 6 * (10 / 6) ** 2)
    )


def test_a_thin_cell_borrows_the_answers_of_all_segments_on_that_outcome(small: Reader) -> None:
    found = satisfaction(small, Scope())
    premium = next(one for one in found.segments if one.segment == "Premium")

    # Two answers are too few: six fives and two fours stand in.
    assert premium.rating is not None
    assert premium.rating.value == pytest.approx((6 * 5 + 2 * 4) / 8)
    assert [part.borrowed for part in premium.outcomes] == [True, False, False]


def test_why_effective_n_can_exceed_a_segments_answers_is_said_of_that_segment(
    small: Reader,
) -> None:
    found = satisfaction(small, Scope())
    premium = next(one for one in found.segments if one.segment == "Premium")

    assert premium.rating is not None
    assert premium.rating.effective > premium.replies
    assert "In Premium it can exceed the answers" in effective_said(found)


def test_over_all_segments_thin_cells_share_one_weight(small: Reader) -> None:
    whole = satisfaction(small, Scope()).whole

    # Kept: 30 deliveries over six fives and two fours. Late: 10 at 2.
    assert whole.rating is not None
    assert whole.rating.value == pytest.approx((30 * 38 / 8 + 10 * 2) / 40)
    assert (whole.due, whole.sent, whole.replies) == (40, 14, 14)


def test_answers_are_provisional_for_two_weeks(small: Reader) -> None:
    early, late = (Period(day(2026, 3, 1), day(2026, 6, last)) for last in (16, 18))

    assert not satisfaction(small, Scope(early)).provisional
    assert satisfaction(small, Scope(late)).provisional


def day(year: int, month: int, number: int):  # noqa: ANN201
    return datetime(year, month, number).date()  # noqa: DTZ001


def test_too_few_late_answers_leave_no_curve_but_the_bands(small: Reader) -> None:
    found = lateness_cost(small, Scope())

    bands = {one.band.name: (one.replies, one.mean) for one in found.bands if one.replies}
    assert found.hour is None
    assert found.why_not == "6 answers about deliveries late alike; 30 are needed"
    assert bands == {"kept": (8, 4.75), "late 21–30 min": (6, 2.0)}


def test_silence_is_late_unanswered_and_never_back(warehouse: Warehouse, put_in: Import) -> None:
    rows = [
        delivery("silent", customer_id="a", **LATE),
        delivery("answered", customer_id="b", **LATE),
        delivery("back", customer_id="c", **LOST),
        delivery("back 2", customer_id="c", ordered_at="2026-03-04", promised_by="2026-03-06",
                 delivered_at="2026-03-05"),
        delivery("kept", customer_id="d"),
        delivery("nobody", **LATE),
        delivery("young", customer_id="e", ordered_at="2026-05-28", promised_by="2026-06-01",
                 delivered_at="2026-06-02"),
    ]  # fmt: skip
    put_in(as_of=AS_OF, deliveries=rows, surveys=[survey(1, "answered", 1, 0)])
    reader = warehouse.reader(None, LOCAL_USER)

    whole = silent_failures(reader, Scope()).whole

    assert (whole.missed, whole.unanswered, whole.gone, whole.silent) == (3, 2, 2, 1)
    assert (whole.kept, whole.kept_silent) == (2, 2)


def test_a_carrier_is_not_told_who_ordered_again(small: Reader) -> None:
    carrier = Reader(small.manifest, one_carrier("Wren"), 1, small.engine)

    assert not silent_failures(carrier, Scope()).known


def test_a_survey_of_the_quarter_after_still_counts_as_an_answer(
    warehouse: Warehouse, put_in: Import
) -> None:
    late = delivery("x", customer_id="a", **LATE)
    answer = {**survey(1, "x", 1, 0), "sent_at": "2026-04-02", "answered_at": "2026-04-03"}
    put_in(as_of=AS_OF, deliveries=[late], surveys=[answer])
    reader = warehouse.reader(None, LOCAL_USER)

    whole = silent_failures(reader, Scope(Period(day(2026, 3, 1), day(2026, 3, 31)))).whole

    assert (whole.missed, whole.unanswered) == (1, 0)


@pytest.fixture(scope="module")
def sample(sample_warehouse: Path) -> Reader:
    return Warehouse(sample_warehouse).reader(None, LOCAL_USER)


def test_truth_7_an_hour_late_costs_what_was_planted(sample: Reader) -> None:
    found = lateness_cost(sample, Scope())

    assert found.hour is not None
    assert found.undelivered is not None
    assert found.hour.low < -0.90 < found.hour.high
    assert found.undelivered.low < -0.90 < found.undelivered.high


def test_truth_7_weighting_undoes_that_the_late_answer_more_often(sample: Reader) -> None:
    whole = satisfaction(sample, Scope()).whole
    kept, late, _ = whole.outcomes

    assert kept.replies / kept.sent == pytest.approx(0.14, abs=0.01)
    assert late.replies / late.sent == pytest.approx(0.22, abs=0.05)
    assert whole.rating is not None
    assert whole.plain is not None
    assert whole.rating.value > whole.plain


def test_the_commands_print_what_the_page_shows(
    sample_warehouse: Path, sample: Reader, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--warehouse", str(sample_warehouse), "--from", "2026-07-01", "--format", "json"]
    period = Scope(Period(day(2026, 7, 1), sample.span().end))  # ty: ignore[unresolved-attribute]

    printed = []
    for command in ("satisfaction", "themes", "benchmarks"):
        assert main([command, *words]) == 0
        printed.append(json.loads(capsys.readouterr().out))

    said, talk, published = printed
    whole = satisfaction(sample, period).whole
    assert said["segments"][0]["rating"] == whole.rating.value  # ty: ignore[unresolved-attribute]
    assert said["lateness"]["bands"][0]["lateness"] == "kept"
    assert talk["message"] == themes(sample, period).message
    assert talk["family"] == len(talk["zones"])
    assert {"id", "ours", "stale", "not_comparable_because"} <= set(published[0])


@pytest.mark.parametrize("command", ["satisfaction", "themes", "benchmarks"])
@pytest.mark.parametrize("form", ["table", "csv"])
def test_the_commands_print_for_people_and_spreadsheets(
    sample_warehouse: Path, capsys: pytest.CaptureFixture[str], command: str, form: str
) -> None:
    words = [command, "--warehouse", str(sample_warehouse), "--format", form]

    assert main(words) == 0
    assert len(capsys.readouterr().out.splitlines()) > 3


def test_an_empty_filter_is_one_line(
    sample_warehouse: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--warehouse", str(sample_warehouse), "--where", "segment=Nobody"]

    for command in ("satisfaction", "themes"):
        assert main([command, *words]) == 2
        assert "unknown segment 'Nobody'" in capsys.readouterr().err
