"""Comparison: who is better or worse than case mix explains?

For: carrier managers. Reads: analysis.carriers (comparison, quarters,
reallocation).
"""

from dashboard.ui.carriers import comparison as carriers

on = carriers.opened()
carriers.who_differs(on)
carriers.every_one(on)
carriers.over_quarters(on)
carriers.what_each_carries(on)
carriers.moved_work(on)
