"""The breach map drawn: zones, cells, hot spots and depots as layers over each other."""

from collections.abc import Sequence
from math import cos, log2, radians
from typing import TYPE_CHECKING, Any

from dashboard import cells
from dashboard.analysis.breach_map.geography import Geography, ZoneShape
from dashboard.analysis.breach_map.hotspots import Cluster
from dashboard.charts.breach_map.shades import Colour, Scale, scale
from dashboard.charts.breach_map.words import MEASURES, Shown, cluster_said, spot_said
from dashboard.charts.palette import Palette

if TYPE_CHECKING:
    import pydeck

    Layer = pydeck.Layer

Row = dict[str, Any]
"""What one object of a layer is drawn from."""

MOST_OBJECTS = 10_000
"""That a layer may hold; beyond it the browser stalls."""

_MOST_NAMES = 150
_WIDTH, _HEIGHT = 500, 430
_METRES = 111_195
_SHORTEST_NAME = 6
_TILE = 512


def breach_deck(
    shown: Shown, land: Geography, palette: Palette, map_style: str = ""
) -> "pydeck.Deck":
    """The map; places and names of hot spots can be clicked.

    Args:
        shown: Places and what colours them.
        land: Zones and depots.
        palette: Of the theme.
        map_style: Address of a style of tiles to draw under it; '' asks nobody for anything.
    """
    import pydeck  # noqa: PLC0415 - half a second, for this page alone

    colours = scale(shown.values, palette, around=MEASURES[shown.measure].around)
    if shown.by_zone:
        places = [_zones(shown, land, palette, colours)]
    else:
        places = [_cells(shown, land, palette, colours), _borders(land, palette)]
    return pydeck.Deck(
        layers=[*places, *_outlines(shown, land, palette), *_names(shown, land, palette)],
        initial_view_state=pydeck.ViewState(**_view(shown, land)),
        map_provider="maplibre" if map_style else None,
        **({"map_style": map_style} if map_style else {}),
        tooltip={"text": "{said}"},
    )


def _cells(shown: Shown, land: Geography, palette: Palette, colours: Scale) -> "Layer":
    rows = [
        {
            "place": spot.place,
            "fill": colours.colour(shown.value(spot)),
            "said": spot_said(spot, land),
        }
        for spot in shown.spots
    ]
    return _layer(
        "H3HexagonLayer",
        "cells",
        rows,
        get_hexagon="place",
        get_fill_color="fill",
        get_line_color=_rgb(palette.ground, 160),
        extruded=False,
        stroked=True,
        line_width_min_pixels=0.5,
        pickable=True,
        auto_highlight=True,
    )


def _zones(shown: Shown, land: Geography, palette: Palette, colours: Scale) -> "Layer":
    spots = {spot.place: spot for spot in shown.spots}
    rows = []
    for zone in land.drawn:
        spot = spots.get(zone.zone)
        said = spot_said(spot, land) if spot else f"{zone.label}\nnothing due"
        fill = colours.colour(shown.value(spot) if spot else None)
        rows += [
            {"place": zone.zone, "polygon": part, "fill": fill, "said": said}
            for part in zone.polygons
        ]
    return _layer(
        "PolygonLayer",
        "zones",
        rows,
        get_polygon="polygon",
        get_fill_color="fill",
        get_line_color=_rgb(palette.muted, 200),
        line_width_min_pixels=1,
        pickable=True,
        auto_highlight=True,
    )


def _borders(land: Geography, palette: Palette) -> "Layer":
    rings = [ring for zone in land.drawn for part in zone.polygons for ring in part]
    return _lines("zone_borders", rings, _rgb(palette.muted, 150), 1)


def _outlines(shown: Shown, land: Geography, palette: Palette) -> list["Layer"]:
    """Hot spots, and what the filters name."""
    hot = [
        ring
        for cluster in shown.clusters
        for patch in cells.outlines(cluster.cells)
        for ring in patch
    ]
    chosen = [ring for place in shown.chosen for part in _shape(place, land) for ring in part]
    return [
        _lines("hot_spots", hot, _rgb(palette.ink, 255), 3),
        _lines("chosen", chosen, _rgb(palette.choice, 255), 5),
    ]


def _shape(place: str, land: Geography) -> Sequence[Sequence[cells.Ring]]:
    own = [zone.polygons for zone in land.drawn if zone.zone == place]
    if own:
        return own[0]
    return cells.outlines([place]) if cells.is_any_cell(place) else ()


