"""What changed, drawn and said: a waterfall that closes, and the sentences beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import plotly.graph_objects as go

from dashboard.analysis import Money, WhatChanged
from dashboard.charts import formats
from dashboard.charts.drawing import Drawing, blank, words
from dashboard.charts.overview.gaps import gap_said
from dashboard.charts.palette import Palette
from dashboard.charts.words import Days, detail

Kind = Literal["mix", "rate", "count", "rest"]

_MOST_STEPS = 4
_ROW = 30
_ROOM = 0.55
_UNDIVIDED = "cost where nothing was completed"
_OTHER = "all others"
_PEAK = (10, 1)
_WORDS: Mapping[Kind, str] = {"mix": "mix: ", "rate": "rate: ", "count": "", "rest": ""}


@dataclass(frozen=True)
class Step:
    """One bar of a waterfall: what it stands for, and its part of the change."""

    kind: Kind
    label: str
    amount: float

    @property
    def said(self) -> str:
        """Its name on the chart."""
        return f"{_WORDS[self.kind]}{self.label}"


def bridge_detail(found: WhatChanged, days: Days) -> str:
    """Unit, days and n of the bridge, in one line."""
    unit = {"share": "points", "count": "a count"}.get(found.metric.unit, "in its own unit")
    so_far = " so far" if found.running else ""
    against = f"{'as many days of ' if found.running else ''}{days.versus}"
    sizes = [f.denominator or f.numerator for f in (found.judged.versus, found.now)]
    n = " and ".join(formats.number(float(size)) for size in sizes)
    return detail(f"{unit}; mix lighter, rate solid", f"{days.name}{so_far} against {against}") + (
        f" · n{formats.GAP}{n}"
    )


def steps(found: WhatChanged) -> list[Step]:
    """The bars of a waterfall: the largest of each kind, the rest together.

    Their amounts sum to the change.
    """
    if found.mix is None:
        return _ranked("count", [(_named(m.key), m.total) for m in found.movers], found)
    mixes = [(_named(mover.key), mover.mix or 0.0) for mover in found.movers]
    rates = [(_named(mover.key), mover.rate or 0.0) for mover in found.movers]
    rest = [Step("rest", _UNDIVIDED, found.undivided)] if found.undivided else []
    return [*_ranked("mix", mixes, found), *_ranked("rate", rates, found), *rest]


def waterfall(found: WhatChanged, palette: Palette) -> Drawing:
    """From the value before to the value now, bar by bar; mix lighter than rate.

    No bar is coloured good or bad: a single part is not judged against chance.
    """
    bars = steps(found)
    ends = [sum(step.amount for step in bars[:at]) for at in range(len(bars) + 1)]
    figure = blank(palette, _ROW * (len(bars) + 1) + 34)
    amounts = [*(step.amount for step in bars), found.change]
    tips = [*ends[1:], found.change]
    strong, light = palette.plan, palette.lighter(palette.plan)
    figure.add_bar(
        x=amounts,
        base=[*ends[:-1], 0.0],
        y=list(range(len(amounts))),
        orientation="h",
        width=0.62,
        marker={"color": [*(light if s.kind == "mix" else strong for s in bars), palette.ink]},
        hoverinfo="skip",
    )
    reach = max(ends) - min(ends) or 1.0
    for row, (amount, tip) in enumerate(zip(amounts, tips, strict=True)):
        label = f"<b>{_part(amount, found)}</b>"
        _label(figure, (tip, row), label, palette, right=amount >= 0)
    figure.add_vline(x=0, line={"color": palette.muted, "width": 1})
    low, high = min(ends) - _ROOM * reach, max(ends) + _ROOM * reach
    figure.update_xaxes(range=[low, high], visible=False)
    names = [*(words(step.said) for step in bars), "<b>change</b>"]
    figure.update_yaxes(
        tickvals=list(range(len(names))),
        ticktext=names,
        range=[len(names) - 0.5, -0.5],
        color=palette.ink,
        showgrid=False,
    )
    figure.update_layout(margin={"t": 4, "b": 0})
    return Drawing(figure, _alt(found, bars))


def _label(
    figure: go.Figure, at: tuple[float, int], text: str, palette: Palette, *, right: bool
) -> None:
    """A label at the tip of a bar, on the side that it points to."""
    figure.add_annotation(
        x=at[0],
        y=at[1],
        text=text,
        showarrow=False,
        xanchor="left" if right else "right",
        xshift=4 if right else -4,
        font={"size": 12, "color": palette.ink},
    )


def change_sentences(found: WhatChanged) -> list[str]:
    """All there is to say about a change, the finding first."""
    told = (
        change_said(found),
        warning_said(found),
        money_said(found.money),
        *(gap_said(gap) for gap in found.gaps if gap.is_missed),
        beside_said(found),
        season_said(found),
        presence_said(found),
    )
    return [sentence for sentence in told if sentence]


def change_said(found: WhatChanged) -> str:
    """The change in one sentence: how much, how sure, and how it splits."""
    unit = found.metric.unit
    moved = found.change
    verb = "did not change" if not _prints(moved, found) else "rose" if moved > 0 else "fell"
    amount = "" if verb == "did not change" else f" {formats.change(abs(moved), unit).lstrip('+')}"
    now, before = (formats.value(v, unit) for v in (found.after, found.before))
    judged = found.judged.verdict
    around = formats.change_interval(found.judged, unit)
    sure = f" ({around}; {judged})" if around else ""
    return f"{found.metric.label} {verb}{amount}, from {before} to {now}{sure}{_parts(found)}."


def beside_said(found: WhatChanged) -> str:
    """The same against the other comparison, last year's quarter as a rule."""
    other = found.beside
    if other is None:
        return ""
    around = formats.change_interval(other.judged, other.metric.unit)
    verdict = f" ({around}; {other.judged.verdict})" if around else ""
    moved = formats.change(other.change, other.metric.unit)
    return f"Against {formats.period(other.versus)}: {moved}{verdict}{_parts(other)}."


