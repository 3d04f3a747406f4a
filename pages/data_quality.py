"""Data quality: what came in, what was refused, how fresh is it?

For: all. Reads: analysis.quality, analysis.carrier_data, report quarantine.
"""

from dashboard import analysis, charts, ui
from dashboard.charts.data import quality as drawn
from dashboard.scope import Scope

view = ui.current_view()
found = ui.answer(analysis.quality)
ui.title(found.message)
ui.whole_snapshot(found.manifest)
with ui.folded("Bring your own data"):
    ui.bring_your_own_data()

refused = ui.answer(analysis.quarantined)
effects = drawn.effects_table(found, charts.code_meanings(view.catalog))
with ui.panel(
    "What each rule does to the on-time rate",
    "deliveries as far as they can be read; otherwise: with refused rows counted, or without "
    "the doubtful ones",
    ui.Source((), (), Scope(), effects, report="rule_effects"),
    key="effects",
):
    ui.table(effects, "Effect of each rule on the on-time rate", key="effects_table")

tables = drawn.tables_table(found)
with ui.panel(
    "Tables", "rows of the last import", ui.Source((), (), Scope(), tables), key="tables"
):
    ui.table(tables, "What became of the rows of each table", key="tables_table")

files = drawn.files_table(found)
with ui.panel(
    "Files", "records of the last import", ui.Source((), (), Scope(), files), key="files"
):
    ui.table(files, "What became of the records of each file", key="files_table")

with ui.panel(
    "Refused rows",
    "as they came, with file, line and reasons; the download holds all of them",
    ui.Source((), (), Scope(), refused, report="quarantine"),
    key="quarantine",
):
    ui.table(refused.head(200), "The first 200 refused rows", key="quarantine_table")

scores = ui.answer(analysis.carrier_data, view.scope)
with ui.panel(
    "How complete each carrier's data is",
    f"{view.filters_said}; shares of closed deliveries",
    ui.Source((), (), view.scope, scores, report="carrier_data"),
    key="carriers",
):
    ui.table(drawn.carriers_table(scores), "Data scores by carrier", key="carriers_table")

coverage = drawn.coverage_table(found)
with ui.panel(
    "What the tables hold",
    "share of rows with a value; newest row in UTC",
    ui.Source((), (), Scope(), coverage),
    key="coverage",
):
    ui.table(coverage, "Coverage of columns by table", key="coverage_table")
