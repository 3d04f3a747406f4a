"""The scoreboard's finding in one sentence: the title of the Overview."""

from collections.abc import Mapping, Sequence

from dashboard.analysis.board import Cell, SegmentScore

_HEADLINE = "on_time_rate"


def finding(segments: Sequence[SegmentScore], whole: SegmentScore) -> str:
    """Say what changed and who misses the target; claim only what the tests carry.

    Args:
        segments: Rows of the board, their changes judged together.
        whole: All segments together.
    """
    cells = {s.segment: s.cells[_HEADLINE] for s in segments if _HEADLINE in s.cells}
    lost, gained = _with(cells, "worse"), _with(cells, "better")
    missed = [name for name, cell in cells.items() if cell.standing == "missed"]
    parts = []
    if lost:
        parts.append(f"{_and(lost)} lost{_points(cells, lost)} on time")
    if gained:
        parts.append(f"{_and(gained)} gained{_points(cells, gained)} on time")
    if missed and missed == lost:
        parts[0] += f" and {_are(missed)} below target"
    judged = [c for c in cells.values() if c.change and c.change.verdict != "not comparable"]
    if judged and not parts:
        parts.append("No segment's on-time rate changed beyond noise")
    elif len(judged) > len(lost) + len(gained):
        parts.append("no other on-time rate changed beyond noise")
    if missed and missed != lost:
        parts.append(f"{_and(missed)} {_are(missed)} below target")
    parts += _other_targets(segments)
    return "; ".join(parts) or _plain(whole)


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


def _are(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _and(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
