"""What people write: sign-offs, notes, settlements, disputes, beside the snapshots.

It lives in `state.sqlite` of the warehouse. Nothing in it changes a figure of a snapshot.
"""

from dashboard.state.disputes import Claim, Decision, Dispute
from dashboard.state.notes import Mark, Note, NoteKind
from dashboard.state.settlements import Settled, SignedSettlement
from dashboard.state.sign_offs import SignOff
from dashboard.state.state import State

__all__ = [
    "Claim",
    "Decision",
    "Dispute",
    "Mark",
    "Note",
    "NoteKind",
    "Settled",
    "SignOff",
    "SignedSettlement",
    "State",
]
