"""Key figures as cards in one line: what it is, how much, and how sure that is."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from dashboard.ui.text import safe


@dataclass(frozen=True)
class Kpi:
    """One card.

    Attributes:
        label: What is measured.
        value: The figure as people read it.
        small: Lines of small print: interval, n, what it is compared with.
        tone: 'bad' and 'warn' colour the card's edge; words say it too.
    """

    label: str
    value: str
    small: tuple[str, ...] = ()
    tone: str = "quiet"


def kpis(shown: Sequence[Kpi]) -> None:
    """Cards side by side, fewer a row where there is less room."""
    cards = "".join(_card(one) for one in shown)
    st.html(f'<ul class="ds-board">{cards}</ul>')


def _card(one: Kpi) -> str:
    small = "".join(f'<p class="ds-small">{safe(line)}</p>' for line in one.small)
    value = f'<p class="ds-value">{safe(one.value)}</p>'
    return (
        f'<li class="ds-card ds-{safe(one.tone)}"><p class="ds-status">{safe(one.label)}</p>'
        f'<div class="ds-metric ds-main">{value}{small}</div></li>'
    )
