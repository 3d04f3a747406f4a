"""Causes drawn: reasons, legs, what levels go with, and the words beside them."""

from collections.abc import Sequence

import polars as pl

from dashboard.analysis.causes.axes import WEEKDAY, WEEKDAYS
from dashboard.analysis.causes.counterfactual import Gains
from dashboard.analysis.causes.drivers import FACTORS, Driver, DriverBoard
from dashboard.analysis.causes.faults import NO_REASON, FaultBoard, Proof
from dashboard.analysis.causes.legs import Legs
from dashboard.analysis.causes.search import Cause, Causes
from dashboard.analysis.causes.tables import declared_as
from dashboard.analysis.figures import FEWEST
from dashboard.charts import formats
from dashboard.charts.drawing import Drawing, blank, words
from dashboard.charts.palette import Palette
from dashboard.charts.tables import safe_text

_SHARE = "share"
_ROW = 34
_MOST_DRIVERS = 12
_MOST_PROOFS = 8
_MINUTES_AN_HOUR = 60


def avoidable_bars(found: Causes, palette: Palette) -> Drawing:
    """Avoidable breaches of each cause, with their intervals."""
    shown = found.found[::-1]
    figure = blank(palette, 60 + _ROW * max(1, len(shown)))
    figure.add_bar(
        x=[one.avoidable for one in shown],
        y=[words(one.name) for one in shown],
        orientation="h",
        marker={"color": palette.lighter(palette.plan)},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [one.avoidable_high - one.avoidable for one in shown],
            "arrayminus": [one.avoidable - one.avoidable_low for one in shown],
            "color": palette.ink,
            "thickness": 1.6,
        },
        hoverinfo="skip",
    )
    figure.update_xaxes(rangemode="tozero", nticks=6, showgrid=True, gridcolor=palette.grid)
    figure.update_yaxes(showgrid=False, color=palette.ink)
    figure.update_layout(margin={"t": 4, "b": 28})
    told = "; ".join(f"{one.name} {avoidable_said(one)}" for one in found.found)
    return Drawing(figure, f"Avoidable breaches with 95 % intervals: {told or 'none'}.")


def search_said(found: Causes) -> list[str]:
    """How the search went, and what to make of it."""
    than = (
        f"than in the days compared with ({formats.period(found.versus)})"
        if found.versus
        else "than the case mix lets expect, whoever carried it"
    )
    first = (
        f"{formats.number(found.tested)} combinations of up to three dimensions with enough "
        f"deliveries were searched for more breaches {than}. Fortnights took turns: "
        f"{formats.number(found.carried)} stood out in one half, of which the other, which alone "
        f"gives the sizes, confirms {len(found.found)}. Each is counted without the "
        "deliveries of those found before it. Associated with, not caused by: no experiment "
        "stands behind it."
    )
    told = [first]
    if found.lacking:
        told.append(
            f"Not searched, as the data in view does not tell it apart: "
            f"{', '.join(found.lacking)}."
        )
    return told


def avoidable_said(one: Cause) -> str:
    """Breaches beyond the expected, with interval: '80 (53 – 107)'."""
    low, high = (formats.number(end) for end in (one.avoidable_low, one.avoidable_high))
    return f"{formats.number(one.avoidable)} ({low} {formats.DASH} {high})"


def late_said(one: Cause) -> str:
    """Share late of the confirm half, from which the expected is subtracted."""
    return f"{formats.value(one.half_late / one.half_n, _SHARE)} of {formats.number(one.half_n)}"


def period_said(one: Cause) -> str:
    """All deliveries of the cause, and late ones."""
    return f"{formats.number(one.late)} of {formats.number(one.n)} in the period"


def gain_said(one: Cause) -> str:
    """What it would give if it fell to the expected."""
    points = formats.change(one.points, _SHARE, 1)
    if one.cash is None:
        return f"on time {points}; cost not known"
    return f"on time {points}, cost {formats.change(-one.cash, 'money')} a quarter"


def reason_bars(found: FaultBoard, palette: Palette) -> Drawing:
    """Broken promises by declared reason; nothing declared stands apart, outlined."""
    shown = [one for one in found.reasons if one.breaches][::-1]
    figure = blank(palette, 50 + _ROW * max(1, len(shown)))
    marks = {
        "color": [palette.ground if one.reason == NO_REASON else palette.plan for one in shown],
        "line": {"color": palette.plan, "width": 1},
    }
    labels = [_counted(one.breaches, found.breaches) for one in shown]
    figure.add_bar(
        x=[one.breaches for one in shown],
        y=[words(declared_as(one.reason)) for one in shown],
        orientation="h",
        marker=marks,
        text=labels,
        textposition="outside",
        cliponaxis=False,
        hoverinfo="skip",
    )
    most = max([one.breaches for one in shown] or [1])
    figure.update_xaxes(range=[0, most * 1.5], visible=False)
    figure.update_yaxes(showgrid=False, color=palette.ink)
    figure.update_layout(margin={"t": 4})
    told = "; ".join(
        f"{declared_as(one.reason)} {label}" for one, label in zip(shown, labels, strict=True)
    )
    return Drawing(figure, f"Broken promises by declared reason: {told or 'none'}.")


