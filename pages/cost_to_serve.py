"""Cost to serve: which segments and delivery models lose money, and why?

For: managers. Reads: analysis.costs.
"""

from dashboard import analysis, charts, ui
from dashboard.charts.costs import drawn
from dashboard.charts.costs import words as said

view = ui.current_view()
scope, stated, snapshot = view.scope, view.catalog.costs, view.manifest.id
board = ui.answer(analysis.cost_to_serve, ui.current("rule"), scope)
ui.title(board.message)
ui.verdict(said.standing(board.reconciliation))
rule = ui.choose("rule")
ui.cards(said.headline(board))
ui.remarks(said.notes(board, stated))

segments = said.group_figures(board.segments, ("segment",), rule, snapshot)
money = f"per completed delivery · shared cost {stated.rules[rule].label}"
with ui.halves():
    with ui.panel(
        "From revenue to margin",
        charts.detail(money, view.period_name, board.whole.delivered),
        ui.Source(("cost_to_serve", "margin_per_delivery"), ("segment",), scope, segments),
        key="waterfall",
    ):
        ui.chart(drawn.waterfall(board, stated, view.palette), key="waterfall_chart")
        ui.sentence(said.sum_sentence(board))
    with ui.panel(
        "Margin by segment under every rule",
        f"{money}; band: all rules",
        ui.Source(
            ("margin_per_delivery",), ("segment",), scope, said.rule_figures(board, snapshot)
        ),
        key="rules",
    ):
        ui.chart(drawn.rule_ranges(board.of_segments(), rule, view.palette), key="rules_chart")
        ui.sentence(said.rule_sentence(rule, stated))

with ui.panel(
    "Who loses under every rule, and who depends on it",
    "margin per completed delivery; ± half the 95 % interval of the booked margin",
    ui.Source(("margin_per_delivery",), ("segment",), scope, said.rule_figures(board, snapshot)),
    key="readout",
):
    ui.table(said.rules_table(board, stated), "Margin of every group by rule", key="readouts")

further = ui.choose("further")
if further == "customers":
    ui.customers(ui.answer(analysis.whale_curve, scope), scope)
elif further == "first_attempts":
    ui.first_attempts(ui.answer(analysis.failed_attempt_cost, scope), scope)
elif further == "levers":
    ui.levers(ui.answer(analysis.levers, rule, scope))
elif further == "ledger":
    ui.ledger(ui.answer(analysis.ledger_bridge, scope.period))
else:
    ui.cost_split(ui.answer(analysis.cost_by, rule, further, scope), further, rule)
