"""`doorstep forecast --file`: utilsforecast's figures through a file, and files refused."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from dashboard.cli import main
from tests.vector import expected, given_rows

Printed = pytest.CaptureFixture[str]
HEAD = "series,date,actual,forecast,lower,upper,issued_at"


def asked(capsys: Printed, path: Path, *words: str) -> Any:  # noqa: ANN401
    assert main(["forecast", "--file", str(path), *words, "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def of_the_vector(tmp_path: Path) -> Path:
    """The vector's four series as a file: history without forecasts, then model a."""
    path = tmp_path / "series.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["series", "date", "actual", "forecast", "lower", "upper"])
        for row in given_rows("12_forecast_eval"):
            said = (row["model_a"], row["model_a_q10"], row["model_a_q90"])
            out.writerow([row["unique_id"], row["ds"], row["y"], *said])
    return path


def test_a_file_gives_what_utilsforecast_gives(capsys: Printed, of_the_vector: Path) -> None:
    told = expected("12_forecast_eval")

    found = asked(capsys, of_the_vector, "--season", "7")

    for one in found["series"]:
        name = one["series"]
        assert one["n"] == 28
        for key in ("wape", "mase", "rmsse"):
            assert one[key] == pytest.approx(told[key][name]["model_a"], rel=1e-8)
        assert one["smape_m4"] == pytest.approx(
            200 * told["smape_half"][name]["model_a"], rel=1e-8
        )
        assert one["coverage"] == pytest.approx(told["coverage_80"][name])
        signal = told["tracking_signal_model_a"][name]
        assert one["tracking_signal"] == pytest.approx(signal, rel=1e-8)
        plain = told["wape"][name]["snaive"] - told["wape"][name]["model_a"]
        assert one["value_added"] == pytest.approx(plain, rel=1e-8)
    pooled, own = found["pooled"], told["pooled"]["model_a"]
    assert pooled["wape"] == pytest.approx(own["pooled_wape"], rel=1e-8)
    assert pooled["bias"] == pytest.approx(own["pooled_bias_pct"], rel=1e-8)
    assert pooled["wape_total"] == pytest.approx(own["wape_of_total"], rel=1e-8)
    added = told["fva_wape_points_vs_snaive"]["model_a"]
    assert pooled["value_added"] == pytest.approx(added, rel=1e-8)
    assert pooled["value_added_verdict"] == "too few weeks"


def test_no_percentage_of_nothing_and_it_is_said(capsys: Printed, of_the_vector: Path) -> None:
    by_name = {one["series"]: one for one in asked(capsys, of_the_vector)["series"]}

    assert by_name["s3"]["mape"] is None
    assert "actuals are 0, so MAPE is undefined; read WAPE instead" in by_name["s3"]["notes"]
    assert by_name["s0"]["mape"] == pytest.approx(11.358247170389393, rel=1e-8)


