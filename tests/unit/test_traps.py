"""Traps met in real files: each is seen for what it is, never silently mended."""

from pathlib import Path

import pytest

from dashboard.access import LOCAL_USER
from dashboard.errors import SourceError
from dashboard.scope import Scope
from dashboard.warehouse import ImportOptions, Warehouse
from tests.conftest import IMPORT_TIME, Import
from tests.raw import own_profile, refused, stored
from tests.rows import delivery, write_csv

PAYMENTS = """-- grain: one row per delivery, or so its author thought
-- times: local
select
    delivery_id, carrier, segment, ordered_at, delivered_at, promised_by, status,
    10 as revenue, _file, _line
from shipments, (values ('card'), ('voucher')) as payments (kind)
"""


def test_a_join_with_two_payments_an_order_does_not_count_its_freight_twice(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    write_csv(tmp_path / "shipments.csv", [delivery("a"), delivery("b")])
    profile = own_profile(tmp_path / "profile", deliveries=PAYMENTS)

    warehouse.import_folder(tmp_path, ImportOptions(profile, now=IMPORT_TIME))

    assert stored(warehouse, "count(*), sum(revenue)") == [(2, 20)]
    assert [reason for *_, reason in refused(warehouse)] == ["duplicate_key"] * 2


def test_of_four_date_formats_in_one_column_only_the_unambiguous_is_read(
    warehouse: Warehouse, put_in: Import
) -> None:
    formats = ["2026-03-04 10:00", "04/03/2026 10:00", "4.3.2026", "20260304", "Mar 4 2026"]
    rows = [delivery(str(n), delivered_at=text) for n, text in enumerate(formats)]

    put_in(deliveries=rows)

    assert stored(warehouse, "delivery_id") == [("0",)]
    assert [reason for *_, reason in refused(warehouse)] == ["unparseable:delivered_at"] * 4


def test_a_postcode_that_lost_its_zero_is_neither_mended_nor_taken_for_another(
    warehouse: Warehouse, put_in: Import
) -> None:
    put_in(deliveries=[delivery("a", postcode="01067"), delivery("b", postcode="1067")])

    assert stored(warehouse, "delivery_id, postcode") == [("a", "01067"), ("b", "1067")]


def test_a_rating_beyond_the_scale_is_set_aside(warehouse: Warehouse, put_in: Import) -> None:
    surveys = [
        {"survey_id": rating, "delivery_id": "a", "sent_at": "2026-03-04", "rating": rating}
        for rating in (0, 1, 5, 6)
    ]

    put_in(deliveries=[delivery("a")], surveys=surveys)

    assert stored(warehouse, "survey_id", "surveys") == [("1",), ("5",)]
    assert [reason for *_, reason in refused(warehouse)] == ["out_of_range:rating"] * 2


def test_a_column_named_on_time_is_not_guessed_at(warehouse: Warehouse, put_in: Import) -> None:
    with pytest.raises(SourceError) as refusal:
        put_in(deliveries=[delivery("a") | {"on time": "1"}])

    assert str(refusal.value).startswith("deliveries.csv has an unknown column 'on time'; ")
    assert not warehouse.exists()


def test_delivered_without_a_time_is_late_and_cancelled_with_one_follows_its_cancellation(
    warehouse: Warehouse, put_in: Import
) -> None:
    rows = [
        delivery("delivered without", delivered_at=None),
        delivery("cancelled in time", status="cancelled", cancelled_at="2026-03-02 09:00"),
        delivery("cancelled sometime", status="cancelled"),
        delivery("kept"),
    ]

    put_in(as_of=IMPORT_TIME, deliveries=rows)

    reader = warehouse.reader(None, LOCAL_USER)
    found = reader.roll_up(["on_time_rate"], [], Scope()).rows(named=True)
    assert [(row["numerator"], row["denominator"]) for row in found] == [(1, 2)]


def test_coordinates_are_kept_as_given_or_refused_when_no_place_has_them(
    warehouse: Warehouse, put_in: Import
) -> None:
    places = [("0.01", "0.01"), ("-51.1", "7.1"), ("7.1", "-190"), ("NaN ", "7.1")]
    rows = [
        delivery(str(n), latitude=latitude, longitude=longitude)
        for n, (latitude, longitude) in enumerate(places)
    ]

    put_in(deliveries=rows)

    assert stored(warehouse, "latitude, longitude") == [(-51.1, 7.1), (0.01, 0.01)]
    assert [reason for *_, reason in refused(warehouse)] == [
        "out_of_range:longitude",
        "unparseable:latitude",
    ]
