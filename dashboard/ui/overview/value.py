"""The map of values as a panel: it says why where no segment has a margin."""

from dashboard import analysis, charts
from dashboard.charts import tables
from dashboard.ui import page, view
from dashboard.ui.answers import tried


def value_map(days: str) -> None:
    """Margin against volume, the rule under it."""
    shown = view.current_view()
    found = tried(analysis.value_map, shown.scope)
    if isinstance(found, str):
        empty = page.source(())
        with page.panel("Margin × volume", days, empty, key="value"):
            page.sentence(found)
        return
    rows = tables.value_table(found, shown.manifest.id)
    source = page.Source(("margin_per_delivery", "volume"), ("segment",), shown.scope, rows)
    detail = charts.detail("money per completed delivery; bars: 95 % intervals", days)
    with page.panel("Margin × volume", detail, source, key="value"):
        page.chart(charts.value_chart(found, shown.palette), key="value_chart")
        page.sentence(found.message)
        page.quiet(analysis.RULE)
