"""A profile that is being made: what was guessed, why, and what is still to decide."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from dashboard.contract import Column, Table
from dashboard.warehouse.guessing.facts import Facts
from dashboard.warehouse.guessing.shapes import Shape
from dashboard.warehouse.guessing.values import Decimal, Order

Confidence = Literal["sure", "likely", "guess", "none"]
Kind = Literal["table", "missing", "constant", "order", "decimal", "words"]

MOST_WORDS = 100
"""Different values of a column that are taken for a closed list of words."""

_LONGEST = 60
_LISTED = 5
_LETTERS = {
    "%d": "DD",
    "%m": "MM",
    "%Y": "YYYY",
    "%y": "YY",
    "%H": "HH",
    "%I": "hh",
    "%M": "MM",
    "%S": "SS",
    "%p": "AM/PM",
    "%b": "Mon",
}


@dataclass(frozen=True)
class ColumnDraft:
    """One column of a raw table and what becomes of it.

    Attributes:
        facts: What it holds.
        target: The contract column it fills; None leaves it out.
        confidence: How well founded that is.
        why: In words.
        order: Which of day and month stands first, where it had to be decided.
        decimal: Sign before the decimals, where it had to be decided.
        scale: Factor to the contract's unit.
        words: The contract's word for each value, None where it is not known.
    """

    facts: Facts
    target: str | None = None
    confidence: Confidence = "none"
    why: str = ""
    order: Order | None = None
    decimal: Decimal | None = None
    scale: float = 1
    words: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The raw column."""
        return self.facts.column

    @property
    def known_order(self) -> Order | None:
        """Which of day and month stands first: decided, else as the values show."""
        found = self.facts.times
        return self.order or (found.order if found else None)

    @property
    def known_decimal(self) -> Decimal | None:
        """The sign before the decimals: decided, else as the values show."""
        found = self.facts.numbers
        return self.decimal or (found.decimal if found else None)

    @property
    def leaves_order_open(self) -> bool:
        """Whether the values alone do not tell the order of day and month."""
        read = self.facts.times
        return self.facts.is_text and bool(read and read.needs_order and read.order is None)

    @property
    def leaves_decimal_open(self) -> bool:
        """Whether the values alone do not tell the decimal sign."""
        number = self.facts.numbers
        return self.facts.is_text and bool(number and number.decimal is None)

    def is_time_of(self, table: "TableDraft") -> bool:
        """Whether it fills a moment or a day."""
        column = table.columns_of_contract.get(self.target or "")
        return column is not None and is_time(column)

    def is_number_of(self, table: "TableDraft") -> bool:
        """Whether it fills a number."""
        column = table.columns_of_contract.get(self.target or "")
        return column is not None and is_number(column)


@dataclass(frozen=True)
class Question:
    """Something that only a person can decide.

    Attributes:
        raw: The raw table; empty where it is about the whole.
        kind: What is open: which table, a column that is missing, one that a text for all
            rows would do for, the order of day and month, the decimal sign, or what words
            mean.
        about: The raw column, or the contract column that is missing.
        says: What was found and what is needed.
    """

    raw: str
    kind: Kind
    about: str
    says: str


@dataclass(frozen=True)
class TableDraft:
    """A raw table and the contract table it fills.

    Attributes:
        shape: Its files.
        records, malformed: Records in them, and those that cannot be read.
        table: The contract table; None leaves the files out.
        why: How it was chosen, in words.
        columns: One for each raw column, in file order.
        constants: Contract columns that have one value for every row.
        head: The first records, as they were read.
    """

    shape: Shape
    records: int
    malformed: int
    table: Table | None
    why: str
    columns: tuple[ColumnDraft, ...]
    constants: Mapping[str, str] = field(default_factory=dict)
    head: tuple[tuple[str, ...], ...] = ()

    def filling(self, target: str) -> ColumnDraft | None:
        """The raw column that fills a contract column."""
        return next((one for one in self.columns if one.target == target), None)

    @property
    def promise_is_date(self) -> bool:
        """Whether its promises are days, kept until they end."""
        found = self.filling("promised_by")
        if found is None or self.filling("promise_is_date") or found.facts.times is None:
            return False
        return found.facts.times.days_only

    @property
    def derives_status(self) -> bool:
        """Whether the status is made from times, for want of a column."""
        if self.table is None or self.table.name != "deliveries":
            return False
        known = self.filling("status") or "status" in self.constants
        return not known and self.filling("delivered_at") is not None

    @property
    def missing(self) -> tuple[str, ...]:
        """Required contract columns that nothing fills."""
        if self.table is None:
            return ()
        given = {one.target for one in self.columns} | set(self.constants)
        if self.derives_status:
            given.add("status")
        return tuple(name for name in self.table.required if name not in given)

    @property
    def may_be_stated(self) -> tuple[str, ...]:
        """Required contract columns that no raw column fills and one text can."""
        if self.table is None:
            return ()
        names = (*self.constants, *self.missing)
        return tuple(
            name
            for name in self.table.required
            if name in names and may_be_constant(self.table, name)
        )

    @property
    def questions(self) -> tuple[Question, ...]:
        """What is still to decide."""
        if self.table is None:
            return ()
        missing = [self._question_of_missing(name) for name in self.missing]
        mapped = [one for one in self.columns if one.target]
        return (*missing, *(q for one in mapped for q in self._questions_of(one)))

    def _question_of_missing(self, name: str) -> Question:
        says = f"no column of {self.files} is known to be {name}; choose one"
        if self.table and may_be_constant(self.table, name):
            return Question(
                self.shape.name, "constant", name, f"{says}, or one {name} for all rows"
            )
        return Question(self.shape.name, "missing", name, says)

    @property
    def files(self) -> str:
        """The files in a few words."""
        first = self.shape.paths[0].name
        more = len(self.shape.paths) - 1
        return f"{first} (and {more} more)" if more else first

    def _questions_of(self, one: ColumnDraft) -> list[Question]:
        name, found = shown(one.name), []
        if one.is_time_of(self) and one.leaves_order_open and one.order is None:
            says = f"{name} can be read day first or month first (“{one.facts.sample}”); say which"
            found.append(Question(self.shape.name, "order", one.name, says))
        if one.is_number_of(self) and one.leaves_decimal_open and one.decimal is None:
            says = f"{name} has “{one.facts.sample}”: thousands or decimals; say which"
            found.append(Question(self.shape.name, "decimal", one.name, says))
        unknown = [word for word, meaning in one.words.items() if meaning is None]
        if unknown:
            listed = ", ".join(f"“{shown(word, '')}”" for word in unknown[:_LISTED])
            more = f" and {len(unknown) - _LISTED} more" if len(unknown) > _LISTED else ""
            says = f"{name} has {listed}{more}; say which {one.target} that is"
            found.append(Question(self.shape.name, "words", one.name, says))
        return found

    @property
    def columns_of_contract(self) -> Mapping[str, Column]:
        """Columns of the contract table."""
        return self.table.columns if self.table else {}


