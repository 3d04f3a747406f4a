"""Satisfaction drawn: ratings by segment, by lateness, and contacts by lateness."""

from collections.abc import Sequence

import numpy as np

from dashboard.analysis.satisfaction.lateness_cost import MINUTES, BandRating, Cost, LatenessCost
from dashboard.analysis.satisfaction.ratings import Satisfaction, SegmentVoice
from dashboard.analysis.satisfaction.silent import SilentFailures
from dashboard.charts import formats
from dashboard.charts.drawing import Drawing, blank, words
from dashboard.charts.palette import Palette
from dashboard.stats.weighting import FEWEST_REPLIES

_STARS = (1.0, 5.0)
_ROOM = 0.12


def rating_dots(found: Satisfaction, palette: Palette) -> Drawing:
    """Weighted rating of each segment with its interval, the whole first."""
    shown = [one for one in (found.whole, *found.segments) if one.rating]
    figure = blank(palette, 60 + 46 * max(1, len(shown)))
    for one in shown:
        rating = one.rating
        if rating is None:
            continue
        colour = palette.plan if one is found.whole else palette.segment(one.segment)
        figure.add_scatter(
            x=[rating.value],
            y=[words(one.segment)],
            mode="markers+text",
            marker={"color": colour, "size": 12, "symbol": "circle"},
            text=[f"<b>{formats.value(rating.value, 'score')}</b>"],
            textposition="top center",
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [rating.high - rating.value],
                "arrayminus": [rating.value - rating.low],
                "color": colour,
                "thickness": 2,
                "width": 6,
            },
            hovertext=[_said(one)],
            hoverinfo="text",
        )
    ends = [end for one in shown if one.rating for end in (one.rating.low, one.rating.high)]
    low, high = (min(ends), max(ends)) if ends else _STARS
    figure.update_xaxes(range=[max(0.9, low - _ROOM), min(5.1, high + _ROOM)], showgrid=True)
    figure.update_xaxes(gridcolor=palette.grid, nticks=6, automargin=True)
    names = [words(one.segment) for one in shown]
    figure.update_yaxes(categoryorder="array", categoryarray=names[::-1], color=palette.ink)
    figure.update_yaxes(range=[-0.6, len(names) - 0.2], showgrid=False)
    figure.update_layout(margin={"t": 4})
    told = "; ".join(_said(one).replace("<br>", ", ") for one in shown)
    return Drawing(figure, f"Weighted rating, 1 to 5 stars: {told or 'no segment has one'}.")


def effective_said(found: Satisfaction) -> str:
    """What effective n is, and why it can exceed a segment's own answers."""
    lent = [
        one.segment
        for one in found.segments
        if one.rating and any(part.borrowed for part in one.outcomes)
    ]
    said = "Effective n: so many answers of equal weight would be as sure."
    if not lent:
        return said
    return (
        f"{said} In {', '.join(lent)} it can exceed the answers: where fewer than "
        f"{FEWEST_REPLIES} answered about an outcome, all segments' answers on it stand in."
    )


def lateness_ratings(found: LatenessCost, palette: Palette) -> Drawing:
    """Mean rating by band of lateness with intervals, and the model's line through them."""
    bands = [one for one in found.bands if one.replies]
    figure = blank(palette, 330)
    names = [_band_label(one) for one in bands]
    figure.add_scatter(
        x=names,
        y=[one.mean for one in bands],
        mode="markers",
        marker={
            "color": palette.plan,
            "size": 9,
            "symbol": ["circle-open" if one.low is None else "circle" for one in bands],
        },
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [(one.high or one.mean or 0) - (one.mean or 0) for one in bands],
            "arrayminus": [(one.mean or 0) - (one.low or one.mean or 0) for one in bands],
            "color": palette.muted,
            "thickness": 1.5,
            "width": 4,
        },
        hovertext=[_band_said(one) for one in bands],
        hoverinfo="text",
    )
    timed = [one for one in bands if one.band.outcome == "kept" or one.band.middle is not None]
    if found.curve:
        line = [float(np.interp(one.band.middle or 0.0, MINUTES, found.curve)) for one in timed]
        figure.add_scatter(
            x=[_band_label(one) for one in timed],
            y=line,
            mode="lines",
            line={"color": palette.plan, "width": 2.5},
            hoverinfo="skip",
        )
    figure.update_xaxes(categoryorder="array", categoryarray=names, tickangle=-40)
    figure.update_xaxes(automargin=True, color=palette.ink)
    figure.update_yaxes(range=_stars(bands), nticks=6)
    told = "; ".join(_band_said(one).replace("<br>", " ") for one in bands)
    return Drawing(figure, f"Mean rating by lateness: {told or 'no answers'}.")


