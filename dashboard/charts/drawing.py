"""What every chart shares: its size, its quiet frame, its words for those who listen."""

from dataclasses import dataclass
from html import escape

import plotly.graph_objects as go

from dashboard.charts.palette import Palette

FONT = "Source Sans, sans-serif"


@dataclass(frozen=True)
class Drawing:
    """A chart and the sentence that stands for it when it cannot be seen."""

    figure: go.Figure
    alt: str


def blank(palette: Palette, height: int) -> go.Figure:
    """An empty figure: no frame, no toolbar gestures, colours of the theme."""
    figure = go.Figure()
    figure.update_layout(
        height=height,
        margin={"l": 4, "r": 8, "t": 28, "b": 4},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": FONT, "size": 13, "color": palette.ink},
        hoverlabel={
            "bgcolor": palette.ground,
            "bordercolor": palette.muted,
            "font": {"family": FONT, "size": 13, "color": palette.ink},
        },
        showlegend=False,
        dragmode=False,
    )
    axis = {"fixedrange": True, "zeroline": False, "color": palette.muted}
    figure.update_xaxes(showgrid=False, **axis)
    figure.update_yaxes(gridcolor=palette.grid, automargin=True, **axis)
    return figure


def words(text: str) -> str:
    """Text from the data, safe where Plotly reads HTML."""
    return escape(text, quote=False)
