"""The one way in to what people write."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from dashboard.errors import StateError
from dashboard.state import actions, disputes, notes, plans, settlements, sign_offs
from dashboard.state.actions import Action, Task
from dashboard.state.database import Database
from dashboard.state.disputes import Claim, Decision, Dispute
from dashboard.state.notes import Mark, Note, NoteKind
from dashboard.state.plans import FrozenPlan, Terms
from dashboard.state.settlements import Settled, SignedSettlement
from dashboard.state.sign_offs import SignOff

FILE = "state.sqlite"
"""Its name in the folder of a warehouse."""

_LONGEST = 2_000


class State:
    """What people wrote about one warehouse."""

    def __init__(self, path: Path) -> None:
        """Name the file; it is made by the first thing written.

        Args:
            path: The SQLite file, `state.sqlite` in the folder of a warehouse.
        """
        self._database = Database(path)

    @classmethod
    def of(cls, warehouse: Path) -> "State":
        """The state of the warehouse in a folder."""
        return cls(warehouse / FILE)

    def sign_off(
        self, snapshot: int, by: str, note: str | None = None, *, check: Callable[[int], object]
    ) -> SignOff:
        """Vouch for a snapshot; from now on pruning leaves it alone.

        Args:
            snapshot: Its id.
            by: Who vouches.
            note: What they say to it.
            check: Called with the id while nothing can be pruned; raises where the snapshot
                does not exist (`Warehouse.manifest`).

        Raises:
            StateError: The same person signed it off before, or nobody is named.
        """
        said = _said("note", note) if note else None
        signed = SignOff(snapshot, _said("name", by), _now(), said)
        with self._database.writing() as connection:
            check(snapshot)
            sign_offs.add(connection, signed)
        return signed

    def sign_offs(self) -> tuple[SignOff, ...]:
        """All sign-offs, by snapshot and then time."""
        if not self._database.exists:
            return ()
        with self._database.reading() as connection:
            return sign_offs.read(connection)

    @contextmanager
    def holding_sign_offs(self) -> Generator[frozenset[int], None, None]:
        """Ids of the snapshots signed off; nobody can sign off another one meanwhile."""
        with self._database.writing() as connection:
            yield frozenset(one.snapshot for one in sign_offs.read(connection))

    def copy_to(self, path: Path) -> bool:
        """Copy everything to a new file, as it is at one moment; False where nothing is."""
        if self._database.exists:
            self._database.copy_to(path)
        return self._database.exists

    def add_note(self, mark: Mark, text: str, by: str, kind: NoteKind = "note") -> Note:
        """Write a note on a chart.

        Raises:
            StateError: The text is empty or too long, or nobody is named.
        """
        written = {"text": _said("text", text), "by": _said("name", by), "kind": kind}
        with self._database.writing() as connection:
            return notes.add(connection, mark, at=_now(), **written)

    def withdraw_note(self, note: int, by: str) -> Note:
        """Take a note back; it stays on file as withdrawn.

        Raises:
            StateError: There is no such note, or it was withdrawn before.
        """
        with self._database.writing() as connection:
            return notes.withdraw(connection, note, _said("name", by), _now())

    def notes(self, metric: str | None = None, *, withdrawn: bool = False) -> tuple[Note, ...]:
        """Notes on the charts of one metric, or of all, by day.

        Args:
            metric: Name of the metric.
            withdrawn: Give withdrawn ones too.
        """
        if not self._database.exists:
            return ()
        with self._database.reading() as connection:
            found = notes.read(connection, metric)
        return tuple(note for note in found if withdrawn or note.stands)

    def sign_settlement(
        self, settled: Settled, by: str, note: str | None = None, *, check: Callable[[int], object]
    ) -> SignedSettlement:
        """Sign a settlement off, and its snapshot with it: pruning leaves it alone.

        Args:
            settled: What is signed; it stays as it is, whatever is imported later.
            by: Who signs.
            note: What they say to it.
            check: As for `sign_off`.

        Raises:
            StateError: Nobody is named, or the note is too long.
        """
        said = _said("note", note) if note else None
        name, now = _said("name", by), _now()
        with self._database.writing() as connection:
            check(settled.snapshot)
            known = {(one.snapshot, one.by) for one in sign_offs.read(connection)}
            if (settled.snapshot, name) not in known:
                about = f"settlement of {settled.carrier}, {settled.quarter}"
                sign_offs.add(connection, SignOff(settled.snapshot, name, now, about))
            return settlements.add(connection, settled, by=name, at=now, note=said)

    def settlements(self, carrier: str | None = None) -> tuple[SignedSettlement, ...]:
        """Settlements signed off, those replaced by later ones too; oldest first."""
        if not self._database.exists:
            return ()
        with self._database.reading() as connection:
            return settlements.read(connection, carrier)

    def freeze_plan(self, experiment: str, terms: Terms, by: str) -> FrozenPlan:
        """Freeze the plan of an experiment; a further one is kept beside the first.

        Raises:
            StateError: The terms are those of the last version, the hypothesis is empty, the
                plan ends before it starts, or nobody is named.
        """
        _said("hypothesis", terms.hypothesis)
        if terms.ends_on < terms.starts_on:
            message = (
                f"the plan stops on {terms.ends_on}, before {terms.starts_on}; start it first"
            )
            raise StateError(message)
        name, by = _said("experiment", experiment), _said("name", by)
        with self._database.writing() as connection:
            return plans.add(connection, name, terms, by, _now())

    def plans(self, experiment: str) -> tuple[FrozenPlan, ...]:
        """All versions of an experiment's plan, the first one first."""
        if not self._database.exists:
            return ()
        with self._database.reading() as connection:
            return plans.read(connection, experiment)

    def file_dispute(self, claim: Claim, by: str) -> Dispute:
        """Dispute deliveries of a settlement, or the whole line of a clause.

        Raises:
            StateError: It names neither deliveries nor a clause, no reason, or nobody files.
        """
        if not claim.deliveries and claim.clause is None:
            message = "the dispute names neither deliveries nor a clause; name what is disputed"
            raise StateError(message)
        _said("reason", claim.reason)
        for what in ("note", "evidence"):
            text = getattr(claim, what)
            if text is not None:
                _said(what, text)
        with self._database.writing() as connection:
            return disputes.file(connection, claim, _said("name", by), _now())

    def decide_dispute(
        self, dispute: int, decision: Decision, by: str, note: str | None = None
    ) -> Dispute:
        """Decide a dispute, once and for all.

        Raises:
            StateError: There is no such dispute, it was decided before, or nobody is named.
        """
        said = _said("note", note) if note else None
        name = _said("name", by)
        with self._database.writing() as connection:
            return disputes.decide(
                connection,
                dispute,
                decision=decision,
                decided_by=name,
                decided_at=_now(),
                decision_note=said,
            )

    def disputes(self, carrier: str | None = None) -> tuple[Dispute, ...]:
        """Disputes with one carrier, or with all, decided ones too; oldest first."""
        if not self._database.exists:
            return ()
        with self._database.reading() as connection:
            return disputes.read(connection, carrier)

    def file_action(self, task: Task, by: str) -> Action:
        """Write down what somebody is to do by a day.

        Raises:
            StateError: It says not what, or not who, or nobody writes it down.
        """
        _said("action", task.what)
        _said("owner", task.owner)
        with self._database.writing() as connection:
            return actions.file(connection, task, _said("name", by), _now())

    def close_action(self, action: int, by: str, outcome: str | None = None) -> Action:
        """Close an action, once and for all.

        Raises:
            StateError: There is no such action, it was closed before, or nobody is named.
        """
        closed = {
            "closed_by": _said("name", by),
            "closed_at": _now(),
            "outcome": _said("outcome", outcome) if outcome else None,
        }
        with self._database.writing() as connection:
            return actions.close(connection, action, **closed)

    def actions(self, carrier: str | None = None) -> tuple[Action, ...]:
        """Actions with one carrier, or with all, closed ones too; open ones first, by day."""
        if not self._database.exists:
            return ()
        with self._database.reading() as connection:
            return actions.read(connection, carrier)


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def _said(what: str, words: str) -> str:
    trimmed = words.strip()
    if not trimmed:
        message = f"the {what} is empty; write it out"
        raise StateError(message)
    if len(trimmed) > _LONGEST:
        message = f"the {what} has {len(trimmed)} characters; keep it within {_LONGEST}"
        raise StateError(message)
    return trimmed
