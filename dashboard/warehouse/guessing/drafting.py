"""A draft as the files of a profile: profile.toml and one SELECT per table."""

import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from textwrap import wrap

from dashboard.errors import ProfileError
from dashboard.warehouse.guessing.draft import (
    ColumnDraft,
    Draft,
    TableDraft,
    is_number,
    is_time,
    shown,
)
from dashboard.warehouse.guessing.values import MONEY_SIGN
from dashboard.warehouse.sql import identifier, literal

_WIDTH = 88
_THOUSANDS = {
    ",": r"[+-]?[0-9]{1,3}([.][0-9]{3})+(,[0-9]+)?",
    ".": r"[+-]?[0-9]{1,3}(,[0-9]{3})+([.][0-9]+)?",
}
_SEAL = "\n# A new guess may replace these files while nobody has edited them: "
_EPOCHS = {10: " * 1000000", 13: " * 1000"}


def texts(draft: Draft) -> dict[str, str]:
    """The files of a profile by name."""
    tables = [one for one in draft.tables if one.table]
    parts = Counter(one.table.name for one in tables if one.table)
    files = {}
    for one in tables:
        name = one.table.name if one.table else ""
        many = parts[name] > 1
        files[f"{name}.{one.shape.name}.sql" if many else f"{name}.sql"] = select(one)
    stated = _toml(draft)
    return {"profile.toml": f"{stated}{_seal(files | {'profile.toml': stated})}", **files}


def write(draft: Draft, folder: Path) -> list[Path]:
    """Write a profile into a folder that is new, empty, or as an earlier guess left it.

    Raises:
        ProfileError: The folder holds anything else, or was edited: that is kept.
    """
    try:
        if folder.exists() and not _is_ours(folder):
            message = f"{folder} holds files of yours; name another folder with --out"
            raise ProfileError(message)
        folder.mkdir(parents=True, exist_ok=True)
        for path in folder.iterdir():
            path.unlink()
        for name, text in texts(draft).items():
            (folder / name).write_text(text, encoding="utf-8")
    except (OSError, UnicodeEncodeError) as wrong:
        message = f"{folder} cannot be written ({wrong}); name another folder or label"
        raise ProfileError(message) from wrong
    return sorted(folder.iterdir())


