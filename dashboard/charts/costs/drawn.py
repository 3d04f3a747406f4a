"""Cost to serve drawn: from revenue to margin, segments under every rule, customers."""

from collections.abc import Sequence
from itertools import pairwise

import plotly.graph_objects as go

from dashboard.analysis import CostBoard, GroupCost, LedgerBridge, RuleReadout, WhaleCurve
from dashboard.charts import formats
from dashboard.charts.drawing import Drawing, blank, words
from dashboard.charts.palette import Palette
from dashboard.stated import Costs

_ROW = 46
_STEP = 30
_ROOM = 1.18
MOST_BARS = 20


def waterfall(board: CostBoard, costs: Costs, palette: Palette) -> Drawing:
    """From revenue to margin, per completed delivery of all segments together."""
    whole = board.whole
    steps = [
        (costs.pools[name].label if name in costs.pools else name, whole.per_delivery(amount))
        for name, amount in whole.pools.items()
        if amount
    ]
    falls = [(label, -(value or 0.0)) for label, value in steps]
    revenue, margin = whole.per_delivery(whole.revenue), whole.per_delivery(whole.margin)
    if revenue is None or margin is None:
        cost = whole.per_delivery(whole.cost) or 0.0
        return _steps([(label, -value) for label, value in falls], ("Cost", cost), palette)
    return _steps([("Revenue", revenue), *falls], ("Margin", margin), palette)


def bridge_steps(found: LedgerBridge, palette: Palette) -> Drawing:
    """From the cost of the deliveries to what was booked in the months."""
    lines = [(label, float(amount)) for label, amount in found.lines if amount]
    return _steps(lines, ("Booked in these months", float(found.booked)), palette, digits=0)


def rule_ranges(readouts: Sequence[RuleReadout], rule: str, palette: Palette) -> Drawing:
    """Margin per delivery of each segment: the rule chosen, and the span of all six."""
    shown = [one for one in readouts if one.margins][::-1]
    figure = blank(palette, 60 + _ROW * max(1, len(shown)))
    for at, one in enumerate(shown):
        colour = palette.segment(one.group[0])
        values = list(one.margins.values())
        figure.add_scatter(
            x=[min(values), max(values)],
            y=[at, at],
            mode="lines",
            line={"color": palette.lighter(colour), "width": 9},
            hoverinfo="skip",
        )
        figure.add_scatter(
            x=values,
            y=[at] * len(values),
            mode="markers",
            marker={"color": colour, "size": 6, "symbol": "line-ns-open"},
            hovertext=[f"{name}: {formats.value(v, 'money')}" for name, v in one.margins.items()],
            hoverinfo="text",
        )
        _mark(figure, at, one, rule, palette)
    figure.add_vline(x=0, line={"color": palette.ink, "width": 1})
    figure.update_yaxes(
        tickvals=list(range(len(shown))),
        ticktext=[words(one.name) for one in shown],
        range=[-0.6, len(shown) - 0.3],
        color=palette.ink,
        showgrid=False,
    )
    figure.update_xaxes(showgrid=True, gridcolor=palette.grid, tickformat=".1f", automargin=True)
    figure.update_layout(margin={"t": 4, "r": 16, "b": 28})
    return Drawing(figure, _ranges_alt(shown, rule))


def whale(curve: WhaleCurve, palette: Palette) -> Drawing:
    """Cumulative margin over customers, from the most to the least profitable."""
    figure = blank(palette, 320)
    shares = [100 * count / curve.customers[-1] for count in curve.customers]
    margins = [float(margin) for margin in curve.margins]
    figure.add_scatter(
        x=shares,
        y=margins,
        mode="lines",
        line={"color": palette.plan, "width": 2},
        hovertext=[
            f"{formats.number(x)} % of customers: {formats.number(y)}"
            for x, y in zip(shares, margins, strict=True)
        ],
        hoverinfo="text",
    )
    figure.add_hline(y=float(curve.total), line={"color": palette.muted, "dash": "dot"})
    figure.add_annotation(
        x=shares[curve.peak],
        y=margins[curve.peak],
        text=f"{formats.number(margins[curve.peak])} at {formats.number(shares[curve.peak])} %",
        showarrow=True,
        arrowcolor=palette.muted,
        ay=-22,
        font={"size": 13, "color": palette.ink},
    )
    figure.update_xaxes(ticksuffix=" %", range=[0, 100.5])
    figure.update_yaxes(range=[min(0.0, *margins), _ROOM * max(*margins, 1.0)], tickformat="~s")
    return Drawing(figure, whale_sentence(curve))


def whale_sentence(curve: WhaleCurve) -> str:
    """What the curve says."""
    customers = formats.number(curve.customers[-1])
    share = 100 * curve.customers[curve.peak] / curve.customers[-1]
    return (
        f"{customers} customers bring {formats.number(float(curve.total))} of margin; the most "
        f"profitable {share:.0f} % bring {formats.number(float(curve.margins[curve.peak]))}, and "
        f"the rest take {formats.number(float(curve.lost))} of it away."
    )


