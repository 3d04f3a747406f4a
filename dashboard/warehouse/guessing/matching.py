"""Which contract column a raw column fills: by its name, and only if its values allow it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import cast

from dashboard.contract import Column, Table
from dashboard.warehouse.guessing.content import Match, by_content
from dashboard.warehouse.guessing.draft import (
    MOST_WORDS,
    ColumnDraft,
    Confidence,
    is_number,
    is_time,
    shown,
)
from dashboard.warehouse.guessing.facts import Facts
from dashboard.warehouse.guessing.values import MOST_FIT, Decimal, Order
from dashboard.warehouse.guessing.vocabulary import Vocabulary, as_words

_OWN, _SYNONYM, _HOLDS, _SPELT = 4.0, 3.0, 2.0, 1.0
_ALIKE = 0.9
_LONG_ENOUGH = 6
_FEW = 30
_SURE, _LIKELY = 3.0, 1.0


def match(table: Table, facts: Sequence[Facts], vocabulary: Vocabulary) -> tuple[ColumnDraft, ...]:
    """Say for every raw column which contract column it fills, and why.

    Args:
        table: The contract table.
        facts: Its raw columns, in file order.
        vocabulary: What other systems call things.
    """
    by_name = {one.column: one for one in facts}
    unfit: dict[str, str] = {}
    possible = []
    for found in _named(table, facts, vocabulary):
        reason = misfit(
            table.columns[found.target], found.target, by_name[found.column], vocabulary
        )
        if reason:
            unfit.setdefault(found.column, f"named like {found.target}, but {reason}")
        else:
            possible.append(found)
    chosen = _assigned(possible, table)
    free = [one for one in facts if one.column not in chosen]
    chosen |= by_content(table, free, [one.target for one in chosen.values()], vocabulary)
    chosen |= _order_for_delivery(table, facts, chosen, vocabulary)
    chosen = _together(chosen, table, unfit)
    filled_by = {found.target: name for name, found in chosen.items()}
    for found in possible:
        if found.column not in chosen and found.target in filled_by:
            unfit.setdefault(
                found.column,
                f"looks like {found.target}, which {shown(filled_by[found.target])} fills",
            )
    drafts = [
        _draft(one, chosen.get(one.column), unfit.get(one.column, ""), table, vocabulary)
        for one in facts
    ]
    return tuple(_with_evidence_of_others(drafts))


def misfit(column: Column, target: str, facts: Facts, vocabulary: Vocabulary) -> str:
    """Why the values of a raw column cannot fill a contract column; '' where they can."""
    example = f"“{shown(facts.sample, '')}”"
    if not facts.filled or (column.type == "text" and not column.values):
        return ""
    if is_time(column):
        typed = facts.type.startswith(("TIMESTAMP", "DATE"))
        return "" if typed or facts.times else f"its values are no times ({example})"
    if is_number(column):
        return _number_misfit(column, facts, example)
    known = sum(n for value, n in facts.values.items() if vocabulary.meaning(target, value))
    if column.type == "boolean":
        sure = known >= MOST_FIT * facts.filled or facts.type == "BOOLEAN"
        return "" if sure else f"its values are not yes or no ({example})"
    said = known + sum(n for value, n in facts.values.items() if value in column.values)
    if said or facts.distinct <= _FEW:
        return ""
    return f"it has {facts.distinct:,} different values ({example})"


def words_of(
    column: Column, target: str, facts: Facts, vocabulary: Vocabulary
) -> Mapping[str, str | None]:
    """The contract's word for each value of a column with a closed list; else nothing."""
    closed = column.values or (("true", "false") if column.type == "boolean" else ())
    if not closed or facts.distinct > MOST_WORDS or facts.type == "BOOLEAN":
        return {}
    found = {
        value: value if value in closed else vocabulary.meaning(target, value)
        for value in facts.values
    }
    return {} if all(value == word for value, word in found.items()) else found


def scale_of(target: str, name: str, vocabulary: Vocabulary) -> float:
    """Factor to the contract's unit from the unit that a name ends in."""
    last = as_words(name).rpartition(" ")[2]
    return vocabulary.units.get(target, {}).get(last, 1)


def _number_misfit(column: Column, facts: Facts, example: str) -> str:
    found = facts.numbers
    if found is None and facts.is_typed_number:
        return ""
    if found is None:
        return f"its values are no numbers ({example})"
    if column.type == "integer" and found.decimals and found.decimal:
        return f"its values are not whole ({example})"
    least, most = column.min, column.max
    if (most is not None and found.least > most) or (least is not None and found.most < least):
        return f"its values lie outside {least} to {most} ({example})"
    return ""


def _named(table: Table, facts: Sequence[Facts], vocabulary: Vocabulary) -> Iterator[Match]:
    for one in facts:
        said = as_words(one.column)
        if not said or said in vocabulary.fillers.unlike:
            continue
        if vocabulary.is_trap(one.column) and said not in map(as_words, table.columns):
            continue
        planned = bool(set(said.split()) & vocabulary.planned.words)
        for target, column in table.columns.items():
            if planned and is_time(column) and not column.plan:
                continue
            found = _likeness(said, table, target, vocabulary)
            if found and (not column.plan or planned or found[0] >= _SYNONYM):
                yield Match(one.column, target, *found)


