"""What tests of hostile input share: one import through the command line, and its account."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dashboard.cli import COULD_NOT, DONE, REFUSALS, main

COLUMNS = ("delivery_id", "carrier", "ordered_at", "delivered_at", "promised_by", "status")
OPTIONAL = ("segment", "postcode", "latitude", "longitude", "cancelled_at", "weight_kg")
HEADER = ",".join(COLUMNS)
GOOD = "{},Wren,2024-03-02 08:00,2024-03-03 10:00,2024-03-03 12:00,delivered"

PROFILE = """
label = "Hostile"
time_zone = "UTC"
load = "full"

[raw.deliveries]
files = {files}
columns = {columns}
optional = {optional}
encoding = "{encoding}"
delimiter = {delimiter}
"""

SELECT = """-- grain: one row per delivery
-- times: local
select * from deliveries
"""


@dataclass(frozen=True)
class Outcome:
    """What an import said and published.

    Attributes:
        code: Exit code.
        said: Its one line of refusal, without the command's name; '' if none.
        files: Account of each raw file, by name.
        tables: Account of each table, by name.
    """

    code: int
    said: str
    files: dict[str, dict[str, Any]]
    tables: dict[str, dict[str, Any]]

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Records, malformed, accepted and quarantined."""
        given = self.tables.get("deliveries", {"accepted": 0, "quarantined": 0})
        return (
            sum(file["records"] for file in self.files.values()),
            sum(file["malformed"] for file in self.files.values()),
            given["accepted"],
            given["quarantined"],
        )


@dataclass(frozen=True)
class Importer:
    """Imports a folder through the command line, with a profile of the test's own."""

    folder: Path
    warehouse: Path
    capsys: pytest.CaptureFixture[str]

    def bring(self, data: bytes | str, name: str = "deliveries.csv", **profile: str) -> Outcome:
        """Import one file of deliveries."""
        (self.folder / name).write_bytes(data.encode() if isinstance(data, str) else data)
        return self.run(**profile)

    def run(
        self, files: str = "deliveries.*", encoding: str = "utf-8", delimiter: str = ","
    ) -> Outcome:
        """Import the folder as it is; the account must add up, whatever the outcome."""
        stated = self.warehouse.with_name("profile")
        stated.mkdir(exist_ok=True)
        text = PROFILE.format(
            files=json.dumps(files),
            columns=list(COLUMNS),
            optional=list(OPTIONAL),
            encoding=encoding,
            delimiter=json.dumps(delimiter),
        )
        (stated / "profile.toml").write_text(text, encoding="utf-8")
        (stated / "deliveries.sql").write_text(SELECT, encoding="utf-8")
        words = ["import", str(self.folder), "--profile", str(stated), "--format", "json"]
        code = main([*words, "--warehouse", str(self.warehouse), "--as-of", "2024-06-01"])
        return self._account(code)

    def _account(self, code: int) -> Outcome:
        out, said = self.capsys.readouterr()
        lines = [line for line in said.splitlines() if not line.startswith("Importing: ")]
        if code == COULD_NOT:
            assert out == ""
            assert len(lines) == 1
            assert not list(self.warehouse.glob("snapshots/*.json"))
            return Outcome(code, lines[0].removeprefix("doorstep: "), {}, {})
        assert lines == []
        account = json.loads(out)
        files = {file["file"]: file for file in account["files"]}
        tables = {table["table"]: table for table in account["tables"]}
        for file in files.values():
            assert file["records"] == file["raw"] + file["malformed"]
        for table in tables.values():
            kept = table["accepted"] + table["superseded"]
            assert table["rows"] == kept + table["quarantined"]
        refused = any(file["malformed"] for file in files.values())
        refused = refused or any(table["quarantined"] for table in tables.values())
        assert code == (REFUSALS if refused else DONE)
        return Outcome(code, "", files, tables)


def good(*ids: str) -> str:
    """Records of deliveries that nothing is wrong with."""
    return "".join(f"{GOOD.format(one)}\n" for one in ids)