def group_bars(groups: Sequence[GroupCost], palette: Palette) -> Drawing:
    """Margin per completed delivery of the values with the least margin, the worst on top."""
    known = [(one.margin, one) for one in groups if one.delivered and one.margin is not None]
    least = sorted(known, key=lambda pair: pair[0])[:MOST_BARS]
    drawn = sorted(
        ((one.per_delivery(margin) or 0.0, one) for margin, one in least),
        key=lambda pair: pair[0],
        reverse=True,
    )
    values, shown = [value for value, _ in drawn], [one for _, one in drawn]
    figure = blank(palette, 40 + 28 * max(1, len(shown)))
    figure.add_bar(
        x=values,
        y=[words(_label(one)) for one in shown],
        orientation="h",
        marker={"color": palette.plan},
        text=[formats.value(value, "money") for value in values],
        textposition="outside",
        hoverinfo="skip",
        cliponaxis=False,
    )
    _symmetric_room(figure, values)
    figure.update_yaxes(color=palette.ink, showgrid=False)
    figure.update_layout(margin={"t": 4})
    told = "; ".join(
        f"{_label(one)} {formats.value(value, 'money')}"
        for one, value in zip(shown[::-1], values[::-1], strict=True)
    )
    return Drawing(figure, f"Margin per completed delivery: {told or 'none'}.")


def _steps(
    lines: Sequence[tuple[str, float]],
    end: tuple[str, float],
    palette: Palette,
    digits: int = 2,
) -> Drawing:
    """Bars that start where the one before ends, read from top to bottom."""
    labels = [words(label) for label, _ in (*lines, end)]
    figure = blank(palette, 30 + _STEP * len(labels))
    figure.add_waterfall(
        y=labels,
        x=[*(value for _, value in lines), end[1]],
        measure=[*(["relative"] * len(lines)), "total"],
        orientation="h",
        connector={"line": {"color": palette.grid}},
        increasing={"marker": {"color": palette.plan}},
        decreasing={"marker": {"color": palette.muted}},
        totals={"marker": {"color": palette.segment("") if end[1] >= 0 else "#d55e00"}},
        hoverinfo="skip",
    )
    figure.update_yaxes(autorange="reversed", color=palette.ink, showgrid=False)
    levels = _levels(lines, end)
    figure.add_scatter(
        x=[max(pair) for pair in pairwise(levels[:-1])] + [max(0.0, end[1])],
        y=labels,
        mode="text",
        text=[f" {formats.number(value, digits)}" for _, value in (*lines, end)],
        textposition="middle right",
        textfont={"color": palette.ink, "size": 13},
        hoverinfo="skip",
        cliponaxis=False,
    )
    span = max(levels) - min(levels) or 1.0
    figure.update_xaxes(
        range=[min(levels) - 0.12 * span * (min(levels) < 0), max(levels) + 0.14 * span],
        visible=False,
    )
    figure.add_vline(x=0, line={"color": palette.grid, "width": 1})
    figure.update_layout(margin={"t": 4})
    told = "; ".join(f"{label} {formats.number(value, digits)}" for label, value in (*lines, end))
    return Drawing(figure, f"Step by step: {told}.")


def _levels(lines: Sequence[tuple[str, float]], end: tuple[str, float]) -> list[float]:
    levels = [0.0]
    for _, value in lines:
        levels.append(levels[-1] + value)
    return [*levels, end[1]]


def _mark(figure: go.Figure, at: int, one: RuleReadout, rule: str, palette: Palette) -> None:
    value = one.margins.get(rule)
    if value is None:
        return
    figure.add_scatter(
        x=[value],
        y=[at],
        mode="markers+text",
        marker={"color": palette.segment(one.group[0]), "size": 13},
        text=[f"<b>{formats.value(value, 'money')}</b>"],
        textposition="top center",
        textfont={"color": palette.ink, "size": 13},
        hoverinfo="skip",
        cliponaxis=False,
    )


def _ranges_alt(shown: Sequence[RuleReadout], rule: str) -> str:
    told = [
        f"{one.name} {formats.value(one.margins.get(rule), 'money')}, from "
        f"{formats.value(min(one.margins.values()), 'money')} to "
        f"{formats.value(max(one.margins.values()), 'money')} ({one.verdict})"
        for one in shown[::-1]
    ]
    return f"Margin per completed delivery, and its span over all rules: {'; '.join(told)}."


def _symmetric_room(figure: go.Figure, values: Sequence[float]) -> None:
    low, high = min([0.0, *values]), max([0.0, *values])
    span = high - low or 1.0
    left = low - 0.16 * span if low < 0 else 0.0
    figure.update_xaxes(range=[left, high + 0.16 * span], visible=False)


def _label(one: GroupCost) -> str:
    return " · ".join(value.replace("_", " ") for value in one.group)