def _likeness(
    said: str, table: Table, target: str, vocabulary: Vocabulary
) -> tuple[float, str] | None:
    """How strongly a name means a contract column, and why; None if it does not."""
    if said == as_words(target):
        return _OWN, "the contract's own name"
    names = vocabulary.names_of(table.name, target)
    if said in names:
        return _SYNONYM, "a known name of it"
    words = set(said.split())
    beside = _beside(table.columns[target], target, vocabulary)
    held = [name for name in names if set(name.split()) <= words <= set(name.split()) | beside]
    if held:
        longest = max(held, key=lambda name: (len(name.split()), len(name), name))
        return _HOLDS + 0.1 * len(longest.split()), f"its name holds “{longest}”"
    if len(said) < _LONG_ENOUGH:
        return None
    near = max(names, key=lambda name: (_alike(said, name), name))
    if _alike(said, near) >= _ALIKE:
        return _SPELT + 0.1, f"its name is spelt like “{near}”"
    return None


def _beside(column: Column, target: str, vocabulary: Vocabulary) -> frozenset[str]:
    """Words that do not change what a name means."""
    beside = vocabulary.fillers.words | frozenset(vocabulary.units.get(target, {}))
    if is_time(column):
        beside |= vocabulary.planned.words | vocabulary.fillers.around_times
    return beside


def _alike(one: str, other: str) -> float:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.ratio() if matcher.real_quick_ratio() >= _ALIKE else 0.0


def _assigned(possible: Iterable[Match], table: Table) -> dict[str, Match]:
    """Each raw column once, each contract column once, the strongest first."""
    order = list(table.columns)
    ranked = sorted(possible, key=lambda one: (-one.strength, order.index(one.target)))
    chosen: dict[str, Match] = {}
    filled: set[str] = set()
    for found in ranked:
        if found.column not in chosen and found.target not in filled:
            chosen[found.column] = found
            filled.add(found.target)
    return chosen


def _order_for_delivery(
    table: Table, facts: Sequence[Facts], chosen: Mapping[str, Match], vocabulary: Vocabulary
) -> dict[str, Match]:
    """Let an order's number stand for the delivery's, where a table has no other."""
    column = table.columns.get("delivery_id")
    if column is None or "delivery_id" in {found.target for found in chosen.values()}:
        return {}
    orders = vocabulary.names_of("deliveries", "order_id")
    for one in facts:
        is_key = table.key == ("delivery_id",)
        if as_words(one.column) in orders and (one.distinct == one.rows or not is_key):
            why = "no column numbers deliveries; the order's number stands for it"
            return {one.column: Match(one.column, "delivery_id", _SPELT, why)}
    return {}


def _together(chosen: dict[str, Match], table: Table, unfit: dict[str, str]) -> dict[str, Match]:
    """Leave out one of a pair that belongs together without the other."""
    kept = dict(chosen)
    for pair in table.together:
        alone = [found for found in chosen.values() if found.target in pair]
        if len(alone) == 1:
            other = next(name for name in pair if name != alone[0].target)
            unfit[alone[0].column] = f"{alone[0].target} without {other} says nothing"
            del kept[alone[0].column]
    return kept


def _draft(
    facts: Facts, found: Match | None, unfit: str, table: Table, vocabulary: Vocabulary
) -> ColumnDraft:
    if found is None:
        why = unfit
        if not why:
            trap = vocabulary.is_trap(facts.column)
            why = vocabulary.traps.says if trap else "no contract column is called so"
        return ColumnDraft(facts, why=why)
    column = table.columns[found.target]
    confidence: Confidence = "guess"
    if found.strength >= _SURE:
        confidence = "sure"
    elif found.strength >= _LIKELY:
        confidence = "likely"
    return ColumnDraft(
        facts,
        found.target,
        confidence,
        f"{found.why}{_doubts(column, found.target, facts, table)}",
        scale=scale_of(found.target, facts.column, vocabulary),
        words=words_of(column, found.target, facts, vocabulary),
    )


def _doubts(column: Column, target: str, facts: Facts, table: Table) -> str:
    """What does not quite fit, in words."""
    if not facts.filled:
        return "; it is empty"
    read = facts.times if is_time(column) else None
    if facts.is_text and read and read.fit < 1:
        return f"; not all values are times (“{shown(read.unfit, '')}”)"
    if table.key == (target,) and facts.distinct < facts.filled:
        return f"; {facts.filled - facts.distinct:,} values stand more than once"
    if read and read.days_only and target == "promised_by":
        return "; days without a time: kept until the day ends"
    if read and read.days_only and column.type == "timestamp":
        return "; days without a time: read as their first minute"
    return ""


def _with_evidence_of_others(drafts: Sequence[ColumnDraft]) -> Iterator[ColumnDraft]:
    """Let columns of one file tell each other the order of day and month, and the decimal sign.

    Only where all columns that tell anything tell the same.
    """
    order = _agreed((one.name, _told_order(one)) for one in drafts)
    decimal = _agreed((one.name, _told_decimal(one)) for one in drafts)
    for one in drafts:
        read, number, found = one.facts.times, one.facts.numbers, one
        if order and read and read.needs_order and read.order is None and read.fits_both:
            why = f"{one.why}; {order[1]} as in {shown(order[0])}"
            found = replace(found, order=cast("Order", order[1]), why=why)
        if decimal and number and number.decimal is None:
            found = replace(found, decimal=cast("Decimal", decimal[1]))
        yield found


def _told_order(one: ColumnDraft) -> str | None:
    read = one.facts.times
    return read.order if read and read.needs_order else None


def _told_decimal(one: ColumnDraft) -> str | None:
    number = one.facts.numbers
    return number.decimal if number and number.decimals else None


def _agreed(told: Iterable[tuple[str, str | None]]) -> tuple[str, str] | None:
    """A column and what it tells, where no column tells otherwise."""
    found = [(name, what) for name, what in told if what]
    return found[0] if found and len({what for _, what in found}) == 1 else None
