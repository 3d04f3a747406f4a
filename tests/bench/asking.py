"""Questions: the data of every page, and every report, from roll-ups and from the rows.

A new page is one entry of `PAGES`; new reports of the catalogue come by themselves.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType

import duckdb

from dashboard import analysis, tree
from dashboard.access import LOCAL_USER
from dashboard.analysis.breach_map.hotspots import breach_map
from dashboard.analysis.breach_map.places import counted
from dashboard.analysis.carriers.comparison import compare_carriers
from dashboard.analysis.carriers.quarters import carrier_trajectory
from dashboard.analysis.carriers.reallocation import Move, reallocation
from dashboard.analysis.carriers.review import carrier_review
from dashboard.analysis.causes.faults import faults
from dashboard.analysis.causes.search import causes
from dashboard.analysis.deliveries.money import breach_money
from dashboard.analysis.experiments.experiment import experiment
from dashboard.analysis.experiments.planning import Wish, plan
from dashboard.analysis.forecasting.review import Basis, forecast
from dashboard.analysis.quantiles import quantiles
from dashboard.analysis.satisfaction.ratings import satisfaction
from dashboard.analysis.satisfaction.silent import silent_failures
from dashboard.analysis.satisfaction.themes import themes
from dashboard.analysis.settlement import quarter as settling
from dashboard.contracts import Contract, read_contract, vocabulary
from dashboard.scope import Period, Scope
from dashboard.warehouse import Reader, Warehouse
from dashboard.warehouse.engine import Engine
from dashboard.warehouse.gate import tables_named
from tests.bench import drilling
from tests.bench.apart import middle, seconds
from tests.bench.peers.snapshot import QUARTER

Ask = Callable[[Reader, Scope], object]

_TIMES = 5
_REVIEW_UNITS = {"no filter": 0.5, "one filter": 3.0}
_ANY_UNITS = 20.0


@dataclass(frozen=True)
class Page:
    """What a page asks for.

    Attributes:
        name: Of the page, and of its part.
        ask: The analysis behind it; a scope cuts it.
        is_review: Whether it is looked at in a review, and held to the stricter targets.
        units: Its own target, whatever the scope.
    """

    name: str
    ask: Ask
    is_review: bool = True
    units: float | None = None

    def most(self, cut: str) -> float:
        """Units that it should take at 10 million deliveries."""
        if self.units is not None:
            return self.units
        return _REVIEW_UNITS.get(cut, _ANY_UNITS) if self.is_review else _ANY_UNITS


def _kestrel(reader: Reader) -> Contract:
    """The sample's contract, counting the days of the snapshot."""
    path = tree.root() / "sample_data" / "contracts" / "kestrel-2026.toml"
    found = read_contract(path, vocabulary(reader.catalog))
    terms = found.contract.model_copy(update={"timezone": reader.manifest.time_zone})
    return found.model_copy(update={"contract": terms})


def _work(scope: Scope) -> Scope:
    """The days alone: what a lost carrier did in two zones of others is nothing."""
    return Scope(scope.period)


PAGES = (
    Page("Overview", analysis.scoreboard),
    Page(
        "Definitions: every metric by segment",
        lambda reader, scope: analysis.figures(
            reader, list(reader.catalog.metrics), ["segment"], scope
        ),
    ),
    Page(
        "Lateness quantiles by segment",
        lambda reader, scope: quantiles(reader, "lateness", ["segment"], scope),
    ),
    Page(
        "Cost to serve: segments under every rule",
        lambda reader, scope: analysis.cost_to_serve(reader, "booked", scope),
    ),
    Page(
        "Service: segments, services and charts",
        lambda reader, scope: analysis.service(reader, scope, "on_time_rate"),
    ),
    Page("Satisfaction: ratings by segment", satisfaction),
    Page("Satisfaction: themes of two years", themes, is_review=False),
    Page("Satisfaction: silent failures", silent_failures, is_review=False),
    Page(
        "Root causes: search",
        lambda reader, scope: causes(reader, scope, "change" if scope.versus else "level"),
        is_review=False,
        units=100.0,
    ),
    Page("Root causes: declared against evidence", faults, is_review=False),
    Page(
        "Forecast: scores, steps, tracking, capacity",
        lambda reader, scope: forecast(reader, scope, Basis()),
        is_review=False,
    ),
    Page("Breach map: places by week", counted, is_review=False, units=10.0),
    Page("Breach map: hot spots", breach_map, is_review=False),
    Page(
        "Deliveries: breaches in money",
        lambda reader, scope: breach_money(reader, ("segment",), scope),
        is_review=False,
    ),
    Page("Comparison: carriers by case mix", compare_carriers, is_review=False),
    Page("Comparison: six quarters", carrier_trajectory, is_review=False),
    Page(
        "Comparison: carriers by cost",
        lambda reader, scope: compare_carriers(reader, scope, measure="cost_to_serve"),
        is_review=False,
    ),
    Page(
        "Comparison: a carrier lost",
        lambda reader, scope: reallocation(reader, _work(scope), Move("Swift", None, 1.0)),
        is_review=False,
    ),
    Page(
        "Carrier review: scorecard",
        lambda reader, scope: carrier_review(reader, scope, "Kestrel"),
    ),
    Page(
        "Carrier review: settlement of a quarter",
        lambda reader, _scope: settling.settlement(
            reader, settling.Asked((_kestrel(reader),), "Kestrel", "2026Q3")
        ),
        is_review=False,
        units=10.0,
    ),
    Page("Data quality: carriers' data", analysis.carrier_data, is_review=False),
)