def reasons_said(found: FaultBoard) -> list[str]:
    """How much is unknown, and whose fault it is by evidence over declaration."""
    if not found.breaches:
        return ["No promise was broken."]
    by_fault = ", ".join(
        f"{fault} {_counted(n, found.breaches)}" for fault, n in found.faults if n
    )
    first = (
        f"Nothing is declared for {_counted(found.unexplained, found.breaches)} of "
        f"{formats.number(found.breaches)} broken promises. By evidence over declaration "
        f"({found.file}): {by_fault}."
    )
    told = [first]
    if found.strange:
        told.append(f"Reasons that {found.file} does not know: {', '.join(found.strange)}.")
    return told


def proofs_table(found: FaultBoard) -> pl.DataFrame:
    """Reasons against customers that no arrival proves, by carrier; the surest first."""
    rows = [
        {
            "Carrier": one.carrier,
            "Declared": one.reason,
            "No arrival": _unproven(one),
            "Others": formats.value(one.others, _SHARE),
            "Verdict": _verdict(one),
        }
        for one in found.proofs[:_MOST_PROOFS]
    ]
    columns = ("Carrier", "Declared", "No arrival", "Others", "Verdict")
    frame = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String()))
    return safe_text(frame, "Carrier", "Declared")


def moved_table(found: FaultBoard) -> pl.DataFrame:
    """On time by the promise that counts and by the last one; the most flattered first."""
    rows = [
        {
            "Carrier": one.carrier,
            "Due": formats.number(one.due),
            "Moved": _counted(one.moved, one.due),
            "After dispatch, by carrier": _counted(one.on_the_way, one.due),
            "On time": formats.value(one.on_time / one.due, _SHARE),
            "By last promise": formats.value(one.on_time_moved / one.due, _SHARE),
            "Looks better by": formats.change(one.flattery, _SHARE),
        }
        for one in found.moved
    ]
    columns = ("Carrier", "Due", "Moved", "After dispatch, by carrier", "On time",
               "By last promise", "Looks better by")  # fmt: skip
    frame = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String()))
    return safe_text(frame, "Carrier")


def leg_bars(found: Legs, palette: Palette) -> Drawing:
    """Each leg of late deliveries: plan outlined, taken solid, in hours."""
    names = [words(f"{leg.name} ({leg.party})") for leg in found.legs]
    figure = blank(palette, 70 + 58 * len(names))
    series = (
        ([leg.planned for leg in found.legs], {"color": palette.ground,
         "line": {"color": palette.plan, "width": 1}}, "plan"),
        ([leg.taken for leg in found.legs], {"color": palette.plan}, "late"),
    )  # fmt: skip
    for minutes, marker, name in series:
        figure.add_bar(
            x=[one / _MINUTES_AN_HOUR for one in minutes],
            y=names,
            orientation="h",
            marker=marker,
            text=[f"{name} {hours(one)}" for one in minutes],
            textposition="outside",
            cliponaxis=False,
            hoverinfo="skip",
        )
    most = max(max(leg.planned, leg.taken) for leg in found.legs) / _MINUTES_AN_HOUR
    figure.update_xaxes(range=[0, most * 1.35], visible=False)
    figure.update_yaxes(categoryorder="array", categoryarray=names[::-1], showgrid=False)
    figure.update_yaxes(color=palette.ink)
    figure.update_layout(barmode="group", bargap=0.3, bargroupgap=0.06, margin={"t": 4})
    told = "; ".join(
        f"{leg.name} planned {hours(leg.planned)}, late ones {hours(leg.taken)}"
        for leg in found.legs
    )
    return Drawing(figure, f"Hours per leg of late deliveries: {told}.")


def legs_said(found: Legs) -> list[str]:
    """Warehouse and carrier, the buffer, and what could not be timed."""
    both = " and ".join(
        f"the {party} {hours(found.beyond(party))}" for party in ("warehouse", "carrier")
    )
    first = (
        f"{found.message}. Beyond plan: {both}. Plan: what the leg takes when the promise of the "
        f"same service is kept; the promise left {hours(found.buffer)} from the order on."
    )
    told = [first]
    if found.untimed:
        told.append(
            f"{formats.number(found.untimed)} further broken promises never arrived, lack a time "
            "or have times out of order, and are not in it."
        )
    if found.skipped:
        told.append(f"Too few kept deliveries to plan by: {', '.join(found.skipped)}.")
    return told


