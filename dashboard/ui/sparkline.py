"""A control chart as small as a line of text: an SVG image, said in words beside it.

Streamlit takes drawings out of HTML, but leaves images; so the colours are in the image.
"""

from base64 import b64encode

from dashboard.analysis import ProcessChart
from dashboard.analysis.service.chart import Point
from dashboard.charts import Palette

WEEKS = 26

_WIDTH, _HEIGHT, _EDGE = 180.0, 44.0, 4.0


def sparkline(found: ProcessChart, palette: Palette) -> str:
    """The last weeks as a line, limits as a band, the target as a dashed rule, signals as dots.

    Nothing for those who listen: the words beside it say what it shows.
    """
    weeks, target = found.points[-WEEKS:], found.target
    scale = _scale(weeks, target)
    across = (_WIDTH - 2 * _EDGE) / max(1, len(weeks) - 1)
    xs = [_EDGE + across * at for at in range(len(weeks))]
    points = [(x, _y(week.value, scale)) for x, week in zip(xs, weeks, strict=True)]
    whole = [p for p, week in zip(points, weeks, strict=True) if week.readiness == "judged"]
    shapes = [_band(xs, weeks, scale, palette)]
    if target is not None:
        y = _y(target, scale)
        shapes.append(
            f'<path d="M0,{y:.1f}H{_WIDTH:.0f}" stroke="{palette.plan}" stroke-dasharray="4 3"/>'
        )
    shapes.append(
        f'<polyline points="{_listed(whole)}" fill="none" stroke="{palette.ink}" '
        'stroke-width="1.4"/>'
    )
    shapes += [_dot(p, week, palette) for p, week in zip(points, weeks, strict=True)]
    drawn = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:.0f} {_HEIGHT:.0f}">'
        f"{''.join(shapes)}</svg>"
    )
    image = b64encode(drawn.encode()).decode()
    return f'<img class="ds-spark" alt="" src="data:image/svg+xml;base64,{image}">'


def _scale(weeks: tuple[Point, ...], target: float | None) -> tuple[float, float]:
    ends = [end for week in weeks for end in (week.value, *_limits(week))]
    known = [end for end in (*ends, target) if end is not None]
    return min(known), max(known)


def _limits(week: Point) -> tuple[float, ...]:
    """Limits of a judged week; those of a cut one are as wide as it is short."""
    if week.low is None or week.high is None or week.readiness != "judged":
        return ()
    return week.low, week.high


def _y(value: float, scale: tuple[float, float]) -> float:
    low, high = scale
    share = 0.5 if high == low else (value - low) / (high - low)
    return _HEIGHT - _EDGE - share * (_HEIGHT - 2 * _EDGE)


def _band(
    xs: list[float],
    weeks: tuple[Point, ...],
    scale: tuple[float, float],
    palette: Palette,
) -> str:
    limits = [(x, _limits(week)) for x, week in zip(xs, weeks, strict=True)]
    lower = [(x, _y(ends[0], scale)) for x, ends in limits if ends]
    upper = [(x, _y(ends[1], scale)) for x, ends in limits if ends]
    points = _listed([*upper, *lower[::-1]])
    return f'<polygon points="{points}" fill="{palette.muted}" fill-opacity="0.2"/>'


def _dot(point: tuple[float, float], week: Point, palette: Palette) -> str:
    x, y = point
    at = f'cx="{x:.1f}" cy="{y:.1f}" r="2.6"'
    if week.readiness != "judged":
        return f'<circle {at} fill="none" stroke="{palette.muted}"/>'
    return f'<circle {at} fill="{palette.ink}"/>' if week.signal else ""


def _listed(points: list[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
