"""What a page's own boxes put into its address: stated here once, for every page.

A page draws its boxes with `ui.choose(name)`. The entry script knows them before the page
runs, so that links are judged, and written, with them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import streamlit as st

from dashboard import settings
from dashboard.analysis.bridge import HEADLINE, READINGS
from dashboard.analysis.service import BESIDE
from dashboard.catalog import Catalog
from dashboard.cells import CELL_SIZES, RESOLUTIONS
from dashboard.charts.breach_maps import MEASURES
from dashboard.themes import themes_in_use
from dashboard.ui import view
from dashboard.warehouse import Reader

NOTHING = "nothing"
"""The option that adds nothing."""

RISING = "rising"
"""The theme that rises most, whichever that is."""

AS_FINE, ZONES, ALL_WEEKS = "auto", "zones", "0"
MOST_WEEKS = 160
"""A snapshot's weeks that the map's slider reaches, from the first of the period on."""


@dataclass(frozen=True)
class Parameter:
    """One choice of a page that a link remembers.

    Attributes:
        name: What the address calls it, and the key of its box.
        label: What stands above the box.
        options: What may be chosen, and what people call it; an address may say either.
        default: The option before anyone chose; the first where it is left empty.
    """

    name: str
    label: str
    options: Mapping[str, str]
    default: str = ""

    @property
    def usual(self) -> str:
        """The option before anyone chose."""
        return self.default or next(iter(self.options))

    def named(self, text: str) -> str | None:
        """The option that an address means by its name or its label; None for no option."""
        if text in self.options:
            return text
        return next((name for name, label in self.options.items() if label == text), None)


def _of_the_overview(catalog: Catalog) -> tuple[Parameter, ...]:
    metrics = {one.name: one.label for one in catalog.metrics.values()}
    dimensions = {one.name: one.label for one in catalog.dimensions.values() if one.explains}
    seconds = {"nothing": "nothing", **dimensions}
    return (
        Parameter("change", "What changed", metrics, "on_time_rate"),
        Parameter("by", "By", dimensions, "segment"),
        Parameter("and_by", "And by", seconds),
    )


def _of_cost_to_serve(catalog: Catalog) -> tuple[Parameter, ...]:
    rules = {one.name: one.label for one in catalog.costs.rules.values()}
    splits = ("channel", "zone", "product_class", "service", "depot")
    further = {name: f"by {catalog.dimension(name).label.lower()}" for name in splits}
    further |= {
        "customers": "by customer",
        "first_attempts": "failed first attempts",
        "levers": "break-even levers",
        "ledger": "booked and ledger",
    }
    return (
        Parameter("rule", "Split shared cost", rules),
        Parameter("further", "Look further", further),
    )


def _of_satisfaction(_catalog: Catalog) -> tuple[Parameter, ...]:
    known = themes_in_use(settings.load().themes).themes
    options = {RISING: "whatever rises most", **{one.name: one.label for one in known}}
    return (
        Parameter("theme", "Examples of", options),
        Parameter("said_in", "In", {"contacts": "contacts", "comments": "comments"}),
    )


def _of_service(catalog: Catalog) -> tuple[Parameter, ...]:
    names = (*READINGS, *BESIDE)
    measures = {name: catalog.metric(name).label for name in dict.fromkeys(names)}
    return (Parameter("measure", "Measured by", measures, HEADLINE),)


def _of_the_breach_map(_catalog: Catalog) -> tuple[Parameter, ...]:
    shades = {name: one.label for name, one in MEASURES.items()}
    cuts = {AS_FINE: "cells, as fine as the data carries"}
    cuts |= {str(one): f"cells of {CELL_SIZES[one]}" for one in RESOLUTIONS}
    weeks = {str(n): str(n) for n in range(1, MOST_WEEKS + 1)}
    return (
        Parameter("shade", "Colour by", shades),
        Parameter("cut", "Cut into", {**cuts, ZONES: "zones"}),
        Parameter("week", "Week", {ALL_WEEKS: "all", **weeks}),
        Parameter("drawer", "Causes and rows", {"closed": "closed", "open": "open"}),
    )


def _of_carrier_comparison(_catalog: Catalog) -> tuple[Parameter, ...]:
    return (Parameter("compare", "Compare", {"carrier": "carriers", "depot": "depots"}),)


def _of_experiments(reader: Reader) -> tuple[Parameter, ...]:
    listed = reader.trials.listed()
    names = dict(listed.select("experiment_id", "name").iter_rows())
    metrics = {one.name: one.label for one in reader.catalog.metrics.values()}
    return (
        Parameter("experiment", "Experiment", {"all": "all experiments", **names}),
        Parameter("also", "Measure also", {NOTHING: "nothing more", **metrics}),
    )


PAGES: Mapping[str, Callable[[Catalog], tuple[Parameter, ...]]] = {
    "": _of_the_overview,
    "breach_map": _of_the_breach_map,
    "carrier_comparison": _of_carrier_comparison,
    "cost_to_serve": _of_cost_to_serve,
    "satisfaction": _of_satisfaction,
    "service": _of_service,
}
"""The parameters of each page, by its address ('' is the Overview)."""


BY_DATA: Mapping[str, Callable[[Reader], tuple[Parameter, ...]]] = {
    "experiments": _of_experiments,
}
"""Those whose options depend on what the snapshot holds."""


def of_page(page: str, catalog: Catalog) -> tuple[Parameter, ...]:
    """The parameters of a page, in the order of its boxes."""
    return PAGES[page](catalog) if page in PAGES else ()


def of_data(page: str, reader: Reader) -> tuple[Parameter, ...]:
    """The parameters of a page whose options depend on the snapshot."""
    return BY_DATA[page](reader) if page in BY_DATA else ()


def choose(name: str, width: int = 220) -> str:
    """Draw the box of one of the page's parameters and say which option is chosen."""
    stated = {one.name: one for one in view.current_view().parameters}
    parameter = stated[name]
    options = list(parameter.options)
    return st.selectbox(
        parameter.label,
        options,
        index=options.index(parameter.usual),
        format_func=parameter.options.__getitem__,
        key=name,
        bind="query-params",
        width=width,
    )


def current(name: str) -> str:
    """Which option of one of the page's parameters is chosen, before its box is drawn."""
    parameter = next(one for one in view.current_view().parameters if one.name == name)
    return parameter.named(chosen(parameter)) or parameter.usual


def chosen(parameter: Parameter) -> str:
    """The label chosen, as the address writes it; the box may not have been drawn yet."""
    if parameter.name in st.session_state:
        return parameter.options[st.session_state[parameter.name]]
    asked = parameter.named(st.query_params.get(parameter.name, ""))
    return parameter.options[asked or parameter.usual]
