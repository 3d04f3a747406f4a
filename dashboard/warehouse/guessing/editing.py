"""Correcting a draft: a person's choices, each with all that follows from it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from dashboard.contract import Table
from dashboard.warehouse.guessing.choosing import as_table
from dashboard.warehouse.guessing.draft import ColumnDraft, TableDraft
from dashboard.warehouse.guessing.facts import Contents
from dashboard.warehouse.guessing.matching import misfit, scale_of, words_of
from dashboard.warehouse.guessing.vocabulary import Vocabulary

if TYPE_CHECKING:
    from dashboard.warehouse.guessing.values import Decimal, Order


@dataclass(frozen=True)
class Editor:
    """Corrects drafts.

    Attributes:
        contract: The tables that may be filled.
        vocabulary: What other systems call things.
    """

    contract: Mapping[str, Table]
    vocabulary: Vocabulary

    def choose_table(self, draft: TableDraft, table: str | None) -> TableDraft:
        """Let files fill another contract table, or none; its columns are matched anew."""
        facts = tuple(one.facts for one in draft.columns)
        if table is None:
            columns = tuple(ColumnDraft(one) for one in facts)
            return replace(draft, table=None, why="you left it out", columns=columns, constants={})
        held = Contents(draft.records, draft.malformed, facts, draft.head)
        return as_table(draft.shape, held, self.contract[table], self.vocabulary)

    def choose_target(self, draft: TableDraft, name: str, target: str | None) -> TableDraft:
        """Let a raw column fill a contract column, or none; who filled it before is let go."""
        changed = []
        for one in draft.columns:
            if one.name == name and one.target != target:
                changed.append(self._chosen(draft, one, target))
            elif one.name != name and target is not None and one.target == target:
                changed.append(ColumnDraft(one.facts, why=f"you chose another for {target}"))
            else:
                changed.append(one)
        constants = {n: text for n, text in draft.constants.items() if n != target}
        return replace(draft, columns=tuple(changed), constants=constants)

    def unknown_words(self, draft: TableDraft, one: ColumnDraft) -> tuple[str, ...]:
        """Values of a column that nobody but a person knows the meaning of."""
        column = draft.columns_of_contract.get(one.target or "")
        if column is None:
            return ()
        guessed = words_of(column, str(one.target), one.facts, self.vocabulary)
        return tuple(word for word, meaning in guessed.items() if meaning is None)

    def _chosen(self, draft: TableDraft, one: ColumnDraft, target: str | None) -> ColumnDraft:
        if target is None:
            return ColumnDraft(one.facts, why="you left it out")
        column = draft.columns_of_contract[target]
        doubt = misfit(column, target, one.facts, self.vocabulary)
        return ColumnDraft(
            one.facts,
            target,
            "sure",
            f"you chose it; {doubt}" if doubt else "you chose it",
            order=one.order,
            decimal=one.decimal,
            scale=scale_of(target, one.name, self.vocabulary),
            words=words_of(column, target, one.facts, self.vocabulary),
        )


def decide(draft: TableDraft, name: str, kind: str, answer: str) -> TableDraft:
    """Answer a question about a raw column: its order of day and month, or its decimal sign."""
    changed = {
        "order": lambda one: replace(one, order=cast("Order", answer)),
        "decimal": lambda one: replace(one, decimal=cast("Decimal", answer)),
    }[kind]
    columns = tuple(changed(one) if one.name == name else one for one in draft.columns)
    return replace(draft, columns=columns)


def give_meaning(draft: TableDraft, name: str, word: str, meaning: str) -> TableDraft:
    """Say which of the contract's words a value of a raw column means."""
    columns = tuple(
        replace(one, words={**one.words, word: meaning}) if one.name == name else one
        for one in draft.columns
    )
    return replace(draft, columns=columns)


def set_constant(draft: TableDraft, target: str, text: str) -> TableDraft:
    """Let one text stand for every row of a contract column."""
    return replace(draft, constants={**draft.constants, target: text})
