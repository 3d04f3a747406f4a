"""The commands of single deliveries, and the address that hands all rows out."""

import asyncio
import json
from pathlib import Path

import polars as pl
import pytest
from starlette.requests import Request
from starlette.responses import StreamingResponse

from dashboard import settings
from dashboard.access import LOCAL_USER
from dashboard.cli import main
from dashboard.scope import Scope, Where, scope_text
from dashboard.ui.deliveries.exporting import rows_as_file
from dashboard.warehouse import Order, Reader, Warehouse

LATE = ("--where", "carrier=Kestrel", "--where", "lateness_minutes >= 600")
SCOPE = Scope().within(carrier="Kestrel").holding(Where("lateness_minutes", ">=", "600"))


@pytest.fixture
def reader(sample_warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    monkeypatch.setenv("DOORSTEP_WAREHOUSE", str(sample_warehouse))
    settings.load.cache_clear()
    return Warehouse(sample_warehouse).reader(None, LOCAL_USER)


def test_deliveries_are_written_in_four_formats_and_are_the_same_rows(
    reader: Reader, capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path
) -> None:
    expected = reader.rows.page(("status",), Order(), SCOPE, None, 1000)
    asked = ("deliveries", *LATE, "--columns", "status")
    found = {}
    for form in ("json", "csv", "parquet"):
        assert main([*asked, "--format", form]) == 0
        found[form] = capfdbinary.readouterr().out
    (tmp_path / "rows.parquet").write_bytes(found["parquet"])

    rows = pl.read_parquet(tmp_path / "rows.parquet").sort("delivery_id")

    assert rows.equals(expected.sort("delivery_id"))
    assert (
        sorted(one["delivery_id"] for one in json.loads(found["json"]))
        == rows["delivery_id"].to_list()
    )
    assert sorted(found["csv"].decode().splitlines()[1:]) == sorted(
        ",".join(row) for row in rows.iter_rows()
    )


def test_a_table_of_deliveries_goes_on_after_one(
    reader: Reader, capsys: pytest.CaptureFixture[str]
) -> None:
    ids = reader.rows.page((), Order("lateness_minutes"), SCOPE, None, 4)["delivery_id"]
    after = ("--sort", "lateness_minutes", "--after", ids[1], "--limit", "2")

    assert main(["deliveries", *LATE, *after]) == 0

    told = capsys.readouterr().out
    assert [one in told for one in ids] == [False, False, True, True]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--where", "lateness_minuts > 3"], "did you mean 'lateness_minutes'?"),
        (["--where", "late"], "'late' is no filter; write it like segment=Premium or"),
        (["--columns", "moon"], "unknown column 'moon'"),
        (["--after", "x", "--format", "csv"], "--after without --limit; say how many rows"),
    ],
)
@pytest.mark.usefixtures("reader")
def test_what_cannot_be_listed_is_refused_in_one_line(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["deliveries", *words]) == 2

    assert message in capsys.readouterr().err


def test_one_delivery_is_told_as_the_page_tells_it(
    reader: Reader, capsys: pytest.CaptureFixture[str]
) -> None:
    one = reader.rows.page((), Order("lateness_minutes"), SCOPE, None, 1)["delivery_id"][0]

    assert main(["delivery", one, "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert main(["delivery", one]) == 0
    shown = capsys.readouterr().out

    assert told["message"].startswith("Late by ")
    assert told["facts"]["Delivery"] == one
    assert shown.startswith(f"{told['message']}.")
    assert all(moment["What"] in shown for moment in told["moments"])
    assert main(["delivery", "gone"]) == 2
    assert "has no delivery 'gone'; check the id" in capsys.readouterr().err


@pytest.mark.usefixtures("reader")
def test_breach_money_prints_two_figures_and_the_assumption(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["breach-money", "--by", "carrier"]) == 0

    told = capsys.readouterr().out
    assert "churn_exposure" in told
    assert "The margin at risk is an assumption, not a measurement (breaches.toml)" in told
    assert "do not add them" in told


def asked(headers: dict[str, str] | None = None, **query: str) -> Request:
    text = "&".join(f"{name}={value}" for name, value in query.items())
    raw = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    return Request(
        {"type": "http", "method": "GET", "path": "/api/rows", "headers": raw,
         "query_string": text.encode()}
    )  # fmt: skip


async def _body(answer: StreamingResponse) -> bytes:
    return b"".join([bytes(part) async for part in answer.body_iterator])


def test_the_address_of_all_rows_hands_out_the_rows_of_its_scope(reader: Reader) -> None:
    request = asked(form="csv", snapshot="1", columns="status", scope=scope_text(SCOPE))

    answer = rows_as_file(request)

    assert isinstance(answer, StreamingResponse)
    lines = asyncio.run(_body(answer)).decode().splitlines()
    assert lines[0] == "delivery_id,status"
    assert len(lines) - 1 == reader.rows.count(SCOPE)
    assert "doorstep-deliveries-snapshot-1.csv" in answer.headers["content-disposition"]


@pytest.mark.parametrize(
    ("query", "status", "message"),
    [
        ({"form": "exe"}, 400, "form is 'exe'; use csv or parquet"),
        ({"snapshot": "../1"}, 400, "snapshot is '../1'; give its number"),
        ({"snapshot": "99"}, 400, "snapshot 99 does not exist"),
        ({"columns": "status,(select 1)"}, 400, "unknown column '(select 1)'"),
        ({"scope": "{}"}, 400, "the text is no scope; copy it from a link of the dashboard"),
    ],
)
@pytest.mark.usefixtures("reader")
def test_an_address_that_asks_in_vain_is_told_why(
    query: dict[str, str], status: int, message: str
) -> None:
    usual = {"form": "csv", "snapshot": "1", "columns": "status", "scope": scope_text(SCOPE)}

    answer = rows_as_file(asked(**(usual | query)))

    assert answer.status_code == status
    assert message in bytes(answer.body).decode()


@pytest.mark.usefixtures("reader")
def test_another_site_is_handed_nothing() -> None:
    request = asked({"sec-fetch-site": "cross-site"}, form="csv")

    assert rows_as_file(request).status_code == 403