def contact_bars(found: LatenessCost, palette: Palette) -> Drawing:
    """Contacts per 100 deliveries by band of lateness."""
    shown = [one for one in found.contacts if one.denominator]
    figure = blank(palette, 330)
    names = [one.group[0][1].removeprefix("late ") for one in shown]
    rates = [None if one.is_thin else 100 * (one.value or 0.0) for one in shown]
    figure.add_bar(
        x=names,
        y=rates,
        marker={"color": palette.plan},
        text=["" if rate is None else formats.number(rate, 0) for rate in rates],
        textposition="outside",
        cliponaxis=False,
        hovertext=[formats.counted(one) for one in shown],
        hoverinfo="text",
    )
    if not shown:
        figure.add_annotation(
            text="no contact is known", showarrow=False, xref="paper", yref="paper"
        )
        figure.update_xaxes(visible=False)
        figure.update_yaxes(visible=False)
    most = max([rate for rate in rates if rate is not None], default=1.0)
    figure.update_xaxes(categoryorder="array", categoryarray=names, tickangle=-40)
    figure.update_xaxes(automargin=True, color=palette.ink)
    figure.update_yaxes(range=[0, 1.15 * most + 1], nticks=6)
    told = "; ".join(
        f"{name} {formats.counted(one)}" for name, one in zip(names, shown, strict=True)
    )
    return Drawing(figure, f"Contacts by lateness, of deliveries due: {told or 'none known'}.")


def cost_sentence(found: LatenessCost) -> str:
    """What an hour late costs, how sure that is, and whether segments differ."""
    if found.why_not:
        return f"No model is fitted: {found.why_not}. The dots are what was answered."
    hour, first = found.hour, found.first_minute
    said = f"The model stands on {formats.number(found.replies)} answers."
    if hour and first:
        said += (
            f" A minute late moves the rating by {_cost(first)}, an hour by {_cost(hour)}, and "
            "more adds nothing."
        )
    if found.days:
        said += f" A promise of a day that was missed moves it by {_cost(found.days)}."
    if found.beyond_hour:
        beyond = _cost(found.beyond_hour)
        said += f" As answered, without any model, over an hour late moves it by {beyond}."
    if found.undelivered:
        said += f" A delivery that never came moves it by {_cost(found.undelivered)}."
    return f"{said} {_differs(found)}" if hour else said


def silence_sentence(found: SilentFailures) -> str:
    """How many missed promises went silent, beside how many kept ones did."""
    whole = found.whole
    if not whole.missed or whole.share is None:
        return (
            "No missed promise of these days is 60 days old yet with its customer known: too "
            "early to call anybody gone."
        )
    usual = "" if whole.usual is None else formats.value(whole.usual, "share")
    return (
        f"{formats.number(whole.silent)} of {formats.number(whole.missed)} missed promises "
        f"({formats.value(whole.share, 'share')}) brought no survey answer and no later order; "
        f"of kept promises {usual} did. Only the difference{_excess(found)} can be due to "
        "the failure: most customers do not answer, and many order rarely. Promises younger "
        "than 60 days are left out, and a customer who comes back later will leave this count."
    )


def _excess(found: SilentFailures) -> str:
    if found.excess is None:
        return ""
    one, low, high = (
        formats.change(end, "share")
        for end in (found.excess.value, found.excess.low, found.excess.high)
    )
    return f", {one} ({low} to {high}),"


def _differs(found: LatenessCost) -> str:
    p_value = found.differs
    if p_value is None:
        return "Too few late answers by segment to say whether segments differ."
    if p_value < 0.05:  # noqa: PLR2004
        return f"Segments differ in what lateness costs (p {p_value:.3f})."
    return f"No evidence that its cost differs by segment (p {p_value:.2f})."


def _cost(cost: Cost) -> str:
    value, low, high = (formats.change(end, "score") for end in (cost.value, cost.low, cost.high))
    return f"{value} stars ({low} to {high})"


def _said(one: SegmentVoice) -> str:
    rating = one.rating
    if rating is None:
        return f"{one.segment}: bounds only"
    around = formats.interval(rating.low, rating.high, "score")
    return (
        f"{one.segment} {formats.value(rating.value, 'score')} ({around}), {one.replies} answers"
    )


def _band_label(one: BandRating) -> str:
    return one.band.name.removeprefix("late ")


def _band_said(one: BandRating) -> str:
    mean = formats.value(one.mean, "score")
    return f"{one.band.name}<br><b>{mean}</b> ({one.replies} answers)"


def _stars(bands: Sequence[BandRating]) -> list[float]:
    ends = [end for one in bands for end in (one.low, one.high, one.mean) if end is not None]
    if not ends:
        return [1.0, 5.0]
    return [max(0.9, min(ends) - _ROOM), min(5.1, max(ends) + _ROOM)]
