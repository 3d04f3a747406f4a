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
from dashboard.themes import themes_in_use
from dashboard.ui import view

COMMIT = "commit"
"""The lead time at which capacity is committed."""

RISING = "rising"
"""The theme that rises most, whichever that is."""


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


def _of_forecast(_catalog: Catalog) -> tuple[Parameter, ...]:
    commit = settings.load().capacity_commit_days
    options = {str(days): f"{days} day{'s' * (days > 1)} before" for days in (1, 7, 28)}
    if str(commit) not in options:
        options[COMMIT] = f"{commit} days before (capacity committed)"
    return (Parameter("lead", "Forecast as issued", options, "7"),)


def _of_service(catalog: Catalog) -> tuple[Parameter, ...]:
    names = (*READINGS, *BESIDE)
    measures = {name: catalog.metric(name).label for name in dict.fromkeys(names)}
    return (Parameter("measure", "Measured by", measures, HEADLINE),)


PAGES: Mapping[str, Callable[[Catalog], tuple[Parameter, ...]]] = {
    "": _of_the_overview,
    "cost_to_serve": _of_cost_to_serve,
    "forecast": _of_forecast,
    "satisfaction": _of_satisfaction,
    "service": _of_service,
}
"""The parameters of each page, by its address ('' is the Overview)."""


def of_page(page: str, catalog: Catalog) -> tuple[Parameter, ...]:
    """The parameters of a page, in the order of its boxes."""
    return PAGES[page](catalog) if page in PAGES else ()


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
