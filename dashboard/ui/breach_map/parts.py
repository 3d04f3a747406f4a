"""The Breach map's parts: the map, the tables that do all it does, and the drawer.

Filters of zone and cell mark places and cut the drawer, not the map: whether a place is
hotter than chance can only be told beside all others.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

import polars as pl
import streamlit as st

from dashboard import charts, settings
from dashboard.analysis.breach_map.geography import Geography, geography
from dashboard.analysis.breach_map.hotspots import (
    Amount,
    BreachMap,
    Spot,
    amounts,
    breach_map,
    spots_at,
)
from dashboard.analysis.breach_map.tables import hotspots_table, zones_table
from dashboard.cells import CELL_SIZES, DIMENSIONS, dimension, is_any_cell, resolution_of
from dashboard.charts import formats
from dashboard.charts.breach_map import tables
from dashboard.charts.breach_map.layers import MOST_OBJECTS, breach_deck
from dashboard.charts.breach_map.words import MEASURES, Shown, legend, map_alt
from dashboard.scope import Scope
from dashboard.ui import page, view
from dashboard.ui.answers import answer, tried
from dashboard.ui.cards import cards
from dashboard.ui.parameters import ALL_WEEKS, MOST_WEEKS, ZONES, choose, current
from dashboard.ui.text import safe

ZONE = "zone"
MAP, HOT_SPOTS, PLACES, GO_TO = "breach_map", "hot_spots", "places", "go_to"
DRAWER = "drawer"
_MOST_TO_GO = 200
_PLACE_FILTERS = (ZONE, *DIMENSIONS)
_HEIGHTS = {HOT_SPOTS: 178, PLACES: 420}
_ROW = 35


@dataclass(frozen=True)
class Opened:
    """What the page stands on.

    Attributes:
        found: The map of the whole scope, place filters left out.
        land: Zones and depots.
        shown: Places of the week chosen, and what colours them.
        scope: The scope with its place filters.
        time: The week (or day) chosen; None for all.
    """

    found: BreachMap
    land: Geography
    shown: Shown
    scope: Scope
    time: date | None

    @property
    def wide(self) -> Scope:
        """The scope without its place filters."""
        return _without_places(self.scope)


def opened() -> Opened:
    """Let the reader choose how the map is cut and coloured; say the finding as the title."""
    head = st.container()
    with st.container(horizontal=True, key="map_boxes"):
        shade, cut = choose("shade"), choose("cut", width=290)
        choose(DRAWER, width=150)
    scope = view.current_scope()
    scope = scope.during(scope.period)
    resolution = int(cut) if cut.isdigit() else 0
    found = answer(breach_map, _without_places(scope), resolution)
    land = answer(geography, scope.period)
    with head:
        page.title(found.message)
    by_zone = cut == ZONES or not found.cells
    time = _time(found)
    shown = Shown(
        spots=_spots(found, time, by_zone=by_zone),
        by_zone=by_zone,
        measure=shade,
        amounts=_amounts((shade, _place(found, by_zone=by_zone)), _during(scope, found, time)),
        clusters=found.clusters,
        chosen=_chosen(scope),
    )
    return Opened(found, land, shown, scope, time)


def key_figures(on: Opened) -> None:
    """Breaches, hot spots and what is not on the map."""
    cards(tables.headline(on.found))


def the_map(on: Opened) -> None:
    """The map with its slider and legend; a sentence where nothing can be drawn."""
    with page.panel("Map", _detail(on), _source(on), "map"):
        sentence = _cannot_draw(on)
        if sentence:
            page.sentence(sentence)
            return
        _slider(on.found)
        deck = breach_deck(on.shown, on.land, view.current_view().palette, _map_style())
        st.pydeck_chart(
            deck,
            height=520,
            on_select=_clicked,
            selection_mode="single-object",
            key=MAP,
            alt=map_alt(on.shown, on.land),
        )
        _legend(on)


def the_tables(on: Opened) -> None:
    """Hot spots and all places; a chosen row does what a click on the map does."""
    what = "zones" if on.shown.by_zone else f"cells of {CELL_SIZES[on.found.resolution]}"
    first = "the most excess first" if on.shown.by_zone or on.time else "the hottest first"
    detail = f"{what}, {first}; choose a row for its causes and rows"
    with page.panel("Places", detail, _source(on), "places"):
        _go_to(on)
        if on.found.clusters:
            rows = tables.cluster_rows(on.found.clusters, on.land)
            _selectable(rows, "Hot spots", HOT_SPOTS, _cluster_chosen, on)
        elif on.found.untested:
            page.sentence(f"Hot spots cannot be told: {on.found.untested}.")
        rows = tables.place_rows(on.shown, on.land)
        _selectable(rows, f"Breaches by {what}", PLACES, _place_chosen, on)
        page.quiet(_how(on.found))


def _during(scope: Scope, found: BreachMap, time: date | None) -> Scope:
    """The scope of the map, or of its week that is shown."""
    wide = _without_places(scope)
    return wide if time is None else wide.during(found.days_of(time))


def _spots(found: BreachMap, time: date | None, *, by_zone: bool) -> tuple[Spot, ...]:
    if time is not None:
        return spots_at(found, time, by_zone=by_zone)
    return found.zones if by_zone else found.cells


def _amounts(on: tuple[str, str], scope: Scope) -> Mapping[str, float]:
    """Minutes or money by place, where the map is coloured by them."""
    shade, place = on
    if shade not in ("minutes", "money"):
        return {}
    wanted: Amount = "money" if shade == "money" else "minutes"
    found = tried(amounts, scope, wanted, place)
    return {} if isinstance(found, str) else found


def _time(found: BreachMap) -> date | None:
    """The week (or day) that the slider says; all where it says none of these."""
    times, number = found.times, int(current("week"))
    return times[number - 1] if 0 < number <= len(times) else None


def _slider(found: BreachMap) -> None:
    """One week after the other, from the first of the period on."""
    unit = "Week" if found.counted.step > 1 else "Day"
    numbers = range(1, min(len(found.times), MOST_WEEKS) + 1)
    time = _time(found)
    said = f"{unit} of the period"
    if time is not None:
        said += f": {formats.period(found.days_of(time))}"
    st.select_slider(
        said,
        [ALL_WEEKS, *map(str, numbers)],
        key="week",
        bind="query-params",
        format_func=lambda option: "all" if option == ALL_WEEKS else option,
    )


def _detail(on: Opened) -> str:
    measure = MEASURES[on.shown.measure]
    days = view.current_view().period_name
    due = on.found.due
    if on.time is not None:
        days = formats.period(on.found.days_of(on.time))
        due = sum(spot.due for spot in on.shown.spots)
    what = "zones" if on.shown.by_zone else f"H3 cells of {CELL_SIZES[on.found.resolution]}"
    return charts.detail(f"{measure.label.lower()} by {what}", days, due)


def _source(on: Opened) -> page.Source:
    snapshot = view.current_view().manifest.id
    table = zones_table if on.shown.by_zone else hotspots_table
    metrics = ("on_time_rate", *(("late_minutes",) if on.shown.measure == "minutes" else ()))
    place = _place(on.found, by_zone=on.shown.by_zone)
    return page.Source(metrics, (place,), on.wide, table(on.found, snapshot))


def _cannot_draw(on: Opened) -> str:
    """Why there is no map; empty where there is one."""
    if not on.shown.by_zone or on.land.drawn:
        return ""
    if not on.found.cells:
        missing = "no delivery has coordinates and no zone an outline"
        return f"There is no map: {missing}. The table has the same by zone."
    return "There is no map of zones: no zone has an outline. Cells can be drawn, see “Cut into”."


def _legend(on: Opened) -> None:
    """Classes of the colours, what the lines mean, and what the map leaves out."""
    chips = "".join(
        f'<li><i style="background: {colour}"></i>{safe(said)}</li>'
        for colour, said in legend(on.shown, view.current_view().palette)
    )
    st.html(f'<ul class="ds-legend" aria-label="Legend">{chips}</ul>')
    lines = ["Thick outline: hot spot", "■ depot, where its nearest deliveries are"]
    if on.shown.chosen:
        lines.append("blue outline: what the filters name; they mark the map and do not cut it")
    lines.append(f"not on the map: {formats.number(on.found.off_map)}")
    left = len(on.shown.spots) - MOST_OBJECTS
    if left > 0:
        lines.append(f"too many places to draw: {formats.number(left)} of the least hot left out")
    if not on.land.zones:
        lines.append("the data has no zones table, so no outlines and names of zones")
    page.quiet(" · ".join(lines))


def _go_to(on: Opened) -> None:
    """By keyboard to a hot spot or place."""
    hot = [f"Hot spot {one.number}" for one in on.found.clusters]
    places = [spot.place for spot in on.shown.spots[:_MOST_TO_GO]]
    labels = {spot.place: _option(spot, on.land) for spot in on.shown.spots[:_MOST_TO_GO]}
    st.selectbox(
        "Go to",
        [*hot, *places],
        index=None,
        format_func=lambda option: labels.get(option, option),
        key=GO_TO,
        placeholder="a hot spot or place",
        on_change=_gone_to,
        args=(on,),
    )


def _option(spot: Spot, land: Geography) -> str:
    around = land.label(spot.zones[0])
    return around if spot.place in spot.zones else f"{around}, cell {spot.place}"


def _selectable(
    rows: pl.DataFrame, alt: str, key: str, chosen: Callable[[Opened], None], on: Opened
) -> None:
    """A table whose rows can be chosen."""
    st.dataframe(
        rows,
        hide_index=True,
        alt=alt,
        key=key,
        on_select=partial(chosen, on),
        selection_mode="single-row",
        height=min(_ROW * (rows.height + 1) + 3, _HEIGHTS[key]),
    )


def _how(found: BreachMap) -> str:
    """How hot spots are told."""
    if found.threshold is None:
        return "Expected: by case mix and carrier, moved together to sum to all breaches."
    return (
        "Expected: by case mix and carrier, moved together to sum to all breaches. Score: "
        "excess of a cell and its neighbours in standard errors, with a design effect of "
        f"{found.effect:.2f}; hot beyond {found.threshold:.2f}, which the hottest cell of 95 % "
        "of maps by chance does not reach; cells under 30 have no score. Gi* stands beside it "
        "and flags nothing."
    )


def _clicked() -> None:
    """A click on the map: a cell, a zone, or the name of a hot spot."""
    objects = st.session_state[MAP].selection.objects
    for layer, found in objects.items():
        if layer == "hot_spot_names" and found:
            _narrow(found[0]["cells"])
        elif found:
            _narrow([found[0]["place"]])


def _cluster_chosen(on: Opened) -> None:
    for row in st.session_state[HOT_SPOTS].selection.rows:
        _narrow(on.found.clusters[row].cells)


def _place_chosen(on: Opened) -> None:
    for row in st.session_state[PLACES].selection.rows:
        _narrow([on.shown.spots[row].place])


def _gone_to(on: Opened) -> None:
    option = st.session_state[GO_TO]
    clusters = {f"Hot spot {one.number}": one.cells for one in on.found.clusters}
    if option is not None:
        _narrow(clusters.get(option, [option]))
    st.session_state[GO_TO] = None


def _narrow(places: Sequence[str]) -> None:
    """Let the filters name these cells, or this zone, and nothing else; open the drawer."""
    name = dimension(resolution_of(places[0])) if is_any_cell(places[0]) else ZONE
    for one in _PLACE_FILTERS:
        st.session_state[one] = list(places) if one == name else []
    # A box that is drawn for the first time does not write the address by itself.
    if name != ZONE:
        st.query_params[name] = list(places)
    st.session_state[DRAWER] = "open"


def _place(found: BreachMap, *, by_zone: bool) -> str:
    return ZONE if by_zone else dimension(found.resolution)


def _chosen(scope: Scope) -> tuple[str, ...]:
    """The cells and zones that the filters name."""
    return tuple(
        value for name, values in scope.filters if name in _PLACE_FILTERS for value in values
    )


def _without_places(scope: Scope) -> Scope:
    return scope.within(**dict.fromkeys(_PLACE_FILTERS, ()))


def _map_style() -> str:
    return settings.load().map_style
