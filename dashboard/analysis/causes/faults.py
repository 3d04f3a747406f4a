"""What was declared of deliveries that went wrong, and does the evidence bear it out?

`fault` is evidence over declaration, by the one file that people edit (`queries/faults.toml`).
A delivery went wrong when its promise was broken or its first attempt failed.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp

import polars as pl
from scipy import special

from dashboard.analysis.figures import FEWEST, SIGNIFICANCE, nothing_found
from dashboard.errors import ScopeError
from dashboard.faults import FACTS, FAULTS, UNKNOWN, Fault
from dashboard.scope import Scope
from dashboard.stats.periods import holm
from dashboard.warehouse import Reader

NO_REASON = ""
"""The declared reason of a delivery of which nothing was declared."""

UNPROVEN = "no_arrival"

FLATTERED = 0.02
"""From so much on, the message says that moved promises make a carrier look better."""


@dataclass(frozen=True)
class Reason:
    """A declared reason, '' for none.

    Attributes:
        declared: Whose fault the file says it is.
        breaches: Broken promises with this reason.
        failed: First attempts that failed with it.
        known: Of the failed ones, of carriers that send arrivals.
        unproven: Of those known, without an arrival.
    """

    reason: str
    declared: Fault
    breaches: int
    failed: int
    known: int
    unproven: int


@dataclass(frozen=True)
class Proof:
    """How far a reason that one carrier declares against customers is borne out.

    Attributes:
        carrier, reason: Who declared what.
        declared: First attempts that failed with it.
        known: Of them, where the carrier sends arrivals at all.
        unproven: Of those known, without an arrival.
        others: Share unproven of all other carriers with the same reason; None where none
            is known.
        p_value: That it is no more than the others', one-sided, corrected by Holm; None
            where nothing can be compared.
    """

    carrier: str
    reason: str
    declared: int
    known: int
    unproven: int
    others: float | None
    p_value: float | None

    @property
    def share(self) -> float | None:
        """Unproven among those known."""
        return self.unproven / self.known if self.known else None

    @property
    def stands_out(self) -> bool:
        """More often unproven than others, beyond chance."""
        return self.p_value is not None and self.p_value < SIGNIFICANCE


@dataclass(frozen=True)
class Moved:
    """Promises that shipper or carrier moved, of one carrier's deliveries.

    Attributes:
        due: Deliveries due.
        moved: Of them, promise moved by shipper or carrier.
        on_the_way: Of these, by the carrier after dispatch.
        on_time: Kept by the promise that counts.
        on_time_moved: Kept by the last promise, whoever moved it.
    """

    carrier: str
    due: int
    moved: int
    on_the_way: int
    on_time: int
    on_time_moved: int

    @property
    def flattery(self) -> float:
        """By how much the last promise looks better than the one that counts."""
        return (self.on_time_moved - self.on_time) / self.due


@dataclass(frozen=True)
class FaultBoard:
    """Declared against evidence.

    Attributes:
        message: The finding.
        wrong: Deliveries that went wrong.
        breaches: Of them, broken promises.
        unexplained: Of the breaches, nothing declared.
        reasons: By declared reason, the most breaches first; nothing declared last.
        matrix: Deliveries by declared fault, and fault by evidence ('' where nothing speaks).
        faults: Breaches by fault, evidence over declaration.
        proofs: By carrier and reason against customers; first what others prove more often.
        moved: By carrier, the most flattered first; empty where no promise was ever moved.
        strange: Declared reasons that the file does not know.
        file: The file that says whose fault it is.
        has_arrivals: Whether any carrier of the scope sends arrivals.
    """

    message: str
    wrong: int
    breaches: int
    unexplained: int
    reasons: tuple[Reason, ...]
    matrix: tuple[tuple[Fault, Fault | None, int], ...]
    faults: tuple[tuple[Fault, int], ...]
    proofs: tuple[Proof, ...]
    moved: tuple[Moved, ...]
    strange: tuple[str, ...]
    file: str
    has_arrivals: bool


def faults(reader: Reader, scope: Scope) -> FaultBoard:
    """Hold what was declared against what else is known.

    Args:
        reader: The snapshot.
        scope: Period and filters.

    Raises:
        ScopeError: No delivery of the scope is due.
    """
    asked = scope.during(scope.period)
    changes = reader.report("moved_promises", asked)
    if not changes.height:
        raise ScopeError(nothing_found(reader, asked))
    rows = [_Row.of(reader, row) for row in reader.report("declared_faults", asked).to_dicts()]
    moved = _moved(changes)
    proofs = _proofs(rows)
    reasons = _reasons(rows)
    breaches = sum(row.n for row in rows if row.is_breach)
    unexplained = sum(row.n for row in rows if row.is_breach and row.reason == NO_REASON)
    strange = {r.reason for r in rows if r.reason != NO_REASON and r.declared == UNKNOWN}
    return FaultBoard(
        message=_message(proofs, moved, breaches, unexplained),
        wrong=sum(row.n for row in rows),
        breaches=breaches,
        unexplained=unexplained,
        reasons=reasons,
        matrix=_matrix(rows),
        faults=_by_fault(rows),
        proofs=proofs,
        moved=moved,
        strange=tuple(sorted(strange)),
        file=reader.faults.file,
        has_arrivals=any(row.is_known for row in rows),
    )


@dataclass(frozen=True)
class _Row:
    """Deliveries that went wrong alike."""

    carrier: str
    reason: str
    is_breach: bool
    is_failed: bool
    declared: Fault
    evidence: Fault | None
    is_known: bool
    is_unproven: bool
    n: int

    @classmethod
    def of(cls, reader: Reader, row: dict[str, object]) -> "_Row":
        """Judge one row of the report by the file."""
        mapping = reader.faults
        reason = str(row["reason"] or NO_REASON)
        declared = mapping.by_declaration(reason)
        facts = [fact for fact in FACTS if row[fact]]
        line = mapping.by_evidence(declared, facts)
        return cls(
            carrier=str(row["carrier"]),
            reason=reason,
            is_breach=bool(row["is_breach"]),
            is_failed=bool(row["is_attempt_failed"]),
            declared=declared,
            evidence=line.fault if line else None,
            is_known=bool(row["arrival"] or row[UNPROVEN]),
            is_unproven=bool(row[UNPROVEN]),
            n=int(str(row["deliveries"])),
        )

    @property
    def fault(self) -> Fault:
        """Evidence over declaration."""
        return self.evidence or self.declared


def _reasons(rows: Sequence[_Row]) -> tuple[Reason, ...]:
    found = []
    for reason in {row.reason for row in rows}:
        own = [row for row in rows if row.reason == reason]
        failed = [row for row in own if row.is_failed]
        found.append(
            Reason(
                reason=reason,
                declared=own[0].declared,
                breaches=sum(row.n for row in own if row.is_breach),
                failed=sum(row.n for row in failed),
                known=sum(row.n for row in failed if row.is_known),
                unproven=sum(row.n for row in failed if row.is_unproven),
            )
        )
    found.sort(key=lambda one: (one.reason == NO_REASON, -one.breaches, -one.failed, one.reason))
    return tuple(found)


def _matrix(rows: Sequence[_Row]) -> tuple[tuple[Fault, Fault | None, int], ...]:
    counted = Counter[tuple[Fault, Fault | None]]()
    for row in rows:
        counted[row.declared, row.evidence] += row.n
    columns: tuple[Fault | None, ...] = (*FAULTS[:-1], None)
    return tuple((own, other, counted[own, other]) for own in FAULTS for other in columns)


def _by_fault(rows: Sequence[_Row]) -> tuple[tuple[Fault, int], ...]:
    counted = Counter[Fault]()
    for row in rows:
        if row.is_breach:
            counted[row.fault] += row.n
    return tuple((fault, counted[fault]) for fault in FAULTS)


def _proofs(rows: Sequence[_Row]) -> tuple[Proof, ...]:
    """Each carrier's reasons against customers, beside the same reason of all others."""
    declared, known, unproven = (Counter[tuple[str, str]]() for _ in range(3))
    for row in rows:
        if row.is_failed and row.declared == "customer":
            pair = row.reason, row.carrier
            declared[pair] += row.n
            known[pair] += row.n * row.is_known
            unproven[pair] += row.n * row.is_unproven
    found = []
    for reason, carrier in declared:
        own = unproven[reason, carrier], known[reason, carrier]
        others = _others(unproven, reason) - own[0], _others(known, reason) - own[1]
        chance = _more_than_others(own, others) if own[1] and others[1] else None
        count = declared[reason, carrier]
        found.append(Proof(carrier, reason, count, own[1], own[0], _share(*others), chance))
    tested = [at for at, one in enumerate(found) if one.p_value is not None]
    corrected = holm([found[at].p_value or 0.0 for at in tested]) if tested else []
    for at, p_value in zip(tested, corrected, strict=True):
        found[at] = replace(found[at], p_value=p_value)
    found.sort(
        key=lambda one: (
            one.p_value is None,
            one.p_value,
            -(one.share or 0.0),
            one.carrier,
            one.reason,
        )
    )
    return tuple(found)


