"""A profile: how one source's raw files become the contract's tables."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import duckdb
import sqlglot
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from sqlglot import exp

from dashboard.contract import Table
from dashboard.errors import ProfileError, UnknownNameError
from dashboard.headers import Header, read_header

LoadMode = Literal["full", "months", "changes"]
Times = Literal["local", "utc"]

_TRACE = ("_file", "_line", "_record")


class RawTable(BaseModel):
    """Files of one shape, read as one raw table.

    Attributes:
        files: Name or glob inside the folder that is imported; Parquet by its ending.
        columns: Names every file must have, in any order.
        optional: Names that may be absent; null then.
        required: Whether at least one such file must be there.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    files: str
    columns: tuple[str, ...]
    optional: tuple[str, ...] = ()
    required: bool = True
    encoding: str = "utf-8"
    delimiter: str = Field(default=",", min_length=1, max_length=1)

    @property
    def all_columns(self) -> tuple[str, ...]:
        """Required and optional names."""
        return (*self.columns, *self.optional)

    @field_validator("files")
    @classmethod
    def _inside_the_folder(cls, pattern: str) -> str:
        if not pattern or Path(pattern).is_absolute() or ".." in Path(pattern).parts:
            message = f"'{pattern}' does not name files inside the folder"
            raise ValueError(message)
        return pattern

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, name: str) -> str:
        try:
            "".encode(name)
        except (LookupError, UnicodeError) as unknown:
            message = f"'{name}' is no encoding that Python knows"
            raise ValueError(message) from unknown
        return name

    @field_validator("delimiter")
    @classmethod
    def _can_delimit(cls, character: str) -> str:
        if character in '"\r\n':
            message = "a quote or a line end cannot stand between two fields"
            raise ValueError(message)
        return character

    @field_validator("optional")
    @classmethod
    def _names_once(cls, optional: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        seen = set(_TRACE)
        for name in (*info.data.get("columns", ()), *optional):
            if name.lower() in seen:
                message = f"column '{name}' is named twice, or is a name that Doorstep adds"
                raise ValueError(message)
            seen.add(name.lower())
        return optional


class _ProfileFile(BaseModel):
    """What profile.toml may say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str
    time_zone: str
    load: LoadMode
    synthetic: bool = False
    contract_shaped: bool = False
    notes: tuple[str, ...] = ()
    raw: Mapping[str, RawTable] = Field(default_factory=dict)

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            return ZoneInfo(name).key
        except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
            message = f"'{name}' is no time zone like Europe/Berlin"
            raise ValueError(message) from unknown

    @field_validator("raw")
    @classmethod
    def _tables_once(cls, raw: Mapping[str, RawTable]) -> Mapping[str, RawTable]:
        names = [name.lower() for name in raw]
        twice = next((name for name in raw if names.count(name.lower()) > 1), None)
        if twice:
            message = f"raw table '{twice}' is named twice but for case"
            raise ValueError(message)
        return raw


@dataclass(frozen=True)
class Part:
    """One SELECT that fills a contract table.

    Attributes:
        table: The contract table.
        file: Name of the SQL file.
        times: Whether naive times it returns are local to the profile's zone or UTC.
    """

    table: str
    file: str
    sql: str
    times: Times

    @property
    def is_pass_through(self) -> bool:
        """Whether it takes over the raw table of its own name as it is."""
        return self == _pass_through(self.table)

    @property
    def reads(self) -> set[str]:
        """Raw tables that the statement names, whatever DuckDB syntax it uses."""
        try:
            statement = sqlglot.parse_one(self.sql, dialect="duckdb")
        except sqlglot.ParseError:
            return set(re.findall(r"\w+", self.sql))
        return {table.name for table in statement.find_all(exp.Table)}


@dataclass(frozen=True)
class Profile:
    """A source's profile.

    Attributes:
        name: Its folder's name.
        label: How the source is called on screen.
        time_zone: Zone of the network's local days and of local times in the files.
        load: What a folder of this source holds: everything (`full`), whole months
            (`months`), or new and corrected rows only (`changes`).
        contract_shaped: Whether files bear the names of contract tables.
        synthetic: Made-up data; said on every page.
        notes: Sentences about the source that every page shows.
        raw: Raw tables by name.
        parts: SELECTs in the order in which later ones win.
        as_of: SELECT of the moment the data is complete to; None if not stated.
        unused: SELECT of (_file, unused) that accounts for records which no row takes
            over by its line; None if not stated.
    """

    name: str
    label: str
    time_zone: str
    load: LoadMode
    contract_shaped: bool
    synthetic: bool
    notes: tuple[str, ...]
    raw: Mapping[str, RawTable]
    parts: tuple[Part, ...]
    as_of: str | None
    unused: str | None

    @property
    def passes_through(self) -> bool:
        """Whether every contract table takes over the records of its own files, as they are."""
        return all(part == _pass_through(part.table) for part in self.parts)


def read_profile(queries: Path, contract: Mapping[str, Table], name: str) -> Profile:
    """Read a profile by name, or from a folder that holds a profile.toml.

    Raises:
        UnknownNameError: No such profile.
        ProfileError: Its files break the rules of a profile.
    """
    folder = _folder(queries / "sources", name)
    stated = _read_toml(folder)
    raw = dict(stated.raw)
    if stated.contract_shaped:
        raw |= {table: _shaped_as(contract[table]) for table in contract if table not in raw}
    parts = _parts(folder, contract)
    if stated.contract_shaped:
        own = {part.table for part in parts}
        parts += [_pass_through(table) for table in contract if table not in own]
    if not any(part.table == "deliveries" for part in parts):
        message = f"profile {name} fills no deliveries; add deliveries.sql to it"
        raise ProfileError(message)
    order = list(contract)
    return Profile(
        name=folder.name,
        label=stated.label,
        time_zone=stated.time_zone,
        load=stated.load,
        contract_shaped=stated.contract_shaped,
        synthetic=stated.synthetic,
        notes=stated.notes,
        raw=raw,
        parts=tuple(
            sorted(parts, key=lambda part: (order.index(part.table), Path(part.file).stem))
        ),
        as_of=_optional_sql(folder / "as_of.sql"),
        unused=_optional_sql(folder / "unused.sql"),
    )


def profile_names(queries: Path) -> tuple[str, ...]:
    """Names of the profiles under queries/sources/."""
    return tuple(path.parent.name for path in sorted((queries / "sources").glob("*/profile.toml")))


def profile_error(profile: str, file: str, wrong: duckdb.Error) -> ProfileError:
    """One line for a profile's statement that DuckDB refuses."""
    reason = str(wrong).splitlines()[0]
    return ProfileError(f"profile {profile}, {file}: {reason}; mend the statement")


def _folder(sources: Path, name: str) -> Path:
    given = Path(name)
    if (given / "profile.toml").is_file():
        return given.resolve()
    if given.is_dir() and given.name != name:
        message = f"no profile.toml in {name}; write one, or name a profile"
        raise ProfileError(message)
    known = profile_names(sources.parent)
    if name not in known:
        raise UnknownNameError.among("profile", name, known)  # noqa: EM101  (a kind, no message)
    return sources / name


def _read_toml(folder: Path) -> _ProfileFile:
    try:
        return _ProfileFile(**tomllib.loads((folder / "profile.toml").read_text("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
        message = f"profile {folder.name}, profile.toml: {broken}; write it as TOML in UTF-8"
        raise ProfileError(message) from broken
    except ValidationError as broken:
        first = broken.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        found = first["msg"].removeprefix("Value error, ")
        message = f"profile {folder.name}, profile.toml: '{key}': {found}; mend it"
        raise ProfileError(message) from broken


def _parts(folder: Path, contract: Mapping[str, Table]) -> list[Part]:
    parts = []
    for path in sorted(folder.glob("*.sql")):
        table = path.name.split(".")[0]
        if path.name in ("as_of.sql", "unused.sql"):
            continue
        if table not in contract:
            unknown = UnknownNameError.among("contract table", table, contract)
            message = f"profile {folder.name}, {path.name}: {unknown}"
            raise ProfileError(message)
        header = _read_sql(path)
        times = header.keys.get("times", "local")
        if times not in ("local", "utc"):
            message = f"profile {folder.name}, {path.name}: times is '{times}'; use local or utc"
            raise ProfileError(message)
        parts.append(Part(table, path.name, _one_select(path, header.sql), times))
    return parts


def _shaped_as(table: Table) -> RawTable:
    optional = tuple(name for name in table.columns if name not in table.required)
    return RawTable(
        files=f"{table.name}.*",
        columns=table.required,
        optional=optional,
        required=table.name == "deliveries",
    )


def _pass_through(table: str) -> Part:
    """The SELECT of a file named and shaped as its table."""
    return Part(table, f"{table}.sql", f"select * from {table}", "local")


def _optional_sql(path: Path) -> str | None:
    return _one_select(path, _read_sql(path).sql) if path.is_file() else None


def _read_sql(path: Path) -> Header:
    try:
        return read_header(path)
    except UnicodeDecodeError as wrong:
        message = f"profile {path.parent.name}, {path.name} is not UTF-8; save it as UTF-8"
        raise ProfileError(message) from wrong


def _one_select(path: Path, sql: str) -> str:
    """The statement, ready to stand in brackets: no semicolon after it, a line end last.

    Raises:
        ProfileError: It is not one SELECT.
    """
    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as wrong:
        raise profile_error(path.parent.name, path.name, wrong) from wrong
    if [one.type for one in statements] != [duckdb.StatementType.SELECT]:
        message = f"profile {path.parent.name}, {path.name} is not one SELECT; write one"
        raise ProfileError(message)
    return re.sub(r";\s*(--[^\n]*\s*)*$", "", sql) + "\n"