@dataclass(frozen=True)
class Draft:
    """A profile that is being made.

    Attributes:
        label: How the source is called on screen.
        time_zone: Zone of local times in the files.
        zone_is_stated: Whether a person said so.
        tables: One for each raw table.
    """

    label: str
    time_zone: str
    zone_is_stated: bool
    tables: tuple[TableDraft, ...]

    @property
    def questions(self) -> tuple[Question, ...]:
        """What is still to decide before this can be imported."""
        found = tuple(question for table in self.tables for question in table.questions)
        if any(one.table and one.table.name == "deliveries" for one in self.tables):
            return found
        names = ", ".join(one.files for one in self.tables[:_LISTED])
        more = f" and {len(self.tables) - _LISTED} more" if len(self.tables) > _LISTED else ""
        says = f"no file of {names}{more} is known to hold deliveries; say which one does"
        return (Question("", "table", "deliveries", says), *found)

    def with_table(self, changed: TableDraft) -> "Draft":
        """The same with one table exchanged."""
        tables = tuple(
            changed if one.shape.name == changed.shape.name else one for one in self.tables
        )
        return replace(self, tables=tables)


def is_time(column: Column) -> bool:
    """Whether a contract column holds a moment or a day."""
    return column.type in ("timestamp", "date")


def is_number(column: Column) -> bool:
    """Whether a contract column holds a number."""
    return column.type in ("integer", "number", "decimal", "money")


def may_be_constant(table: Table, name: str) -> bool:
    """Whether one value may stand for every row of a contract column."""
    is_id = name in table.key or name.endswith("_id")
    return table.columns[name].type == "text" and not is_id


def shown(name: str, quotes: str = "'", longest: int = _LONGEST) -> str:
    """A name or value on one line and of bounded length."""
    line = " ".join(name.split())
    return f"{quotes}{line if len(line) <= longest else line[: longest - 1] + '…'}{quotes}"


def how_read(one: ColumnDraft, table: TableDraft) -> str:
    """How the values of a column are read, in words; empty where they stand as they are."""
    column = table.columns_of_contract.get(one.target or "")
    if column is None:
        return ""
    if one.words:
        known = sum(meaning is not None for meaning in one.words.values())
        return f"{known} of {len(one.words)} words known"
    read, number = one.facts.times, one.facts.numbers
    if is_time(column) and read:
        return _how_times(one)
    if is_number(column) and (number or one.facts.is_typed_number):
        is_comma = one.facts.is_text and one.known_decimal == ","
        comma = "decimal comma" if is_comma else ""
        scale = f"× {one.scale:g}" if one.scale != 1 else ""
        return ", ".join(part for part in (comma, scale) if part)
    return ""


def _how_times(one: ColumnDraft) -> str:
    read = one.facts.times
    if read is None or not one.facts.is_text:
        return ""
    if read.epoch:
        return (
            "seconds since 1970" if read.epoch == len("1700000000") else "milliseconds since 1970"
        )
    if read.needs_order and one.known_order is None:
        return "day first or month first?"
    return ", ".join(map(_letters, read.formats_as(one.known_order))) or "ISO"


def _letters(stated: str) -> str:
    """A strptime format as people write it: DD.MM.YYYY HH:MM."""
    for sign, letters in _LETTERS.items():
        stated = stated.replace(sign, letters)
    return stated
