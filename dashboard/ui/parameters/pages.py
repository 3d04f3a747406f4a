"""The parameters of every page, stated here once.

The entry script knows them before a page runs, so that links are judged, and written,
with them.
"""

from collections.abc import Callable, Mapping

from dashboard import settings
from dashboard.analysis.carriers.measures import COMPARED_ON
from dashboard.analysis.deliveries.rows import COLUMNS, SHOWN, row_columns
from dashboard.analysis.forecasting.review import usual_step
from dashboard.analysis.forecasting.rows import PLAIN, steps_issued
from dashboard.analysis.service.definitions import HEADLINE, READINGS
from dashboard.analysis.service.segments import BESIDE
from dashboard.catalog import Catalog
from dashboard.cells import CELL_SIZES, RESOLUTIONS
from dashboard.charts.breach_map.words import MEASURES
from dashboard.errors import ScopeError
from dashboard.scope import Where
from dashboard.themes import themes_in_use
from dashboard.ui.parameters.parameter import Parameter, Several, Text
from dashboard.warehouse import Reader

UNITS = {
    "customer": "customer",
    "delivery": "delivery",
    "route": "route",
    "zone_day": "zone-day",
    "switchback": "half-day (switchback)",
    "depot": "depot",
}
"""What an experiment may randomise, and what people call it."""

NOTHING = "nothing"
"""The option that adds nothing."""

COMMIT = "commit"
"""The lead time at which capacity is committed."""

RISING = "rising"
"""The theme that rises most, whichever that is."""

AS_FINE, ZONES, ALL_WEEKS = "auto", "zones", "0"
MOST_WEEKS = 160
"""A snapshot's weeks that the map's slider reaches, from the first of the period on."""


NOBODY, ALL_OTHERS = "nobody", "others"
"""No carrier gives work up; all others take it."""

SHOWN_DRIVERS = "drivers"
"""The model of all factors at once is shown."""


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
    leads = {str(days): f"{days} day{'s' * (days > 1)} before" for days in (1, 7, 28)}
    if str(commit) not in leads:
        leads[COMMIT] = f"{commit} days before (capacity committed)"
    series = {"closed": "not now", "segment": "segments", "zone": "zones of every segment"}
    return (
        Parameter("lead", "Forecast as issued", leads, "7"),
        Parameter("challenge", "Back-test other models", series),
    )


def _of_forecast_steps(reader: Reader) -> tuple[Parameter, ...]:
    issued = steps_issued(reader)
    usual = usual_step(issued) if issued else PLAIN
    return (Parameter("step", "Step", {name: name for name in (PLAIN, *issued)}, usual),)


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


def _of_carrier_comparison(reader: Reader) -> tuple[Parameter, ...]:
    units = {"carrier": "carriers", "depot": "depots", "driver": "drivers"}
    names = {name: name for name in reader.values("carrier")}
    return (
        Parameter("compare", "Compare", units),
        Parameter("compare_on", "On", {n: reader.catalog.metric(n).label for n in COMPARED_ON}),
        Parameter("moved_from", "From", {NOBODY: "nobody", **names}),
        Parameter("moved_to", "To", {ALL_OTHERS: "all others, as if it were lost", **names}),
        Parameter("moved_share", "Share of its deliveries", _shares()),
    )


def _shares() -> dict[str, str]:
    return {str(percent): f"{percent} %" for percent in (100, 75, 50, 25, 10)}


def _of_deliveries(catalog: Catalog) -> tuple[Parameter, ...]:
    columns = row_columns(catalog)
    return (
        Text("delivery", "Delivery id"),
        Text("where", "Conditions on columns", judge=_wrong_conditions),
        Parameter("show", "Show", SHOWN),
        Parameter("sort", "Sort by", columns, "committed_by"),
        Parameter("order", "Order", {"falling": "falling", "rising": "rising"}),
        Several("columns", "Columns", columns, defaults=COLUMNS),
        Text("after", "After"),
        Text("before", "Before"),
    )


def _wrong_conditions(text: str) -> str:
    """What is wrong with conditions as such; whether a column exists is found when they run."""
    try:
        Where.parse_all(text)
    except ScopeError as refused:
        return str(refused)
    return ""


def _of_root_causes(catalog: Catalog) -> tuple[Parameter, ...]:
    splits = ("zone", "carrier", "depot", "service", "channel", "product_class", "vehicle_type")
    return (
        Parameter(
            "expect",
            "Search for more breaches",
            {"change": "than before", "level": "than the case mix lets expect"},
        ),
        Parameter("usual", "Against the usual", {n: catalog.dimension(n).label for n in splits}),
        Parameter("alike", "All else alike", {"closed": "not now", SHOWN_DRIVERS: "work it out"}),
    )


def _of_experiments(reader: Reader) -> tuple[Parameter, ...]:
    listed = reader.trials.listed()
    names = dict(listed.select("experiment_id", "name").iter_rows())
    metrics = {one.name: one.label for one in reader.catalog.metrics.values()}
    return (
        Parameter("experiment", "Experiment", {"all": "all experiments", **names}),
        Parameter("also", "Measure also", {NOTHING: "nothing more", **metrics}),
        Parameter("plan", "Plan one", {"closed": "not now", "open": "what would it take?"}),
        Parameter("plan_metric", "Primary metric", metrics, HEADLINE),
        Parameter("plan_unit", "Randomised by", UNITS),
    )


PAGES: Mapping[str, Callable[[Catalog], tuple[Parameter, ...]]] = {
    "": _of_the_overview,
    "breach_map": _of_the_breach_map,
    "cost_to_serve": _of_cost_to_serve,
    "deliveries": _of_deliveries,
    "forecast": _of_forecast,
    "satisfaction": _of_satisfaction,
    "service": _of_service,
    "root_causes": _of_root_causes,
}
"""The parameters of each page, by its address ('' is the Overview)."""


BY_DATA: Mapping[str, Callable[[Reader], tuple[Parameter, ...]]] = {
    "carrier_comparison": _of_carrier_comparison,
    "experiments": _of_experiments,
    "forecast": _of_forecast_steps,
}
"""Those whose options depend on what the snapshot holds."""


def of_page(page: str, catalog: Catalog) -> tuple[Parameter, ...]:
    """The parameters of a page, in the order of its boxes."""
    return PAGES[page](catalog) if page in PAGES else ()


def of_data(page: str, reader: Reader) -> tuple[Parameter, ...]:
    """The parameters of a page whose options depend on the snapshot."""
    return BY_DATA[page](reader) if page in BY_DATA else ()
