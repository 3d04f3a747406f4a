"""The Satisfaction page's own parts: its key figures, what it lacks, its examples."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.analysis.satisfaction.ratings import Satisfaction
from dashboard.analysis.satisfaction.themes import EVERYWHERE, SOURCES, Source, ThemeReview
from dashboard.charts import formats
from dashboard.stats.weighting import WeightedMean
from dashboard.ui.kpis import Kpi, kpis
from dashboard.ui.parameters import RISING
from dashboard.ui.text import plain

if TYPE_CHECKING:
    from dashboard.analysis.satisfaction.lateness_cost import LatenessCost
    from dashboard.analysis.satisfaction.silent import SilentFailures


def voice_kpis(said: Satisfaction, cost: "LatenessCost", silent: "SilentFailures") -> None:
    """Rating, satisfied share, recommendation, response, an hour late, silent failures."""
    whole = said.whole
    provisional = ("provisional: answers still come in",) if said.provisional else ()
    sent = formats.number(whole.sent)
    kpis(
        [
            Kpi(
                "Rating, weighted",
                _value(whole.rating, "bounds only"),
                (
                    *_around(whole.rating),
                    f"plain mean {formats.value(whole.plain, 'score')}",
                    f"all others 1 or 5: {whole.worst:.2f} {formats.DASH} {whole.best:.2f}",
                    *provisional,
                ),
            ),
            Kpi("Satisfied: 4 or 5", *_share(whole.satisfied)),
            Kpi("Net recommendation", *_net(whole.recommendation)),
            Kpi(
                "Response",
                formats.value(whole.response_rate, "share"),
                (
                    f"{formats.number(whole.replies)} of {sent} surveys",
                    f"effective n{formats.GAP}{_effective(whole.rating)}",
                    f"surveys about {_part(whole.sent, whole.due)} of deliveries due",
                ),
            ),
            _hour(cost),
            _silent(silent),
        ]
    )


def said_lacking(missing: Iterable[tuple[str, str]]) -> None:
    """One sentence per part of the page that the data cannot fill."""
    for what, column in missing:
        st.info(
            plain(
                f"{what} has no figure here: nothing in view has {column}. It appears as soon "
                "as the data gives it."
            )
        )


def asked_example(review: ThemeReview, theme: str, said_in: str) -> tuple[Source, str, str]:
    """Which examples to show: source, theme and zone.

    Args:
        review: What rises.
        theme: A theme, or whatever rises most.
        said_in: Contacts or comments; what rises most has its own.
    """
    source = next(one for one in SOURCES if one == said_in)
    if theme != RISING:
        return source, theme, EVERYWHERE
    for one in (*review.emerging, *(o for o in review.overall if o.emerging), *review.overall):
        return one.source, one.theme, one.zone
    return source, "", EVERYWHERE


def _value(mean: WeightedMean | None, otherwise: str) -> str:
    return otherwise if mean is None else formats.value(mean.value, "score")


def _around(mean: WeightedMean | None) -> tuple[str, ...]:
    return () if mean is None else (formats.interval(mean.low, mean.high, "score"),)


def _share(mean: WeightedMean | None) -> tuple[str, tuple[str, ...]]:
    if mean is None:
        return formats.NO_FIGURE, ()
    around = formats.interval(max(mean.low, 0.0), min(mean.high, 1.0), "share")
    return formats.value(mean.value, "share"), (around, "weighted")


def _net(mean: WeightedMean | None) -> tuple[str, tuple[str, ...]]:
    if mean is None:
        return formats.NO_FIGURE, ()
    low, value, high = (f"{end:+.0f}".replace("-", formats.MINUS)
                        for end in (mean.low, mean.value, mean.high))  # fmt: skip
    return value, (f"{low} to {high}", f"weighted, n{formats.GAP}{formats.number(mean.replies)}")


def _hour(cost: "LatenessCost") -> Kpi:
    hour = cost.hour
    if hour is None:
        return Kpi("An hour late", formats.NO_FIGURE)
    ends = f"{formats.change(hour.low, 'score')} to {formats.change(hour.high, 'score')}"
    answers = f"n{formats.GAP}{formats.number(cost.replies)} answers"
    tone = "bad" if hour.high < 0 else "quiet"
    return Kpi(
        "An hour late", f"{formats.change(hour.value, 'score')} stars", (ends, answers), tone
    )


def _silent(found: "SilentFailures") -> Kpi:
    """How much more often missed promises go silent: the bare share would alarm in vain."""
    whole, excess = found.whole, found.excess
    shares = (
        f"silent: {_of(whole.silent, whole.missed)} missed promises",
        f"({formats.value(whole.share, 'share')}; of kept {formats.value(whole.usual, 'share')})",
    )
    if excess is None:
        return Kpi("Silent failures, excess", formats.TOO_FEW, shares)
    ends = f"{formats.change(excess.low, 'share')} to {formats.change(excess.high, 'share')}"
    word = "▲ more than usual" if excess.low > 0 else "within normal variation"
    tone = "bad" if excess.low > 0 else "quiet"
    value = formats.change(excess.value, "share")
    return Kpi("Silent failures, excess", value, (ends, word, *shares), tone)


def _effective(mean: WeightedMean | None) -> str:
    return "none" if mean is None else formats.number(mean.effective)


def _of(some: int, whole: int) -> str:
    return f"{formats.number(some)} of {formats.number(whole)}"


def _part(some: int, whole: int) -> str:
    return formats.value(some / whole if whole else None, "share")