def season_said(found: WhatChanged) -> str:
    """A reminder where a quarter borders on the peak: last year's is its measure."""
    if found.period.start.month not in _PEAK or found.beside is None:
        return ""
    return "The peak season lies in or before this quarter: read it against the year before."


def warning_said(found: WhatChanged) -> str:
    """Simpson's warning, where the total hides that its parts moved the other way."""
    if not found.is_reversed or found.same_mix is None:
        return ""
    unit = found.metric.unit
    if not (_prints(found.change, found) and _prints(found.same_mix, found)):
        return ""
    return (
        f"Mind the mix: the total moved {formats.change(found.change, unit)}, but at the same "
        f"mix it would have moved {formats.change(found.same_mix, unit)}. The parts moved one "
        "way and their shares the other."
    )


def money_said(money: Money | None) -> str:
    """The change of the sum itself, by volume, mix and unit cost."""
    if money is None:
        return ""
    parts = [("volume", money.volume), ("mix", money.mix), ("unit value", money.unit)]
    if money.undivided:
        parts.append((_UNDIVIDED, money.undivided))
    told = ", ".join(f"{name} {_signed(amount)}" for name, amount in parts)
    before, after = formats.number(money.before), formats.number(money.after)
    return f"In total: {_signed(money.change)}, from {before} to {after}: {told}."


def presence_said(found: WhatChanged) -> str:
    """Cells that are there in one period only."""
    told = []
    for presence, said in (("new", "New"), ("gone", "Gone")):
        names = [_named(mover.key) for mover in found.movers if mover.presence == presence]
        more = f" and {len(names) - _MOST_STEPS} more" if len(names) > _MOST_STEPS else ""
        if names:
            told.append(f"{said}: {', '.join(names[:_MOST_STEPS])}{more}.")
    return " ".join(told)


def _ranked(kind: Kind, named: Sequence[tuple[str, float]], found: WhatChanged) -> list[Step]:
    """The largest parts of a kind by name, in that order, the others in one."""
    ordered = sorted(named, key=lambda pair: -abs(pair[1]))
    shown = [
        Step(kind, name, amount)
        for name, amount in ordered[:_MOST_STEPS]
        if _is_more_than_nothing(_part(amount, found))
    ]
    rest = [amount for _, amount in ordered[len(shown) :]]
    return [*shown, Step(kind, _OTHER if shown else "all", sum(rest))] if any(rest) else shown


def _parts(found: WhatChanged) -> str:
    if found.mix is None or found.rate is None:
        return ""
    told = [f"mix {_part(found.mix, found)}"]
    if len(found.by) > 1:
        split = zip(found.by, found.mix_by, strict=True)
        by = ", ".join(f"{name} {_part(part, found)}" for name, part in split)
        told = [f"{told[0]} ({by.replace('_', ' ')})"]
    told.append(f"rate {_part(found.rate, found)}")
    if found.undivided:
        told.append(f"{_UNDIVIDED} {_part(found.undivided, found)}")
    return f" = {' and '.join(told)}"


def _part(amount: float, found: WhatChanged) -> str:
    """A part of a change: one digit finer, so that parts can be added up; counts are whole."""
    unit = found.metric.unit
    return formats.change(amount, unit, 0 if unit == "count" else 1)


def _prints(amount: float, found: WhatChanged) -> bool:
    """Whether a difference is more than nothing once it is rounded for people."""
    return _is_more_than_nothing(formats.change(amount, found.metric.unit))


def _is_more_than_nothing(printed: str) -> bool:
    return any(digit in "123456789" for digit in printed)


def _signed(amount: float) -> str:
    text = formats.number(amount)
    return text if text.startswith(formats.MINUS) else f"+{text}"


def _named(key: Sequence[str]) -> str:
    return " × ".join(key)


def _alt(found: WhatChanged, bars: Sequence[Step]) -> str:
    unit = found.metric.unit
    told = "; ".join(f"{step.said} {_part(step.amount, found)}" for step in bars)
    return (
        f"Waterfall of {found.metric.label}, from {formats.value(found.before, unit)} to "
        f"{formats.value(found.after, unit)}: {told or 'no part moved'}; in all "
        f"{formats.change(found.change, unit)}."
    )
