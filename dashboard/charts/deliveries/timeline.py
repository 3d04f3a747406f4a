"""One delivery's timeline: the promise as a band, what happened as marks on it."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import plotly.graph_objects as go
import polars as pl

from dashboard.analysis.deliveries.delivery import Booking, Moment, Stop, Story, Window
from dashboard.analysis.deliveries.words import clock, day_said, local, span_said
from dashboard.charts import formats
from dashboard.charts.drawing import Drawing, blank, words
from dashboard.charts.palette import Palette
from dashboard.charts.tables import safe_text

_LANES = ("promise", "parcel", "customer", "money")
_NAMES = {
    "promise": "Promise",
    "parcel": "Parcel",
    "customer": "Customer",
    "money": "Money",
}
_SHORT = {
    "Ordered": "ordered",
    "Handed over to the carrier": "handed over",
    "Out for delivery": "out",
    "First attempt": "tried",
    "Delivered": "delivered",
    "Delivered at the first attempt": "delivered",
    "Cancelled": "cancelled",
    "Sent back": "sent back",
}
_SYMBOLS = {"promise": "diamond", "parcel": "circle", "customer": "square", "money": "x"}
_WITHOUT = {
    "events": "scans and events",
    "surveys": "surveys",
    "contacts": "contacts",
}


def timeline(story: Story, palette: Palette) -> Drawing:
    """What happened, lane by lane, against the promise that counts."""
    lanes = [lane for lane in _LANES if any(one.lane == lane for one in _drawn(story))]
    lanes = lanes if "promise" in lanes else ["promise", *lanes]
    figure = blank(palette, 100 + 64 * len(lanes))
    _promises(figure, story, palette)
    colour = palette.segment(story.row["segment"])
    for lane in lanes:
        own = [one for one in _drawn(story) if one.lane == lane]
        figure.add_scatter(
            x=[local(one.at, story.time_zone) for one in own] or [None],
            y=[_NAMES[lane]] * max(1, len(own)),
            mode="markers+text",
            text=[words(_SHORT.get(one.what, "")) for one in own],
            textposition=["top center", "bottom center"] * (len(own) // 2) + ["top center"],
            textfont={"size": 12, "color": palette.ink},
            cliponaxis=False,
            marker={
                "symbol": _SYMBOLS[lane],
                "size": 11,
                "color": colour if lane == "parcel" else palette.plan,
                "line": {"color": palette.ground, "width": 1},
            },
            hovertext=[words(_hover(one, story)) for one in own],
            hoverinfo="text",
        )
    figure.update_yaxes(
        categoryorder="array",
        categoryarray=[_NAMES[lane] for lane in reversed(lanes)],
        color=palette.ink,
        showgrid=True,
    )
    figure.update_xaxes(type="date", showgrid=True, gridcolor=palette.grid, nticks=6)
    return Drawing(figure, _alt(story))


def moments_table(story: Story) -> pl.DataFrame:
    """The same as the chart, in words: one row per moment."""
    rows = [
        {
            "When": _when(one, story),
            "Against the promise": _against(one, story),
            "What": one.what,
            "Known beside it": one.detail,
        }
        for one in _with_promises(story)
    ]
    columns = ("When", "Against the promise", "What", "Known beside it")
    return safe_text(pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String())))


def facts_table(story: Story) -> pl.DataFrame:
    """Who, where and how: what is known of it, blank columns left out."""
    row = story.row
    kept = {
        "Delivery": story.delivery_id,
        "Order": row["order_id"],
        "Customer": row["customer_id"],
        "Segment": row["segment"],
        "Carrier": row["carrier"],
        "Channel": row["channel"],
        "Service": row["service"],
        "Product": row["product_class"],
        "Depot": row["depot"],
        "Zone": row["zone"],
        "Route": row["route_id"],
        "Driver": row.get("driver_id"),
        "Status": row["status"],
        "Attempts": row["attempts"],
        "Declared reason": row["failure_reason"],
        "Proof": _proof(story),
        "Warnings": row["warnings"],
    }
    rows = [{"What": name, "Value": str(value)} for name, value in kept.items() if value]
    return safe_text(pl.DataFrame(rows), "Value")


def bookings_table(bookings: Sequence[Booking], total: Decimal | None) -> pl.DataFrame:
    """Parts of the cost and their sum."""
    rows = [
        {
            "Cost": one.pool,
            "Amount": formats.value(float(one.amount), "money"),
            "Booked": _booked(one),
        }
        for one in bookings
    ]
    if total is not None:
        rows.append({"Cost": "All", "Amount": formats.value(float(total), "money"), "Booked": ""})
    columns = ("Cost", "Amount", "Booked")
    return safe_text(pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String())), "Cost")


def stops_table(story: Story) -> pl.DataFrame:
    """The deliveries of the same route and day."""
    rows = [
        {
            "This": "▶" if one.is_this else "",
            "Stop": "" if one.sequence is None else str(one.sequence),
            "Delivery": one.delivery_id,
            "Arrived": clock(one.arrived_at, story.time_zone) if one.arrived_at else "never",
            "Outcome": _stop_said(one),
        }
        for one in story.stops
    ]
    columns = ("This", "Stop", "Delivery", "Arrived", "Outcome")
    frame = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String()))
    return safe_text(frame, "Delivery")


def route_said(stops: Sequence[Stop]) -> str:
    """How the route went, beside this delivery."""
    judged = [one for one in stops if one.is_on_time is not None and not one.is_this]
    late = sum(not one.is_on_time for one in judged)
    others = len([one for one in stops if not one.is_this])
    if not others:
        return "No other delivery is known of this route on that day."
    return (
        f"Other deliveries of the route that day: {formats.number(others)}; late: "
        f"{formats.number(late)} of {formats.number(len(judged))} due."
    )


def unknown_said(story: Story) -> str:
    """What the source brings none of, so that nothing of it can be shown."""
    if not story.unknown:
        return ""
    named = [_WITHOUT[name] for name in story.unknown]
    listed = f"{', '.join(named[:-1])} or {named[-1]}" if len(named) > 1 else named[0]
    return f"No {listed} can be seen in this data at all: that none is shown says nothing."


def _promises(figure: go.Figure, story: Story, palette: Palette) -> None:
    """The windows as bands: the one that counts shaded, the others outlined."""
    for window in story.windows:
        ends = local(window.ends, story.time_zone)
        begins = local(window.begins, story.time_zone) if window.begins else ends
        figure.add_vrect(
            x0=begins,
            x1=ends,
            fillcolor=palette.muted if window.counts else palette.ground,
            opacity=0.22 if window.counts else 1,
            line={
                "color": palette.plan,
                "width": 2 if window.begins is None else 1,
                "dash": "solid" if window.counts else "dot",
            },
            layer="below",
        )
        figure.add_annotation(
            x=ends,
            y=1,
            yref="paper",
            yanchor="bottom",
            xanchor="right",
            text=words(f"{window.name}: {ends:%d %b, %H:%M}"),
            showarrow=False,
            font={"size": 12, "color": palette.ink if window.counts else palette.muted},
            yshift=2 if window.counts else 16,
        )
    figure.update_layout(margin={"t": 46, "b": 34})


def _drawn(story: Story) -> list[Moment]:
    """Moments with a time; days of bookings are in the table alone."""
    return [one for one in story.moments if not one.is_day]


def _with_promises(story: Story) -> list[Moment]:
    """The moments with the ends of the promises among them."""
    ends = [
        Moment(one.ends, "promise", f"End of the promise, {one.name}", _window(one, story))
        for one in story.windows
    ]
    return sorted((*story.moments, *ends), key=lambda one: (one.at, one.lane))


def _window(window: Window, story: Story) -> str:
    begins = window.begins
    counts = "this promise counts" if window.counts else "does not count"
    return f"from {clock(begins, story.time_zone)}; {counts}" if begins else counts


def _when(one: Moment, story: Story) -> str:
    return day_said(one.at.date()) if one.is_day else clock(one.at, story.time_zone)


def _against(one: Moment, story: Story) -> str:
    """How long before or after the promise that counts."""
    if one.is_day:
        return ""
    minutes = _minutes(one.at, story.row["committed_by"])
    if minutes == 0:
        return "on the dot"
    return f"{span_said(abs(minutes))} {'after' if minutes > 0 else 'before'}"


def _minutes(moment: datetime, promised: datetime) -> int:
    """Minutes after the promise, away from zero where a part of one is left."""
    seconds = (moment - promised).total_seconds()
    return int(-(-abs(seconds) // 60)) * (1 if seconds > 0 else -1)


def _hover(one: Moment, story: Story) -> str:
    parts = (one.what, _when(one, story), _against(one, story), one.detail)
    return " · ".join(filter(None, parts))


def _alt(story: Story) -> str:
    told = "; ".join(
        f"{one.what.lower()} {_when(one, story)}" for one in story.moments if not one.is_day
    )
    return f"{story.message}. In order of time: {told or 'nothing else is known'}."


def _proof(story: Story) -> str:
    given, needed = story.row["proof_of_delivery"], story.row["required_proof"]
    if needed and needed != given:
        return f"{given or 'none'}, {needed} was required"
    return given or ""


def _booked(one: Booking) -> str:
    when = f"booked {day_said(one.booked)}" if one.booked else "stated on the delivery"
    return f"{when}, estimated" if one.estimated else when


def _stop_said(one: Stop) -> str:
    if one.is_on_time is None:
        return "not due yet" if one.status != "cancelled" else "cancelled"
    if one.is_on_time:
        return "on time"
    if one.lateness is not None and one.lateness > 0:
        return f"late by {span_said(one.lateness)}"
    return "late" if one.arrived_at else f"never delivered ({one.status})"
