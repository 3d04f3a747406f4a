"""What people write: sign-offs, notes, plans, settlements, disputes, actions, beside snapshots.

It lives in `state.sqlite` of the warehouse. Nothing in it changes a figure of a snapshot.
"""

from dashboard.state.actions import Action, Task
from dashboard.state.disputes import Claim, Decision, Dispute
from dashboard.state.notes import Mark, Note, NoteKind
from dashboard.state.plans import FrozenPlan, Terms
from dashboard.state.settlements import Settled, SignedSettlement
from dashboard.state.sign_offs import SignOff
from dashboard.state.state import State

__all__ = [
    "Action",
    "Claim",
    "Decision",
    "Dispute",
    "FrozenPlan",
    "Mark",
    "Note",
    "NoteKind",
    "Settled",
    "SignOff",
    "SignedSettlement",
    "State",
    "Task",
    "Terms",
]