def written(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "given.csv"
    path.write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")
    return path


def test_series_of_nothing_and_of_one_value_have_sums_and_notes(
    capsys: Printed, tmp_path: Path
) -> None:
    days = [f"2026-01-{day:02}" for day in range(1, 22)]
    flat = [f"flat,{day},5,{6 if day > '2026-01-14' else ''},,," for day in days]
    none = [f"none,{day},0,{1 if day > '2026-01-14' else ''},,," for day in days]

    found = asked(capsys, written(tmp_path, *flat, *none))

    one, other = found["series"]
    assert (one["wape"], one["bias"], one["mase"]) == (0.2, 0.2, None)
    assert "every season repeats the one before; MASE needs" in one["notes"]
    assert (other["wape"], other["forecast"], other["smape_m4"]) == (None, 7, 200)
    assert "every actual is 0; an error in per cent needs some volume" in other["notes"]
    assert found["pooled"]["bias"] == pytest.approx(14 / 35)


def test_the_latest_issue_before_the_lead_counts_and_none_older_than_a_week_more(
    capsys: Printed, tmp_path: Path
) -> None:
    path = written(
        tmp_path,
        "a,2026-03-30,100,50,,,2026-03-20T06:00",
        "a,2026-03-30,100,90,,,2026-03-23T06:00",
        "a,2026-03-30,100,99,,,2026-03-29T06:00",
        "a,2026-03-31,100,70,,,2026-03-10T06:00",
    )

    found = asked(capsys, path, "--lead", "7")

    assert (found["pooled"]["n"], found["pooled"]["bias"]) == (1, pytest.approx(-0.1))
    assert found["stale"] == 2


def test_a_forecast_still_to_come_waits_and_a_gap_is_a_gap(
    capsys: Printed, tmp_path: Path
) -> None:
    lines = [f"a,2026-01-{day:02},{day},,,," for day in range(1, 15) if day != 9]
    path = written(tmp_path, *lines, "a,2026-01-15,15,10,,,", "a,2026-01-16,16,10,,,",
                   "a,2026-01-17,,10,,,")  # fmt: skip

    found = asked(capsys, path)

    # the 15th repeats the 8th (8); the 16th would repeat the 9th, which is missing
    assert found["waiting"] == 1
    assert found["series"][0]["value_added"] == pytest.approx((7 - 5) / 15)
    assert "value added on 1 of 2 forecasts" in found["series"][0]["notes"]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["a,2026-01-01,x,1,,,"], "line 2: actual is 'x'; a number is needed"),
        (["a,2026-01-01,-1,1,,,"], "line 2: actual is '-1'; a volume of 0 or more is needed"),
        (["a,2026-01-01,nan,1,,,"], "line 2: actual is 'nan'; a volume of 0 or more is needed"),
        (["a,01.02.2026,1,1,,,"], "line 2: date is '01.02.2026'; a day like 2026-09-30 is needed"),
        ([",2026-01-01,1,1,,,"], "line 2: series is empty; a name is needed"),
        (
            ["a,2026-01-01,1,1,,,2026-01-02"],
            "line 2: issued_at is '2026-01-02'; a time before the day forecast is needed",
        ),
        (["a,2026-01-01,1,1,3,2,"], "line 2: lower is '3'; no more than upper is needed"),
        (
            ["a,2026-01-01,1,1,,,", "a,2026-01-01,1,2,,,"],
            "line 3: a has a second row for 2026-01-01; give each date once, or --lead",
        ),
        (
            ["a,2026-01-01,1,1,,,", "a,2026-01-03,1,2,,,", "a,2026-01-06,1,2,,,"],
            "the dates of a are uneven; days, weeks or months are needed",
        ),
        (["a,2026-01-01,1,,,,"], "no forecast has an actual beside it; a score needs some"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(
    capsys: Printed, tmp_path: Path, lines: list[str], message: str
) -> None:
    assert main(["forecast", "--file", str(written(tmp_path, *lines))]) == 2

    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("head", "message"),
    [
        (
            "series,date,actual,lower",
            "has no column 'forecast'; series, date, actual, forecast are",
        ),
        ("series,date,actual,forecasts", "'forecasts'; did you mean 'forecast'?"),
    ],
)
def test_a_file_without_its_columns_is_refused(
    capsys: Printed, tmp_path: Path, head: str, message: str
) -> None:
    path = tmp_path / "given.csv"
    path.write_text(f"{head}\na,2026-01-01,1,1\n", encoding="utf-8")

    assert main(["forecast", "--file", str(path)]) == 2

    assert message in capsys.readouterr().err


def test_a_lead_needs_times_of_issue(capsys: Printed, tmp_path: Path) -> None:
    path = written(tmp_path, "a,2026-01-01,1,1,,,")

    assert main(["forecast", "--file", str(path), "--lead", "7"]) == 2

    assert "has no issued_at; a lead of 7 days needs it" in capsys.readouterr().err