def _others(counted: Counter[tuple[str, str]], reason: str) -> int:
    return sum(n for (own, _), n in counted.items() if own == reason)


def _more_than_others(own: tuple[int, int], others: tuple[int, int]) -> float:
    """Chance of so many unproven ones, given how many there are in all: Fisher's exact test."""
    (hits, n), (other_hits, others_n) = own, others
    total, all_hits = n + others_n, hits + other_hits
    counts = range(hits, min(n, all_hits) + 1)
    whole = _log_choose(total, n)
    terms = [
        _log_choose(all_hits, at) + _log_choose(total - all_hits, n - at) - whole
        for at in counts
        if n - at <= total - all_hits
    ]
    return min(1.0, sum(exp(term) for term in terms))


def _log_choose(n: int, k: int) -> float:
    return float(special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1))


def _share(some: int, whole: int) -> float | None:
    return some / whole if whole else None


def _moved(changes: pl.DataFrame) -> tuple[Moved, ...]:
    if not changes["moved"].sum():
        return ()
    found = [Moved(*row) for row in changes.iter_rows()]
    return tuple(sorted(found, key=lambda one: (-one.flattery, one.carrier)))


def _cases(one: Proof) -> str:
    if one.share is None or one.known < FEWEST:
        return f"{one.unproven} of {one.known}"
    return f"{100 * one.share:.0f} % of {one.known:,}"


def _message(
    proofs: Sequence[Proof], moved: Sequence[Moved], breaches: int, unexplained: int
) -> str:
    """What the evidence contradicts; else how much is known at all."""
    told = [
        f"{one.carrier} declared '{one.reason}' without having arrived in {_cases(one)} cases"
        for one in proofs
        if one.stands_out
    ]
    flattered = [one for one in moved if one.flattery > FLATTERED and one.due >= FEWEST]
    told += [
        f"{one.carrier} looks {100 * one.flattery:.1f} points better by promises that were moved"
        for one in flattered
    ]
    if not told and breaches:
        share = 100 * unexplained / breaches
        told.append(f"No reason was declared for {share:.0f} % of {breaches:,} broken promises")
    return "; ".join(told) or "No promise was broken"
