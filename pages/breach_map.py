"""Breach map: where do breaches concentrate beyond chance?

For: analysts. Reads: analysis.breach_map, analysis.deliveries.rows.
"""

from dashboard import ui
from dashboard.ui.breach_map import drawer as breach_drawer
from dashboard.ui.breach_map import parts as breach_map

on = breach_map.opened()
breach_map.key_figures(on)
with ui.halves():
    breach_map.the_map(on)
    breach_map.the_tables(on)
breach_drawer.drawer(on)
