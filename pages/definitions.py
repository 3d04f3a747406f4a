"""Definitions: what does each metric mean?

For: all. Reads: the catalogue.
"""

from dashboard import ui

view = ui.current_view()
ui.title("What every figure counts, stated once")
found = ui.matching(view.catalog.metrics.values(), ui.search_box())
ui.contents(found)
for metric in found:
    ui.metric_section(metric)