WHOLE_PAGES: Mapping[str, Callable[[Reader], object]] = MappingProxyType(
    {
        "Data quality: account of the import": analysis.quality,
        "Experiments: one, dealt by delivery": lambda reader: experiment(reader, "arrival-alerts"),
        "Experiments: one, dealt by customer": lambda reader: experiment(
            reader, "evening-windows"
        ),
        "Experiments: a plan by customer": lambda reader: plan(
            reader, Wish("on_time_rate", "customer", worthwhile=0.005, expected=0.01)
        ),
    }
)
"""What pages ask that look at the whole snapshot, whatever the scope."""


@dataclass(frozen=True)
class Asked:
    """One question's times.

    Attributes:
        what: The page or report, and how far its rows are cut.
        kept: Seconds from roll-ups where they can answer, as a page is served; the median.
        first: The same, the first time: roll-ups are read from disk then.
        scanned: Seconds from the rows alone; None where the first way scans as well.
        most: Units that it should take at 10 million deliveries; None without a target.
    """

    what: str
    kept: float
    first: float
    scanned: float | None = None
    most: float | None = None


@dataclass(frozen=True)
class Answers:
    """All questions to one snapshot.

    Attributes:
        unit: Seconds of a sum of one double column over the same files; the median.
        opened: Seconds from a warehouse's folder to the data of the first page.
    """

    unit: float
    opened: float
    asked: tuple[Asked, ...]


def ask_all(warehouse: Path) -> Answers:
    """Put every question to the newest snapshot of a warehouse."""
    units = [_sum_one_column(Warehouse(warehouse))]
    opened = seconds(lambda: analysis.scoreboard(_reader(warehouse), scopes()["no filter"]))
    reader = _reader(warehouse)
    rows = without_rollups(reader)
    asked = (*_pages(reader, rows), *_rows(reader), *_reports(reader))
    units += [_sum_one_column(Warehouse(warehouse))]
    return Answers(sum(units) / len(units), opened, asked)


def scopes() -> Mapping[str, Scope]:
    """How far a page's rows are cut: a quarter beside the one before, and filters."""
    board = Scope(QUARTER.period(), QUARTER.earlier().period())
    return {
        "no filter": board,
        "one filter": board.within(carrier="Kestrel"),
        "several filters": board.within(carrier=("Kestrel", "Heron"), zone=("Z03", "Z10")),
        "any days, several filters": Scope(
            Period(QUARTER.earlier(2).period().start.replace(day=9), QUARTER.period().end)
        ).within(service="next day", vehicle_type="electric van", depot="South"),
    }


def without_rollups(reader: Reader) -> Reader:
    """The same snapshot, its roll-ups left out: every question scans rows."""
    manifest = reader.manifest.model_copy(update={"rollup_recipe": ""})
    open_engine = reader.engine
    engine = Engine(open_engine._folder, manifest, reader.catalog, Warehouse(Path()).settings)
    return Reader(manifest, reader.policy, reader.fiscal_year_start, engine)


def _pages(reader: Reader, rows: Reader) -> Iterator[Asked]:
    for page in PAGES:
        for cut, scope in scopes().items():
            asked = _timed(f"{page.name}, {cut}", partial(page.ask, reader, scope))
            scanned = middle(partial(page.ask, rows, scope), _TIMES)
            yield replace(asked, scanned=scanned, most=page.most(cut))
    for name, ask in WHOLE_PAGES.items():
        yield _timed(name, partial(ask, reader))


def _rows(reader: Reader) -> Iterator[Asked]:
    """Pages of rows and single deliveries."""
    for one in drilling.drills(reader):
        yield replace(_timed(one.what, one.ask), most=one.most)


def _reports(reader: Reader) -> Iterator[Asked]:
    """Reports always read the rows, of a quarter where they know a period."""
    for name, report in reader.catalog.reports.items():
        if report.params != "scope":
            continue
        has_days = tables_named(report.sql) & {"deliveries", "surveys"}
        scope = Scope(QUARTER.period()) if has_days else Scope()
        yield _timed(f"report {name}", partial(reader.report, name, scope))


def _timed(what: str, ask: Callable[[], object]) -> Asked:
    first = seconds(ask)
    return Asked(what, middle(ask, _TIMES), first)


def _reader(warehouse: Path) -> Reader:
    return Warehouse(warehouse).reader(None, LOCAL_USER)


def _sum_one_column(warehouse: Warehouse) -> float:
    files = [str(warehouse.path / file.path) for file in warehouse.newest().files["deliveries"]]
    with duckdb.connect() as connection:
        statement = "select sum(distance_km) from read_parquet(?)"
        return middle(lambda: connection.execute(statement, [files]).fetchall(), _TIMES)