def _names(shown: Shown, land: Geography, palette: Palette) -> list["Layer"]:
    """Names of zones, where there is room, of depots and of hot spots."""
    named = land.drawn if len(land.drawn) <= _MOST_NAMES else ()
    zones = [
        {"at": list(zone.middle), "text": zone.name or zone.zone, "metres": _room(zone)}
        for zone in named
    ]
    depots = [
        {"at": [one.longitude, one.latitude], "text": f"■ {one.depot}"} for one in land.depots
    ]
    hot = [
        {
            "at": _above(cluster),
            "text": f"Hot spot {cluster.number}",
            "cells": list(cluster.cells),
            "said": cluster_said(cluster, land),
        }
        for cluster in shown.clusters
    ]
    return [
        _text(
            "zone_names",
            zones,
            _rgb(palette.ink, 190),
            get_size="metres",
            size_units="'meters'",
            size_max_pixels=14,
        ),
        _text("depots", depots, _rgb(palette.ink, 255), get_size=13, **_card(palette)),
        _text(
            "hot_spot_names",
            hot,
            _rgb(palette.ink, 255),
            get_size=15,
            pickable=True,
            get_pixel_offset=[0, -10],
            **_card(palette),
        ),
    ]


def _card(palette: Palette) -> dict[str, object]:
    """A ground to read names on."""
    return {
        "background": True,
        "get_background_color": _rgb(palette.ground, 215),
        "background_padding": [4, 2],
    }


def _room(zone: ZoneShape) -> float:
    """Metres a letter may be high, so that the name fits into the zone."""
    line = max((part[0] for part in zone.polygons), key=len)
    longitudes, latitudes = ([point[at] for point in line] for at in (0, 1))
    wide = (max(longitudes) - min(longitudes)) * cos(radians(latitudes[0])) * _METRES
    return 1.3 * wide / max(len(zone.name or zone.zone), _SHORTEST_NAME)


def _lines(name: str, rings: Sequence[cells.Ring], colour: Colour, width: int) -> "Layer":
    return _layer(
        "PathLayer",
        name,
        [{"path": ring} for ring in rings],
        get_path="path",
        get_color=colour,
        width_units="'pixels'",
        get_width=width,
        joint_rounded=True,
        pickable=False,
    )


def _text(name: str, rows: list[Row], colour: Colour, **own: object) -> "Layer":
    return _layer(
        "TextLayer",
        name,
        rows,
        get_position="at",
        get_text="text",
        get_color=colour,
        font_family="'sans-serif'",
        character_set="'auto'",
        **own,
    )


def _layer(kind: str, name: str, rows: list[Row], **own: object) -> "Layer":
    import pydeck  # noqa: PLC0415

    return pydeck.Layer(kind, id=name, data=rows[:MOST_OBJECTS], **own)


def _above(cluster: Cluster) -> list[float]:
    """Longitude of its middle, latitude of its northernmost cell."""
    places = cells.centres(cluster.cells)
    middle = sum(longitude for _, longitude in places) / len(places)
    return [middle, max(latitude for latitude, _ in places)]


def _view(shown: Shown, land: Geography) -> dict[str, float]:
    """Centre and zoom that show every place."""
    places = [] if shown.by_zone else cells.centres([spot.place for spot in shown.spots])
    points = [(longitude, latitude) for latitude, longitude in places]
    if not points:
        points = [(x, y) for z in land.drawn for part in z.polygons for x, y, *_ in part[0]]
    if not points:
        return {"longitude": 0.0, "latitude": 0.0, "zoom": 1.0}
    (west, east), (south, north) = ((min(a), max(a)) for a in zip(*points, strict=True))
    wide, high = max(east - west, 0.02), max(north - south, 0.02)
    # Mercator stretches latitudes away from the equator.
    stretch = cos(radians((south + north) / 2))
    zoom = min(log2(360 * _WIDTH / (_TILE * wide)), log2(360 * stretch * _HEIGHT / (_TILE * high)))
    return {"longitude": (west + east) / 2, "latitude": (south + north) / 2, "zoom": zoom}


def _rgb(colour: str, opacity: int) -> Colour:
    return [*(int(colour[at : at + 2], 16) for at in (1, 3, 5)), opacity]
