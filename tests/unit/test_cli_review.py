"""The review on the command line: change, scoreboard, value; what each refuses in one line."""

import json
from pathlib import Path
from typing import Any

import pytest

from dashboard.cli import main

Printed = pytest.CaptureFixture[str]
PREMIUM = ("change", "on_time_rate", "--quarter", "2026Q3", "--where", "segment=Premium")


@pytest.fixture(autouse=True)
def _sample(sample_warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOORSTEP_WAREHOUSE", str(sample_warehouse))


def asked(capsys: Printed, *words: str) -> Any:  # noqa: ANN401
    assert main([*words, "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)


def error(capsys: Printed, *words: str) -> str:
    assert main(list(words)) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    return printed.err.strip()


def test_a_changes_parts_are_the_change_in_json(capsys: Printed) -> None:
    found = asked(capsys, *PREMIUM, "--by", "carrier,zone")

    total = sum(cell["total"] for cell in found["cells"])
    assert total + found["undivided"] == pytest.approx(found["change"], abs=1e-9)
    assert sum(found["mix_by"].values()) == pytest.approx(found["mix"], abs=1e-12)
    assert found["period"] == {"start": "2026-07-01", "end": "2026-09-30"}
    assert found["versus"] == {"start": "2026-04-01", "end": "2026-06-30"}
    assert found["beside"]["versus"] == {"start": "2025-07-01", "end": "2025-09-30"}
    assert found["message"].startswith("On-time rate fell ")


@pytest.mark.parametrize(
    ("words", "versus"),
    [
        (("--versus", "last-year"), ("2025-07-01", "2025-09-30")),
        (("--versus", "2026Q1"), ("2026-01-01", "2026-03-31")),
        (("--versus", "2026-02-01..2026-02-28"), ("2026-02-01", "2026-02-28")),
    ],
)
def test_any_days_may_be_compared_with(
    words: tuple[str, ...], versus: tuple[str, str], capsys: Printed
) -> None:
    found = asked(capsys, *PREMIUM, *words)

    assert tuple(found["versus"].values()) == versus


def test_other_days_are_compared_with_as_many_before(capsys: Printed) -> None:
    found = asked(
        capsys, "change", "volume", "--from", "2026-09-01", "--to", "2026-09-10", "--by", "carrier"
    )

    assert found["versus"] == {"start": "2026-08-22", "end": "2026-08-31"}
    assert (found["mix"], found["contributors"]) == (None, None)


def test_a_change_prints_its_sentence_its_cells_and_its_dimensions(capsys: Printed) -> None:
    assert main([*PREMIUM, "--by", "carrier"]) == 0

    printed = capsys.readouterr().out
    assert printed.startswith("On-time rate fell ")
    assert "Against 1 Jul – 30 Sep 2025: " in printed
    assert "Largest shift" in printed


def test_csv_holds_the_cells_alone(capsys: Printed) -> None:
    assert main([*PREMIUM, "--by", "carrier", "--format", "csv"]) == 0

    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split(",")[:4] == ["metric", "carrier", "presence", "before"]
    assert all(row.startswith("on_time_rate,") for row in rows)


def test_the_scoreboard_prints_the_pages_finding(capsys: Printed) -> None:
    found = asked(capsys, "scoreboard", "--quarter", "2026Q3")
    assert main(["scoreboard", "--quarter", "2026Q3"]) == 0

    premium = next(
        row
        for row in found["rows"]
        if (row["segment"], row["metric"]) == ("Premium", "on_time_rate")
    )
    assert premium["missing"] == pytest.approx(
        -((premium["value"] - premium["target"]) * premium["n"]), abs=1
    )
    assert premium["variation"] in {"worsening", "normal variation"}
    assert capsys.readouterr().out.startswith(f"{found['message']}.")


def test_the_map_of_values_prints_its_calls(capsys: Printed) -> None:
    found = asked(capsys, "value", "--quarter", "2026Q3")

    calls = {row["segment"]: row["call"] for row in found["rows"]}
    assert set(calls) == {"Standard", "Premium", "Small business", "Rural", "Enterprise"}
    assert calls["Rural"] in {"exit", "not clear"}
    assert sum(row["share"] for row in found["rows"]) == pytest.approx(1)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("change", "on_time_rate"), "no period is given; ask for --quarter 2026Q3, or --from"),
        (
            ("change", "on_time_rate", "--quarter", "2026Q3", "--from", "2026-07-01"),
            "--quarter beside --from or --to; give one or the other",
        ),
        (
            (*PREMIUM, "--versus", "yesterday"),
            "'yesterday' is not a quarter; write it like 2026Q3",
        ),
        (
            (*PREMIUM, "--versus", "2026-01-01..spring"),
            "'2026-01-01..spring' are no days; write them like 2026-04-01..2026-06-30",
        ),
        (
            (*PREMIUM, "--by", "carrier,zone,depot"),
            "3 dimensions to explain a change by; name one or two different ones",
        ),
        ((*PREMIUM, "--by", "moon"), "unknown dimension 'moon'; "),
        (("change", "lateness", "--quarter", "2026Q3"), "unknown metric 'lateness'; "),
        (
            ("change", "on_time_rate", "--quarter", "2024Q4"),
            "the earlier period has nothing to divide by; choose another period",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused_in_one_line(
    words: tuple[str, ...], said: str, capsys: Printed
) -> None:
    assert error(capsys, *words).startswith(f"doorstep: {said}")


def test_one_day_has_a_bridge_but_no_contributors(capsys: Printed) -> None:
    day = ("--from", "2026-09-01", "--to", "2026-09-01", "--versus", "2026-08-31..2026-08-31")

    assert main(["change", "on_time_rate", *day]) == 0

    printed = capsys.readouterr()
    assert "On-time rate " in printed.out
    assert printed.err == (
        "No contributors: 1 weeks or days with anything to divide by; at least 2 are needed.\n"
    )


@pytest.mark.parametrize(
    "command",
    [
        ("metrics", "on_time_rate"),
        ("scoreboard",),
        ("value",),
        ("change", "on_time_rate"),
        ("cost",),
        ("service",),
        ("control", "on_time_rate"),
        ("quantiles", "lateness"),
        ("capability",),
        ("definitions-bridge",),
        ("satisfaction",),
        ("themes",),
    ],
)
def test_every_command_names_a_segment_that_does_not_exist(
    command: tuple[str, ...], capsys: Printed
) -> None:
    said = error(capsys, *command, "--quarter", "2026Q3", "--where", "segment=Premiun")

    assert said.startswith("doorstep: unknown segment 'Premiun'; did you mean 'Premium'?")
