"""Service: is the promise kept, per segment, and is the process in control?

For: managers. Reads: analysis.service; notes of the state.
"""

from dashboard import ui
from dashboard.ui import service

on = service.opened()
service.segments_and_services(on)
service.control_charts(on)
service.beside_the_promise(on)
with ui.halves():
    service.how_late(on)
    service.definitions(on)
service.promise_against_capability(on)
