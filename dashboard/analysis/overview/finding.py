"""The scoreboard's finding in one sentence: the title of the Overview."""

from collections.abc import Mapping, Sequence

from dashboard.analysis.overview.board import Cell, SegmentScore

_HEADLINE = "on_time_rate"
_ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
)  # fmt: skip

_ENDINGS = {1: "st", 2: "nd", 3: "rd"}


def finding(segments: Sequence[SegmentScore], whole: SegmentScore) -> str:
    """Say who misses the target and what changed; claim only what the tests carry.

    Args:
        segments: Rows of the board, their changes judged together.
        whole: All segments together.
    """
    cells = {s.segment: s.cells[_HEADLINE] for s in segments if _HEADLINE in s.cells}
    lost, gained = _with(cells, "worse"), _with(cells, "better")
    missed = [name for name, cell in cells.items() if cell.standing == "missed"]
    parts = [_missed(missed, cells)] if missed else []
    told = missed if len(missed) == 1 else []
    for names, verb in ((lost, "lost"), (gained, "gained")):
        left = [name for name in names if name not in told]
        if left:
            parts.append(f"{_and(left)} {verb}{_points(cells, left)} on time")
    judged = [c for c in cells.values() if c.change and c.change.verdict != "not comparable"]
    if judged and not lost and not gained:
        parts.append("no segment's on-time rate changed beyond noise")
    elif len(judged) > len(lost) + len(gained):
        parts.append("the rest held")
    parts += _other_targets(segments)
    sentence = "; ".join(parts) or _plain(whole)
    return sentence if sentence.startswith(tuple(cells)) else sentence[0].upper() + sentence[1:]


def ordinal(number: int) -> str:
    """A place in a row, in words as far as people say them.

    >>> ordinal(2), ordinal(11), ordinal(22)
    ('second', '11th', '22nd')
    """
    if number <= len(_ORDINALS):
        return _ORDINALS[number - 1]
    ending = "th" if number % 100 in {11, 12, 13} else _ENDINGS.get(number % 10, "th")
    return f"{number}{ending}"


def _missed(names: Sequence[str], cells: Mapping[str, Cell]) -> str:
    """Who missed the target, for how many quarters in a row, and whether it just got worse."""
    if len(names) > 1:
        told = [f"{name}{_in_a_row(cells[name], ' ({} quarter)')}" for name in names]
        return f"{_and(told)} missed their on-time targets"
    cell = cells[names[0]]
    change = cell.change
    moved = ""
    if change and change.difference and change.verdict in {"worse", "better"}:
        way = "down" if change.difference < 0 else "up"
        moved = f", {way} {abs(100 * change.difference):.1f} points"
    return f"{names[0]} missed its on-time target{_in_a_row(cell, ' for the {} quarter')}{moved}"


def _in_a_row(cell: Cell, phrase: str) -> str:
    return phrase.format(ordinal(cell.missed_quarters)) if cell.missed_quarters > 1 else ""


def _other_targets(segments: Sequence[SegmentScore]) -> list[str]:
    """Targets missed by the other headlines, which a title on punctuality would hide."""
    missed: dict[str, list[str]] = {}
    for score in segments:
        for name, cell in score.cells.items():
            if name != _HEADLINE and cell.standing == "missed":
                missed.setdefault(cell.figure.metric.label.lower(), []).append(score.segment)
    return [f"{label} misses its target in {_and(names)}" for label, names in missed.items()]


def _with(cells: Mapping[str, Cell], verdict: str) -> list[str]:
    return [name for name, one in cells.items() if one.change and one.change.verdict == verdict]


def _points(cells: Mapping[str, Cell], names: Sequence[str]) -> str:
    """How much, where it is one segment; several have no figure in common."""
    change = cells[names[0]].change if len(names) == 1 else None
    if change is None or change.difference is None:
        return ""
    return f" {abs(100 * change.difference):.1f} points"


def _plain(whole: SegmentScore) -> str:
    cell = whole.cells.get(_HEADLINE)
    if cell is None or cell.figure.value is None:
        return "No promise has fallen due yet"
    if cell.figure.is_thin:
        kept, due = int(cell.figure.numerator), int(cell.figure.denominator or 0)
        return f"{kept} of {due} deliveries due were on time"
    return f"{100 * cell.figure.value:.1f} % of the deliveries due were on time"


def _and(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
