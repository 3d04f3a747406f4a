"""A profile guessed from files: names and values matched with the contract, doubts named.

files -> shapes (encoding, delimiter, columns) -> facts (what columns hold) -> matching
(which contract column each fills) -> draft (with its open questions) -> profile folder
"""

from dashboard.warehouse.guessing.draft import (
    ColumnDraft,
    Draft,
    Question,
    TableDraft,
    how_read,
    shown,
)
from dashboard.warehouse.guessing.drafting import texts, write, zipped
from dashboard.warehouse.guessing.editing import Editor, decide, give_meaning, set_constant
from dashboard.warehouse.guessing.making import Known, guess

__all__ = [
    "ColumnDraft",
    "Draft",
    "Editor",
    "Known",
    "Question",
    "TableDraft",
    "decide",
    "give_meaning",
    "guess",
    "how_read",
    "set_constant",
    "shown",
    "texts",
    "write",
    "zipped",
]
