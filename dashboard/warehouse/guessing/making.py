"""Making a draft: what a person says beforehand, and what the files show."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dashboard.contract import Table
from dashboard.errors import ProfileError, UnknownNameError
from dashboard.settings import Settings
from dashboard.warehouse.guessing.choosing import table_draft
from dashboard.warehouse.guessing.draft import ColumnDraft, Draft, TableDraft, may_be_constant
from dashboard.warehouse.guessing.facts import contents
from dashboard.warehouse.guessing.shapes import find_shapes
from dashboard.warehouse.guessing.values import Order
from dashboard.warehouse.guessing.vocabulary import read_vocabulary


@dataclass(frozen=True)
class Known:
    """What a person says about the files beforehand.

    Attributes:
        label: How the source is called on screen; None takes the folder's name.
        time_zone: Zone of local times; None takes the default.
        order: Which of day and month stands first where values read either way.
        constants: Text that stands for every row of a contract column of deliveries.
        means: The contract's word for words that nobody knows.
        progress: Told the name of each file after it was read.
    """

    label: str | None = None
    time_zone: str | None = None
    order: Order | None = None
    constants: Mapping[str, str] = field(default_factory=dict)
    means: Mapping[str, str] = field(default_factory=dict)
    progress: Callable[[str], None] = lambda _file: None


def guess(
    folder: Path,
    queries: Path,
    contract: Mapping[str, Table],
    known: Known,
    settings: Settings,
) -> Draft:
    """Guess a profile for the files of a folder.

    Args:
        folder: The raw files.
        queries: Folder that holds synonyms.toml.
        contract: The tables to fill.
        known: What a person says.
        settings: The time zone where nobody says one, and the threads to use.

    Raises:
        SourceError: A file cannot be read whole.
        ProfileError: A constant is for no text column of deliveries, or there is no such
            time zone.
    """
    vocabulary = read_vocabulary(queries)
    _check_constants(contract["deliveries"], known.constants)
    shapes = find_shapes(folder)
    tables = []
    for shape, found in zip(shapes, contents(shapes, settings.threads), strict=True):
        known.progress(shape.paths[0].name)
        guessed = table_draft(shape, found, contract, vocabulary)
        tables.append(_with_known(guessed, known))
    return Draft(
        label=known.label or _label(folder),
        time_zone=_zone(known.time_zone or settings.time_zone),
        zone_is_stated=known.time_zone is not None,
        tables=tuple(tables),
    )


def _with_known(table: TableDraft, known: Known) -> TableDraft:
    columns = tuple(_column_with_known(one, table, known) for one in table.columns)
    if table.table is None or table.table.name != "deliveries":
        return replace(table, columns=columns)
    freed = tuple(
        replace(one, target=None, confidence="none", why="one value was stated for all rows")
        if one.target in known.constants
        else one
        for one in columns
    )
    return replace(table, columns=freed, constants=dict(known.constants))


def _column_with_known(one: ColumnDraft, table: TableDraft, known: Known) -> ColumnDraft:
    if known.order and _is_open(one):
        one = replace(one, order=known.order)
    column = table.columns_of_contract.get(one.target or "")
    if column is None or None not in one.words.values():
        return one
    allowed = column.values or ("true", "false")
    told = {word: known.means[word] for word in one.words if word in known.means}
    for word, meaning in told.items():
        if meaning not in allowed:
            message = f"'{word}' cannot mean '{meaning}'; use one of {', '.join(allowed)}"
            raise ProfileError(message)
    return replace(one, words={word: told.get(word, was) for word, was in one.words.items()})


def _is_open(one: ColumnDraft) -> bool:
    return bool(one.facts.times and one.facts.times.needs_order and one.known_order is None)


def _check_constants(table: Table, constants: Mapping[str, str]) -> None:
    allowed = [name for name in table.columns if may_be_constant(table, name)]
    for name, value in constants.items():
        if name not in allowed:
            unknown = UnknownNameError.among("text column of deliveries", name, allowed)
            raise ProfileError(str(unknown))
        domain = table.columns[name].values
        if domain and value not in domain:
            message = f"'{value}' is no {name}; use one of {', '.join(domain)}"
            raise ProfileError(message)


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
        message = f"'{name}' is no time zone; write it like Europe/Berlin"
        raise ProfileError(message) from unknown


def _label(folder: Path) -> str:
    """A folder's name as people would write it."""
    said = re.sub(r"[-_\s]+", " ", folder.resolve().name).strip()
    return said[:1].upper() + said[1:] or "Own data"
