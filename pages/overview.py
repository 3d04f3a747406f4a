"""Overview: how is each segment doing against target, and what changed?

For: managers. Reads: analysis.overview, analysis.figures.
"""

from dashboard import analysis, charts, ui
from dashboard.charts import tables

view = ui.current_view()
board = ui.answer(analysis.scoreboard, view.scope, ui.rebaselines_of("on_time_rate"))
ui.title(board.message)

days = charts.days_shown(board, view.days)
promised = board.whole.volume
segments = ("segment",)

with ui.panel(
    "Segments",
    charts.detail("small print and bar: 95 % interval; tick: target", days, board.due),
    ui.source(tables.board_figures(board), segments),
    key="segments",
):
    ui.board(board)

ui.what_changed()

with ui.panel(
    "On time by week",
    charts.detail(
        "% of deliveries due; dotted: partial week; gap: fewer than 30", charts.weeks_shown(board)
    ),
    ui.Source(
        ("on_time_rate",),
        ("segment", "week"),
        view.scope,
        tables.weeks_table(board, view.manifest.id),
    ),
    key="weeks",
):
    ui.small_charts(charts.weekly_trends(board, view.palette), key="week")

volume = ui.answer(analysis.figures, ("volume",), segments, view.scope.during(board.period))
before = ui.compared(analysis.figures, ("volume",), segments, view.scope, board.versus)
with ui.halves():
    ui.value_map(view.period_name)
    with ui.panel(
        "Volume",
        charts.detail(charts.volume_unit(view.days, before), days, promised),
        ui.source([*volume, *before], segments),
        key="volume",
    ):
        ui.chart(charts.volume_bars(volume, before, view.palette), key="volume_bars")

with ui.panel(
    "On time by definition",
    charts.detail("% of the deliveries each definition counts", days),
    ui.source(board.readings),
    key="definitions",
):
    ui.chart(charts.reading_bars(board.readings, view.palette), key="reading_bars")
    ui.sentence(charts.gap_sentence(board.readings))

matrix = ui.answer(analysis.matrix, view.scope)
with ui.panel(
    "Segments × metrics", days, ui.source(tables.matrix_figures(matrix), segments), key="matrix"
):
    ui.matrix(matrix)
    with ui.more("Intervals and targets of the cards above"):
        ui.table(tables.board_table(board), "Every figure of the cards above", key="table")