def gains_table(found: Gains, label: str) -> pl.DataFrame:
    """What each value would give at the usual late share."""
    rows = [
        {
            label: one.value,
            "n": formats.number(one.n),
            "Late": formats.value(one.late / one.n, _SHARE),
            "Late, shrunk": formats.value(one.shrunken, _SHARE),
            "Usual elsewhere": formats.value(one.usual, _SHARE),
            "On time would gain": formats.change(one.points, _SHARE, 1),
            "Cost a quarter": "not known"
            if one.cash is None
            else formats.change(-one.cash, "money"),
        }
        for one in found.gains
        if one.avoided > 0
    ]
    columns = (label, "n", "Late", "Late, shrunk", "Usual elsewhere", "On time would gain",
               "Cost a quarter")  # fmt: skip
    return safe_text(pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String())), label)


def gains_said(found: Gains) -> list[str]:
    """The largest gain, and how to read the table."""
    first = (
        f"{found.message}. Shares are shrunk towards the mean of all, and no value is in the "
        "median that it is held against. They are as they are, not for a like case mix: who "
        "carries to the rim is late more often. The gains overlap and do not add."
    )
    told = [first]
    if found.thin:
        told.append(f"Left out, with fewer than {FEWEST} deliveries: {found.thin} values.")
    return told


def driver_dots(found: DriverBoard, palette: Palette) -> Drawing:
    """The largest differences, all else alike, with their intervals."""
    shown = found.drivers[:_MOST_DRIVERS][::-1]
    figure = blank(palette, 60 + _ROW * max(1, len(shown)))
    names = [words(driver_named(one)) for one in shown]
    figure.add_scatter(
        x=[100 * one.value for one in shown],
        y=names,
        mode="markers",
        marker={
            "size": 10,
            "color": palette.plan,
            "symbol": ["circle" if one.is_sure else "circle-open" for one in shown],
        },
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [100 * (one.high - one.value) for one in shown],
            "arrayminus": [100 * (one.value - one.low) for one in shown],
            "color": palette.muted,
            "thickness": 1.4,
        },
        hoverinfo="skip",
    )
    figure.add_vline(x=0, line={"color": palette.ink, "width": 1})
    figure.update_xaxes(ticksuffix=f"{formats.GAP}pt", nticks=6, showgrid=True)
    figure.update_xaxes(gridcolor=palette.grid)
    figure.update_yaxes(showgrid=False, color=palette.ink)
    figure.update_layout(margin={"t": 4, "b": 28})
    told = "; ".join(
        f"{driver_named(one)} {formats.change(one.value, _SHARE)}" for one in shown[::-1]
    )
    return Drawing(figure, f"Points more late, all else alike: {told or 'nothing'}.")


def drivers_said(found: DriverBoard) -> list[str]:
    """The finding, and what the model stands on."""
    first = (
        f"{found.message}. Filled: beyond chance after correction for all levels; hollow: within "
        f"it. Every delivery is given the level, then the one compared with; intervals by "
        f"{found.clusters} depot-weeks. Associated with, not caused by."
    )
    told = [first]
    if found.alike:
        named = ", ".join(f"{FACTORS[name].lower()} {level}" for name, level in found.alike)
        told.append(f"Cannot be told from other factors, and go without: {named}.")
    if found.lacking:
        told.append(f"Only one level in view: {', '.join(found.lacking)}.")
    if found.left_out:
        told.append(
            f"{formats.number(found.left_out)} deliveries of levels too thin are left out."
        )
    return told


def driver_named(one: Driver) -> str:
    """A level and what it is held against."""
    return f"{FACTORS[one.factor]}: {_level(one, one.level)} (than {_level(one, one.than)})"


def _level(one: Driver, level: str) -> str:
    is_day = one.factor == WEEKDAY and level.isdigit()
    return WEEKDAYS[int(level) - 1] if is_day else level


def hours(minutes: float) -> str:
    """Minutes as hours: '10.2 h'."""
    return f"{formats.number(minutes / _MINUTES_AN_HOUR, 1)}{formats.GAP}h"


def _unproven(one: Proof) -> str:
    if not one.known:
        return "no arrivals sent"
    if one.known < FEWEST:
        return f"{one.unproven} of {one.known}"
    return f"{formats.value(one.share, _SHARE)} of {one.known}"


def _verdict(one: Proof) -> str:
    if one.p_value is None:
        return "not comparable"
    return "✕ more than others" if one.stands_out else "within normal variation"


def _counted(some: int, whole: int) -> str:
    if whole < FEWEST:
        return f"{some} of {whole}"
    return f"{formats.number(some)} ({formats.value(some / whole, _SHARE)})"


def levels_of(found: FaultBoard) -> Sequence[tuple[str, str, int]]:
    """The matrix, evidence in words."""
    return [(own, other or "no evidence", n) for own, other, n in found.matrix]
