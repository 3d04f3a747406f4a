"""Case mix: how much lateness was to be expected of deliveries, whoever carried them?

Fitted with an effect for each carrier, told without it: left out of the fit, a carrier
that is better than others where deliveries are hard would make them look easy.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from dashboard.analysis.figures import FEWEST, nothing_found
from dashboard.analysis.once import once
from dashboard.errors import ScopeError
from dashboard.scope import Scope
from dashboard.stated import Factor
from dashboard.stats.case_mix import fit_logistic
from dashboard.stats.levels import Levels
from dashboard.warehouse import Reader
from dashboard.warehouse.scoring import CARRIER, Scores

_MOST_LEVELS = 60
_CALENDAR = "calendar"


@dataclass(frozen=True)
class CaseMix:
    """A fit of the case mix.

    Attributes:
        scores: Intercept and effects of the factors, on the logit of lateness; the effects
            of a factor's levels sum to zero.
        carriers: Each carrier's effect beside them; they sum to zero too, and no
            expectation holds them.
        due, late: What it was fitted to.
        strata: Combinations of levels and carrier that it was fitted to.
    """

    scores: Scores
    carriers: tuple[tuple[str, float], ...]
    due: int
    late: int
    strata: int

    @property
    def beside_carriers(self) -> "CaseMix":
        """The same fit, expecting of each delivery what its carrier does everywhere.

        For places: whoever comes there. A carrier that is worse wherever it drives would
        else make its area look hard.
        """
        if not self.carriers:
            return self
        carrier = Factor(CARRIER, "Carrier", CARRIER)
        effects = (*self.scores.effects, (carrier, self.carriers))
        return replace(self, scores=Scores(self.scores.intercept, effects))


def case_mix(reader: Reader, scope: Scope) -> CaseMix:
    """Fit lateness to the factors of queries/case_mix.toml, with an effect per carrier.

    Args:
        reader: The snapshot.
        scope: Whose due deliveries it is fitted to: its period and filters.

    Raises:
        ScopeError: No delivery of the scope is due.
        NotEnoughDataError: All of them were on time, or none.
    """
    asked = scope.during(scope.period)
    return once(reader, (case_mix.__qualname__, asked), lambda: _fitted(reader, asked))


def expected(
    reader: Reader, by: Sequence[str], scope: Scope, fitted: CaseMix | None = None
) -> pl.DataFrame:
    """Breaches of a scope beside those that its case mix lets expect, by dimensions.

    Args:
        reader: The snapshot.
        by: Dimension names, cuts of time among them; null is '(none)'.
        scope: Period and filters of what is counted.
        fitted: What is expected by; a fit to all deliveries of the period, whatever the
            filters, by default.

    Returns:
        One row per group, sorted: the dimensions, due, late, expected (prediction with
        carrier effect 0) and variance (Σ p(1 − p), without over-dispersion). No row
        where nothing is due.

    Raises:
        UnknownNameError: A dimension is not in the catalogue.
        ScopeError: Nothing is due in the whole period.
        NotEnoughDataError: The case mix cannot be fitted.
    """
    model = fitted or case_mix(reader, Scope(scope.period))
    found = reader.scored(model.scores, by, scope.during(scope.period))
    return found.filter(pl.col("due") > 0)


def _fitted(reader: Reader, scope: Scope) -> CaseMix:
    factors = [
        factor
        for factor in reader.catalog.case_mix.values()
        if not factor.calendar or reader.shows(_CALENDAR)
    ]
    rows = reader.strata(factors, scope)
    if not rows.height:
        raise ScopeError(nothing_found(reader, scope))
    columns = [factor.name for factor in factors] + [CARRIER]
    levels = {name: found for name in columns if len(found := _levels(rows, name)) > 1}
    design = Levels(
        rows.height,
        [_codes(rows, name, found) for name, found in levels.items()],
        [len(found) for found in levels.values()],
    )
    due, late = (rows[name].to_numpy() for name in ("due", "late"))
    fit = fit_logistic(due, late, design)
    effects = _by_level(levels, fit.effects.tolist())
    return CaseMix(
        scores=Scores(fit.intercept, _of_factors(factors, effects)),
        carriers=effects.get(CARRIER, ()),
        due=int(due.sum()),
        late=int(late.sum()),
        strata=rows.height,
    )


def _levels(rows: pl.DataFrame, name: str) -> list[str]:
    """The levels of a factor that enough deliveries have, at most 60.

    The most frequent first: the scoring SQL tries them in this order.
    """
    counted = rows.group_by(name).agg(pl.col("due").sum()).filter(pl.col("due") >= FEWEST)
    most = counted.sort(["due", name], descending=[True, False]).head(_MOST_LEVELS)
    return most[name].to_list()


def _codes(rows: pl.DataFrame, name: str, levels: Sequence[str]) -> np.ndarray:
    """Place of each row's level; −1 for a level that too few deliveries have."""
    places = pl.DataFrame({name: levels, "place": range(len(levels))})
    found = rows.select(name).join(places, on=name, how="left", maintain_order="left")
    return found["place"].fill_null(-1).to_numpy()


def _by_level(
    levels: dict[str, list[str]], effects: Sequence[float]
) -> dict[str, tuple[tuple[str, float], ...]]:
    """Each factor's levels with their effects, from the effects in one row."""
    found, start = {}, 0
    for name, own in levels.items():
        found[name] = tuple(zip(own, effects[start : start + len(own)], strict=True))
        start += len(own)
    return found


def _of_factors(
    factors: Sequence[Factor], effects: dict[str, tuple[tuple[str, float], ...]]
) -> tuple[tuple[Factor, tuple[tuple[str, float], ...]], ...]:
    return tuple((one, effects[one.name]) for one in factors if one.name in effects)
