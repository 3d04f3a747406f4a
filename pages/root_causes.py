"""Root causes: which combinations drive breaches, and what would fixing each give?

For: analysts. Reads: analysis.causes.
"""

from dashboard import ui
from dashboard.ui import causes

on = causes.opened()
causes.combinations(on)
with ui.halves():
    causes.declarations(on)
    causes.against_evidence(on)
with ui.halves():
    causes.which_leg(on)
    causes.moved_promises(on)
causes.usual_share(on)
causes.all_else_alike(on)
