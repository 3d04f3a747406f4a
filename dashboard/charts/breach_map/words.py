"""The breach map in words: what colours it, its legend, and what each place says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from dashboard.analysis.breach_map.geography import Geography
from dashboard.analysis.breach_map.hotspots import Cluster, Spot
from dashboard.analysis.figures import FEWEST
from dashboard.catalog import Unit
from dashboard.charts import formats
from dashboard.charts.breach_map.shades import Scale, scale
from dashboard.charts.palette import Palette


@dataclass(frozen=True)
class Measure:
    """What colours the places.

    Attributes:
        around: Whether 0 is the middle of its scale.
        is_rate: Whether it needs 30 deliveries to be told.
    """

    label: str
    unit: Unit
    around: bool = False
    is_rate: bool = False


MEASURES: Mapping[str, Measure] = {
    "excess": Measure("Excess over expected", "count", around=True),
    "rate": Measure("Breach rate", "share", is_rate=True),
    "shrunken": Measure("Breach rate, shrunken", "share"),
    "breaches": Measure("Breaches", "count"),
    "minutes": Measure("Minutes late", "minutes"),
    "money": Measure("Money: cash of breaches", "money"),
}


@dataclass(frozen=True)
class Shown:
    """What a map shows.

    Attributes:
        spots: Cells, or zones.
        by_zone: Which of the two.
        measure: Name among `MEASURES`.
        amounts: Of the measure, by place, where it is minutes or money.
        clusters: Hot spots.
        chosen: Places that the filters name.
    """

    spots: tuple[Spot, ...]
    by_zone: bool
    measure: str
    amounts: Mapping[str, float]
    clusters: tuple[Cluster, ...]
    chosen: tuple[str, ...]

    def value(self, spot: Spot) -> float | None:
        """The measure of a place; None where nothing is known, or too little for a rate."""
        measure = MEASURES[self.measure]
        if measure.is_rate and spot.due < FEWEST:
            return None
        own = {
            "excess": spot.excess,
            "rate": spot.rate,
            "shrunken": spot.shrunken,
            "breaches": float(spot.late),
        }
        return own[self.measure] if self.measure in own else self.amounts.get(spot.place)

    @property
    def values(self) -> list[float | None]:
        """Of every place, in order."""
        return [self.value(spot) for spot in self.spots]


def legend(shown: Shown, palette: Palette) -> list[tuple[str, str]]:
    """Colour and words of every class, the lowest first, and of places without a value."""
    measure = MEASURES[shown.measure]
    colours = scale(shown.values, palette, around=measure.around)
    words = _classes(colours, measure)
    found = [(_css(one), said) for one, said in zip(colours.colours, words, strict=True)]
    if None in shown.values:
        few = "under 30 deliveries" if measure.is_rate else "not known"
        found.append((_css(colours.pale), few))
    return found


def map_alt(shown: Shown, land: Geography) -> str:
    """What the map shows, in words."""
    what = "zones" if shown.by_zone else "H3 cells"
    measure = MEASURES[shown.measure]
    known = [value for value in shown.values if value is not None]
    reach = "none known"
    if known:
        low, high = (_figure(end, measure) for end in (min(known), max(known)))
        reach = f"from {low} to {high}"
    spots = "; ".join(cluster_said(one, land) for one in shown.clusters) or "no hot spot"
    return f"Map of {len(shown.spots)} {what}: {measure.label.lower()} {reach}. {spots}."


def spot_said(spot: Spot, land: Geography) -> str:
    """A place in words, over several lines."""
    lines = [_place(spot, land)]
    if spot.due < FEWEST:
        lines.append(f"{spot.late} of {spot.due} late: too few for a rate")
    else:
        rate = formats.value(spot.rate, "share")
        lines.append(f"{formats.number(spot.late)} of {formats.number(spot.due)} late: {rate}")
    lines.append(f"expected {formats.number(spot.expected, 1)}, excess {_signed(spot.excess)}")
    if spot.cluster is not None:
        lines.append(f"hot spot {spot.cluster}: p {p_value(spot.p_value)}")
    elif spot.score is not None:
        lines.append("not beyond chance")
    return "\n".join(lines)


def cluster_said(cluster: Cluster, land: Geography) -> str:
    """A hot spot in a sentence."""
    around = " and ".join(land.label(zone) for zone in cluster.zones[:2])
    return (
        f"Hot spot {cluster.number} around {around}: {formats.number(cluster.late)} of "
        f"{formats.number(cluster.due)} late, {formats.number(cluster.expected)} expected, "
        f"excess {_signed(cluster.excess, 0)}, p {p_value(cluster.p_value)}"
    )


def p_value(value: float | None) -> str:
    """A p-value of simulations: never 0."""
    if value is None:
        return ""
    return f"{value:.3f}" if value >= 0.001 else f"{value:.4f}"  # noqa: PLR2004 - three digits


def _place(spot: Spot, land: Geography) -> str:
    named = ", ".join(land.label(zone) for zone in spot.zones[:2])
    return named if spot.place in spot.zones else f"Cell {spot.place} in {named}"


def _classes(colours: Scale, measure: Measure) -> list[str]:
    """What each class stands for: 'under 3', '3 to 8', '8 and more'."""
    ends = [_figure(edge, measure) for edge in colours.edges]
    if not ends:
        return ["all alike"]
    between = [f"{low} to {high}" for low, high in pairwise(ends)]
    return [f"under {ends[0]}", *between, f"{ends[-1]} and more"]


def _figure(value: float, measure: Measure) -> str:
    if measure.around:
        return _signed(value, 1 if abs(value) < 10 else 0)  # noqa: PLR2004 - two figures
    return formats.value(value, measure.unit)


def _signed(value: float, digits: int = 1) -> str:
    text = formats.number(value, digits)
    return f"+{text}" if value > 0 and text.strip("0.,") else text


def _css(colour: Sequence[int]) -> str:
    red, green, blue, opacity = colour
    return f"rgba({red}, {green}, {blue}, {opacity / 255:.2f})"
