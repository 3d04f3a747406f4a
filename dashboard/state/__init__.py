"""What people write: sign-offs and notes, beside the snapshots they are about.

It lives in `state.sqlite` of the warehouse. Nothing in it changes a figure of a snapshot.
"""

from dashboard.state.notes import Mark, Note, NoteKind
from dashboard.state.sign_offs import SignOff
from dashboard.state.state import State

__all__ = ["Mark", "Note", "NoteKind", "SignOff", "State"]
