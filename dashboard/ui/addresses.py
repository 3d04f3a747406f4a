"""Addresses of other pages, with this view's days, filters and snapshot kept."""

from collections.abc import Mapping, Sequence

from dashboard.ui import view
from dashboard.ui.links import write_link

_ABOUT: Mapping[str, str] = {
    "on_time_rate": "service",
    "on_time_attempt_rate": "service",
    "in_window_rate": "service",
    "delivered_only_on_time_rate": "service",
    "first_attempt_rate": "service",
    "cost_to_serve": "cost_to_serve",
    "margin_per_delivery": "cost_to_serve",
    "revenue_per_delivery": "cost_to_serve",
    "satisfaction": "satisfaction",
    "survey_response_rate": "satisfaction",
    "contacts_per_delivery": "satisfaction",
}
_DEFINITIONS = "definitions"


def address(page: str, **own: str | Sequence[str]) -> str:
    """The address of a page: this view's, with some filters or page choices of its own."""
    return write_link(f"./{page}", {**view.current_view().address, **own})


def metric_page(metric: str, **own: str) -> str:
    """The page about a metric; its definition where the navigation holds no such page."""
    page = _ABOUT.get(metric, "")
    if page in view.current_view().pages and page:
        return address(page, **own)
    return f"{address(_DEFINITIONS)}#{metric}"
