"""Models that may challenge a forecast: each learns once, then forecasts from any origin.

Parameters are learnt before the first origin of a back-test and only the state moves on: no
origin sees its own future, and a back-test costs one fit a model.
"""

import warnings
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from typing import TypeAlias

import numpy as np
from statsmodels.tools.sm_exceptions import ConvergenceWarning, ValueWarning
from statsmodels.tsa.exponential_smoothing.ets import ETSModel
from statsmodels.tsa.forecasting.stl import STLForecast
from statsmodels.tsa.holtwinters import SimpleExpSmoothing
from statsmodels.tsa.seasonal import MSTL
from statsmodels.tsa.statespace.sarimax import SARIMAX

from dashboard.stats.forecasting.naive import steps_back

Array: TypeAlias = np.ndarray
Ahead = Callable[[Array, Array, Array], Array]
"""Values so far, their regressors, and the regressors ahead; gives the forecast ahead."""

PLAIN = "seasonal naive"
YEAR = 365
_AROUND = 15
_ORDER = (1, 0, 1)
_WINDOW = 26
_SMOOTH = 35


def learnt(
    y: Array, regressors: Array, season: int, names: Iterable[str] = ()
) -> Mapping[str, Ahead]:
    """Fit models to a series.

    Args:
        y: Values in order of time, without gaps, at least two seasons.
        regressors: Shape (values, columns): what the calendar says of each.
        season: Values a season.
        names: Of the models; all that the series can carry where none is named.

    Returns:
        By name, what forecasts from any later origin; never below 0. MSTL only where more
        than two years of days are known: a season of a year needs to be seen twice.
    """
    fits: dict[str, Callable[[], Ahead]] = {
        PLAIN: lambda: _plain(season),
        "ETS": lambda: _ets(y, season),
        "STL": lambda: _stl(season),
        "SARIMAX": lambda: _sarimax(y, regressors, season),
    }
    if len(y) > 2 * YEAR:
        fits["MSTL"] = lambda: _mstl(y, season)
    return {name: fits[name]() for name in names or fits}


def _plain(season: int) -> Ahead:
    def ahead(y: Array, _x: Array, future: Array) -> Array:
        steps = np.arange(1, len(future) + 1)
        back = [step - steps_back(int(step), season) for step in steps]
        return y[np.array(back) + len(y) - 1]

    return ahead


def _ets(y: Array, season: int) -> Ahead:
    """Level and season, additive errors."""
    with _quietly():
        params = _ets_model(y, season).fit(disp=False, maxiter=100).params

    def ahead(y: Array, _x: Array, future: Array) -> Array:
        found = _ets_model(y, season).smooth(params).forecast(len(future))
        return np.maximum(np.asarray(found), 0)

    return ahead


def _ets_model(y: Array, season: int) -> ETSModel:
    return ETSModel(
        y,
        error="add",
        seasonal="add",
        seasonal_periods=season,
        initialization_method="heuristic",
    )


def _stl(season: int) -> Ahead:
    """The season taken out by STL; the rest smoothed."""

    def ahead(y: Array, _x: Array, future: Array) -> Array:
        with _quietly():
            start = {"initialization_method": "heuristic"}
            model = STLForecast(
                y[-_WINDOW * season :],
                SimpleExpSmoothing,
                model_kwargs=start,
                period=season,
                seasonal=_SMOOTH,
                robust=False,
            )
            found = model.fit(fit_kwargs={"smoothing_level": 0.2, "optimized": False})
            said = np.asarray(found.forecast(len(future)))
        return np.maximum(said, 0)

    return ahead


def _mstl(y: Array, season: int) -> Ahead:
    """The season of the year, a factor, taken out by MSTL; the rest as STL has it.

    Each day of the year was seen two or three times only, so what MSTL finds for it is the
    mean over the two weeks around it.
    """
    parts = MSTL(np.log1p(y), periods=(season, YEAR)).fit()
    last = np.asarray(parts.seasonal)[-YEAR:, 1]
    wide = np.pad(last, _AROUND // 2, mode="wrap")
    smooth = np.convolve(wide, np.full(_AROUND, 1 / _AROUND), "valid")
    yearly = np.exp(np.roll(smooth, len(y) % YEAR))
    rest = _stl(season)

    def ahead(y: Array, x: Array, future: Array) -> Array:
        known = yearly[np.arange(len(y)) % YEAR]
        coming = yearly[np.arange(len(y), len(y) + len(future)) % YEAR]
        return rest(y / known, x, future) * coming

    return ahead


def _sarimax(y: Array, regressors: Array, season: int) -> Ahead:
    """Calendar and weekdays explain the logarithm; what they leave is autoregressive.

    The logarithm makes a promotion's lift a factor, as it is. Least squares first and
    SARIMAX on its residuals: one fit of all together takes a hundred times as long.
    """
    kept = np.ptp(regressors, axis=0) > 0
    design = _with_season(regressors[:, kept], len(y), season)
    effects = np.linalg.lstsq(design, np.log1p(y), rcond=None)[0]
    rest = np.log1p(y) - design @ effects
    with _quietly():
        params = SARIMAX(rest, order=_ORDER).fit(disp=False, maxiter=50).params
    spread = float(np.var(rest))

    def ahead(y: Array, x: Array, future: Array) -> Array:
        known = _with_season(x[:, kept], len(y), season) @ effects
        coming = _with_season(future[:, kept], len(y) + len(future), season) @ effects
        with _quietly():
            state = SARIMAX(np.log1p(y) - known, order=_ORDER).filter(params)
            found = coming + np.asarray(state.forecast(len(future)))
        return np.maximum(np.expm1(found + spread / 2), 0)

    return ahead


def _with_season(x: Array, end: int, season: int) -> Array:
    """Regressors with one column per place of the season; `end` is the place after the last."""
    places = np.arange(end - len(x), end) % season
    return np.column_stack([places[:, None] == np.arange(season)[None, :], x]).astype(float)


@contextmanager
def _quietly() -> Generator[None]:
    """Let a model that did not quite converge stand on what its back-test says."""
    with warnings.catch_warnings():
        for kind in (ConvergenceWarning, ValueWarning, RuntimeWarning, UserWarning):
            warnings.simplefilter("ignore", kind)
        yield
