"""Deliveries: show me the rows, then the one delivery's timeline.

For: analysts. Reads: analysis.deliveries, analysis.settlement.touched.
"""

from dashboard.ui.deliveries import delivery, rows

on = rows.opened()
story = delivery.story_of(on.wanted) if on.wanted else None
if story is None:
    rows.rows(on)
else:
    rows.back_to_rows(on)
    with on.title:
        delivery.title(story)
    delivery.timeline(story)
