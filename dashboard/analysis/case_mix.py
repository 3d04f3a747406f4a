"""Case mix: what was to be expected of deliveries, whoever carried them?

Fitted with an effect for each carrier, told without it: left out of the fit, a carrier
that is better than others where deliveries are hard would make them look easy.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import polars as pl

from dashboard.analysis.figures import FEWEST, nothing_found
from dashboard.errors import ScopeError
from dashboard.scope import Scope
from dashboard.stated import TOGETHER, Factor
from dashboard.stats.case_mix import (
    MEANS,
    MixFit,
    fit_additive,
    fit_logistic,
    fit_multiplicative,
)
from dashboard.stats.levels import Levels
from dashboard.warehouse import Reader
from dashboard.warehouse.scoring import CARRIER, JUDGED, Link, Scores

Effects = tuple[tuple[str, float], ...]

PRICED: Final = ("density_class", "service", "product_class")
"""Factors of which each combination has a cost of its own."""

_FITS: Final[dict[str, tuple[Link, Callable[..., MixFit]]]] = {
    "share": ("logit", fit_logistic),
    "score": ("identity", fit_additive),
    "money": ("log", fit_multiplicative),
}
_MOST_LEVELS = 60


@dataclass(frozen=True, eq=False)
class CaseMix:
    """A fit of the case mix.

    Attributes:
        metric: What it is fitted to; of a share, what is missing from it is counted.
        scores: Intercept and effects of the factors, on the predictor of the fit: the
            logit of a failure, the rating, the logarithm of cost. The effects of a
            factor's levels sum to zero.
        carriers: Each carrier's effect beside them; they sum to zero too, and no
            expectation holds them.
        hoped: What was to be expected of each carrier's own work, where it was fitted.
        base, observed: What it was fitted to: denominators, and what was counted.
        strata: Combinations of levels and carrier that it was fitted to.
        carried: What each carrier carried: factor, level, carrier, base.
    """

    metric: str
    scores: Scores
    carriers: Effects
    hoped: Effects
    base: float
    observed: float
    strata: int
    carried: pl.DataFrame

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
        return replace(self, scores=replace(self.scores, effects=effects))


def case_mix(reader: Reader, scope: Scope, metric: str = JUDGED) -> CaseMix:
    """Fit a metric to the factors of queries/case_mix.toml, with an effect per carrier.

    Shares by a logistic regression of what is missing from them, scores by an additive
    one, money by a multiplicative one, in which each combination of `PRICED` has an
    effect of its own: prices are lists, not products.

    Args:
        reader: The snapshot.
        scope: Whose rows it is fitted to: its period and filters.
        metric: A share, a score or money.

    Raises:
        ScopeError: The scope has no row of the metric.
        NotEnoughDataError: All ended alike.
    """
    asked = scope.during(scope.period)
    key = (case_mix.__qualname__, metric, asked)
    return reader.once(key, lambda: _fitted(reader, asked, metric))


def expected(
    reader: Reader,
    by: Sequence[str],
    scope: Scope,
    fitted: CaseMix | None = None,
    *,
    spread: bool = False,
) -> pl.DataFrame:
    """What a metric counts in a scope beside what its case mix lets expect, by dimensions.

    Args:
        reader: The snapshot.
        by: Dimension names, cuts of time among them, or 'driver'; null is '(none)'.
        scope: Period and filters of what is counted.
        fitted: What is expected by; a fit of breaches to all deliveries of the period,
            whatever the filters, by default.
        spread: Whether variance is wanted.

    Returns:
        One row per group, sorted: the dimensions, base, observed, expected (prediction
        with carrier effect 0) and, where it is wanted, variance (of shares: Σ p(1 − p),
        without over-dispersion). No row where nothing is counted.

    Raises:
        UnknownNameError: A dimension is not in the catalogue.
        AccessError: Drivers are asked for, and the policy does not show them.
        ScopeError: The whole period has no row of the metric.
        NotEnoughDataError: The case mix cannot be fitted.
    """
    model = fitted or case_mix(reader, Scope(scope.period))
    asked = scope.during(scope.period)
    found = reader.mixes.scored(model.metric, model.scores, by, asked, spread=spread)
    return found.filter((pl.col("base") > 0) | (pl.col("observed") != 0))


def carried(reader: Reader, scope: Scope, fitted: CaseMix) -> pl.DataFrame:
    """What each carrier carried in a scope, by every factor of a fit's case mix.

    Returns:
        factor, level, carrier, base.
    """
    asked = scope.during(scope.period)
    if not (asked.filters or asked.where):
        return fitted.carried
    factors = reader.mixes.factors(fitted.metric)
    return _carried(reader.mixes.strata(fitted.metric, factors, asked), factors)


def _fitted(reader: Reader, scope: Scope, metric: str) -> CaseMix:
    plain = reader.mixes.factors(metric)
    found = reader.mixes.strata(metric, plain, scope)
    if not found.height:
        raise ScopeError(nothing_found(reader, scope))
    link, fit = _FITS[reader.catalog.metric(metric).unit]
    factors, rows = _priced(plain, found) if link == "log" else (plain, found)
    columns = [factor.name for factor in factors] + [CARRIER]
    levels = {name: known for name in columns if len(known := _levels(rows, name)) > 1}
    base, observed = (rows[name].to_numpy() for name in ("base", "observed"))
    fitted = fit(base, observed, _design(rows, levels))
    effects = _by_level(levels, fitted.effects.tolist())
    work = _design(rows, {name: known for name, known in levels.items() if name != CARRIER})
    predictor = work.times(np.array([fitted.intercept, *fitted.effects[: work.width - 1]]))
    return CaseMix(
        metric=metric,
        scores=Scores(fitted.intercept, _of_factors(factors, effects), link),
        carriers=effects.get(CARRIER, ()),
        hoped=_hoped(rows, predictor, link),
        base=base.sum().item(),
        observed=observed.sum().item(),
        strata=rows.height,
        carried=_carried(found, plain),
    )


def _design(rows: pl.DataFrame, levels: dict[str, list[str]]) -> Levels:
    codes = [_codes(rows, name, known) for name, known in levels.items()]
    return Levels(rows.height, codes, [len(known) for known in levels.values()])


def _hoped(rows: pl.DataFrame, predictor: np.ndarray, link: Link) -> Effects:
    """Per carrier, what its rows let expect at average skill."""
    each = rows["base"].cast(pl.Float64) * pl.Series(MEANS[link](predictor))
    summed = rows.select(CARRIER, hoped=each).group_by(CARRIER).agg(pl.col("hoped").sum())
    return tuple(summed.sort(CARRIER).iter_rows())


def _priced(factors: Sequence[Factor], rows: pl.DataFrame) -> tuple[list[Factor], pl.DataFrame]:
    """The factors with those of `PRICED` taken together, and the rows with that column."""
    own = [one for one in factors if one.name in PRICED]
    if len(own) < len(PRICED):
        return list(factors), rows
    label = ", ".join(one.label.lower() for one in own)
    together = Factor("priced", f"{label} together", "", parts=tuple(one.sql for one in own))
    text = pl.concat_str([one.name for one in own], separator=TOGETHER)
    return [together, *(one for one in factors if one not in own)], rows.with_columns(priced=text)


def _carried(rows: pl.DataFrame, factors: Sequence[Factor]) -> pl.DataFrame:
    parts = [
        rows.group_by(pl.col(one.name).alias("level"), CARRIER)
        .agg(pl.col("base").cast(pl.Float64).sum())
        .select(pl.lit(one.name).alias("factor"), "level", CARRIER, "base")
        for one in factors
    ]
    kinds = {
        "factor": pl.String(),
        "level": pl.String(),
        CARRIER: pl.String(),
        "base": pl.Float64(),
    }
    return pl.concat([pl.DataFrame(schema=kinds), *parts]).sort("factor", "level", CARRIER)


def _levels(rows: pl.DataFrame, name: str) -> list[str]:
    """The levels of a factor that enough deliveries have, at most 60.

    The most frequent first: the scoring SQL tries them in this order.
    """
    counted = rows.group_by(name).agg(pl.col("base").sum()).filter(pl.col("base") >= FEWEST)
    most = counted.sort(["base", name], descending=[True, False]).head(_MOST_LEVELS)
    return most[name].to_list()


def _codes(rows: pl.DataFrame, name: str, levels: Sequence[str]) -> np.ndarray:
    """Place of each row's level; −1 for a level that too few deliveries have."""
    places = pl.DataFrame({name: levels, "place": range(len(levels))})
    found = rows.select(name).join(places, on=name, how="left", maintain_order="left")
    return found["place"].fill_null(-1).to_numpy()


def _by_level(levels: dict[str, list[str]], effects: Sequence[float]) -> dict[str, Effects]:
    """Each factor's levels with their effects, from the effects in one row."""
    found, start = {}, 0
    for name, own in levels.items():
        found[name] = tuple(zip(own, effects[start : start + len(own)], strict=True))
        start += len(own)
    return found


def _of_factors(
    factors: Sequence[Factor], effects: dict[str, Effects]
) -> tuple[tuple[Factor, Effects], ...]:
    return tuple((one, effects[one.name]) for one in factors if one.name in effects)