def zipped(draft: Draft, name: str) -> bytes:
    """A profile as a ZIP archive that holds one folder."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, text in texts(draft).items():
            archive.writestr(f"{name}/{file}", text)
    return packed.getvalue()


def select(table: TableDraft) -> str:
    """The SELECT that fills a contract table, with its reasons as comments."""
    lines = [
        f"-- grain: one row per record of {_comment(table.files)}",
        "-- times: local",
        "--",
        "-- Guessed by Doorstep from names and values; mend what is wrong. Text that cannot",
        "-- be read as a date or number passes through, for the check to name.",
    ]
    left_out = [one for one in table.columns if one.target is None]
    for one in left_out:
        lines += _comments(f"Left out: {shown(one.name)}: {one.why}.")
    for question in table.questions:
        lines += _comments(f"DECIDE: {question.says}.")
    fields = ["_file", "_line", *_fields(table)]
    body = ",\n".join(f"    {field}" for field in fields)
    return "\n".join(lines) + f"\nselect\n{body}\nfrom {table.shape.name}\n"


def _is_ours(folder: Path) -> bool:
    """Whether a folder is empty, or holds a guessed profile that nobody has edited."""
    if not folder.is_dir():
        return False
    paths = list(folder.iterdir())
    if not all(path.is_file() and path.suffix in (".sql", ".toml") for path in paths):
        return False
    try:
        found = {path.name: path.read_text(encoding="utf-8") for path in paths}
    except UnicodeDecodeError:
        return False
    stated, mark, _ = found.get("profile.toml", "").partition(_SEAL)
    sealed = stated + _seal(found | {"profile.toml": stated})
    return not paths or bool(mark and found["profile.toml"] == sealed)


def _seal(files: Mapping[str, str]) -> str:
    """A last line by which files are known to be as they were written."""
    digest = blake2b(repr(sorted(files.items())).encode(), digest_size=8).hexdigest()
    return f"{_SEAL}{digest}\n"


def _fields(table: TableDraft) -> Iterator[str]:
    for target in table.columns_of_contract:
        found = table.filling(target)
        if found:
            expression = _expression(found, table)
            yield f"{expression} as {target}"
        elif target in table.constants:
            yield f"{literal(table.constants[target])} as {target}"
        elif target == "status" and table.derives_status:
            yield f"{_derived_status(table)} as status"
        elif target == "promise_is_date" and table.promise_is_date:
            yield "true as promise_is_date"


def _expression(one: ColumnDraft, table: TableDraft) -> str:
    """SQL of a contract column from its raw column."""
    column = table.columns_of_contract[str(one.target)]
    name = identifier(one.name)
    if one.words:
        return _words(one)
    if is_time(column) and one.facts.times:
        return _time(one, name)
    if is_number(column) and one.facts.is_text and one.facts.numbers:
        return _number(one, name)
    if is_number(column) and one.facts.is_typed_number and one.scale != 1:
        return f"{name} * {one.scale!r}"
    return name


def _words(one: ColumnDraft) -> str:
    value = f"trim({_text(one)})"
    known = {given: word for given, word in one.words.items() if word}
    if not known:
        return _text(one)
    whens = "".join(
        f"        when {literal(given)} then {literal(word)}\n" for given, word in known.items()
    )
    return f"case {value}\n{whens}        else {_text(one)}\n    end"


def _time(one: ColumnDraft, name: str) -> str:
    read = one.facts.times
    if read is None:
        return name
    if read.epoch:
        seconds = f"make_timestamp(try_cast({name} as bigint){_EPOCHS[read.epoch]})"
        text = _text(one)
        return f"coalesce(\n        cast({seconds} as varchar) || '+00',\n        {text}\n    )"
    if not one.facts.is_text or not read.formats:
        return name
    if read.needs_order and one.known_order is None:
        return name
    formats = ", ".join(literal(one_format) for one_format in read.formats_as(one.known_order))
    listed = formats if len(read.formats) == 1 else f"[{formats}]"
    return (
        f"coalesce(\n        cast(try_strptime(trim({name}), {listed}) as varchar),\n"
        f"        {name}\n    )"
    )


def _number(one: ColumnDraft, name: str) -> str:
    found = one.facts.numbers
    decimal = one.known_decimal
    if found is None or decimal is None:
        return name
    value = name
    if found.money_sign:
        sign = literal(f"^{MONEY_SIGN} ?| ?{MONEY_SIGN}$")
        value = f"regexp_replace(trim({name}), {sign}, '')"
    thousands = "." if decimal == "," else ","
    swapped = f"replace({value}, ',', '.')" if decimal == "," else value
    if found.thousands or (one.decimal and found.decimal is None):
        joined = f"replace({value}, {literal(thousands)}, '')"
        joined = f"replace({joined}, ',', '.')" if decimal == "," else joined
        swapped = (
            f"case\n        when regexp_full_match(trim({value}), "
            f"{literal(_THOUSANDS[decimal])})\n            then {joined}\n"
            f"        else {swapped}\n    end"
        )
    if one.scale == 1:
        return swapped
    scaled = f"cast(try_cast({swapped} as double) * {one.scale!r} as varchar)"
    return f"coalesce(\n        {scaled},\n        {name}\n    )"


def _derived_status(table: TableDraft) -> str:
    whens = ""
    for target, status in (("cancelled_at", "cancelled"), ("delivered_at", "delivered")):
        found = table.filling(target)
        if found:
            filled = f"nullif(trim({_text(found)}), '') is not null"
            whens += f"        when {filled} then {literal(status)}\n"
    return f"case\n{whens}        else 'open'\n    end"


def _text(one: ColumnDraft) -> str:
    name = identifier(one.name)
    return name if one.facts.is_text else f"cast({name} as varchar)"


def _toml(draft: Draft) -> str:
    lines = [
        "# A profile guessed by Doorstep; the SQL files beside it say why. Mend what is wrong.",
        f"label = {_quoted(draft.label)}",
        f"time_zone = {_quoted(draft.time_zone)}{_zone_note(draft)}",
        'load = "full"   # every import replaces all; or "months", or "changes"',
    ]
    for one in draft.tables:
        lines += ["", *_raw_lines(one)]
    return "\n".join(lines) + "\n"


def _zone_note(draft: Draft) -> str:
    return "" if draft.zone_is_stated else "   # of local times; the default, as nobody said"


def _raw_lines(one: TableDraft) -> list[str]:
    if one.table is None:
        return _comments(f"Left out: {one.files}: {one.why}.", "# ")
    shape = one.shape
    lines = [f"[raw.{shape.name}]", f"files = {_quoted(shape.pattern)}"]
    if not shape.is_parquet:
        lines.append(f"encoding = {_quoted(shape.encoding)}   # {_comment(shape.why)}")
        lines.append(f"delimiter = {_quoted(shape.delimiter)}")
    names = [f"    {_quoted(name)}," for name in shape.columns]
    return [*lines, "columns = [", *names, "]"]


def _quoted(text: str) -> str:
    """A TOML string."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _comments(text: str, mark: str = "-- ") -> list[str]:
    return [f"{mark}{line}" for line in wrap(_comment(text), _WIDTH - len(mark))]


def _comment(text: str) -> str:
    """Text that can stand in one line of a comment."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
