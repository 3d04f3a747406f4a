"""Definitions: what does each metric mean, and how do we compare with published benchmarks?

For: all. Reads: the catalogue, analysis.benchmarks.
"""

from dashboard import charts, ui
from dashboard.analysis.benchmarks import benchmarks
from dashboard.charts.data import benchmarks as benchmark_tables

view = ui.current_view()
ui.title("What every figure counts, stated once")
found = ui.matching(view.catalog.metrics.values(), ui.search_box())
ui.contents(found)

asked = view.scope.during(view.scope.period)
compared = ui.answer(benchmarks, asked)
with ui.panel(
    "Published figures beside ours",
    charts.detail(benchmark_tables.summary(compared), view.period_name),
    ui.Source((), (), asked, benchmark_tables.rows(compared)),
    key="benchmarks",
):
    ui.table(
        benchmark_tables.shown(compared, view.catalog.metrics),
        "Published figures and ours",
        key="published",
    )

for metric in found:
    ui.metric_section(metric)
