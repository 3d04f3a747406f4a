"""The contract of the hand ledger in the design's SETTLEMENT, and its made-up counts."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from dashboard import tree
from dashboard.catalog import read_catalog
from dashboard.contracts import Contract, Vocabulary, vocabulary
from dashboard.contracts.reading import parse
from dashboard.scope import Period
from dashboard.stats.settlement import Charged, Counts, Facts, QuarterFacts

KESTREL = """
[contract]
carrier = "Kestrel"
version = 2
valid_from = 2026-01-01
valid_to = 2027-01-01
timezone = "Europe/Berlin"
currency = "EUR"
rounding = "half_up 0.01 per line"
fee_base = "carrier_charge"
maturity_days = 14
contract_cap = {percent_of_fee = "5"}

[[clause]]
id = "OT-1"
kind = "linear"
metric = "on_time_attempt_rate"
promise = "committed"
grace_minutes = 15
segment = ["Premium"]
service = []
period = "quarter"
target = "0.95"
step = "0.001"
partial_step = "none"
amount = {percent_of_fee = "0.10"}
floor = {money = "100.00"}
cap = {percent_of_fee = "2"}
min_deliveries = 200
exclusions = ["storm-2026-08"]
excused = ["wrong_address", "refused"]
need_evidence = true
interval_rule = {kind = "none"}

[[clause]]
id = "OT-2"
kind = "tier"
metric = "on_time_rate"
period = "month"
tiers = [
    {from="0.97", to="1.00", percent_of_fee="-0.5"},
    {from="0.95", to="0.97", percent_of_fee="0"},
    {from="0.92", to="0.95", percent_of_fee="1"},
    {from="0", to="0.92", percent_of_fee="3"},
]

[[clause]]
id = "OT-3"
kind = "consecutive"
of = "OT-2"
below = "0.95"
count = 2
multiplier = "1.5"

[[clause]]
id = "CR-1"
kind = "per_delivery"
condition = "lateness_minutes > 1440"
amount = {money = "4.00"}
cap = {per_delivery = "carrier_charge"}

[[clause]]
id = "MV-1"
kind = "min_volume"
committed = 6200
period = "quarter"
amount = {money = "1.10"}

[[clause]]
id = "EB-1"
kind = "earn_back"
of = ["OT-1"]
metric = "on_time_attempt_rate"
target = "0.96"
periods = 1
share = "0.5"
"""

TERMS = KESTREL[: KESTREL.index("[[clause]]")]
Q3 = Period(date(2026, 7, 1), date(2026, 9, 30))
Q4 = Period(date(2026, 10, 1), date(2026, 12, 31))


def known() -> Vocabulary:
    """What contracts may name."""
    return vocabulary(read_catalog(tree.root() / "queries"))


def contract(text: str = KESTREL, **replaced: str) -> Contract:
    """A contract from its text, with some words replaced."""
    for old, new in replaced.items():
        assert old in text
        text = text.replace(old, new)
    return parse(text, known())


def with_clauses(*clauses: str, cap: str = "") -> Contract:
    """A contract with the ledger's terms and clauses of a test's own."""
    terms = TERMS.replace('contract_cap = {percent_of_fee = "5"}', cap)
    return parse(terms + "\n".join(f"[[clause]]\n{clause}" for clause in clauses), known())


def facts(
    kept: int, counted: int, fee: str, label: str = "2026Q3", period: Period = Q3, **more: object
) -> Facts:
    """Made-up counts of a period, out of which nothing was taken."""
    counts = Counts(kept, counted)
    return Facts(label, period, counts=counts, raw=counts, fee=Decimal(fee), **more)  # ty: ignore[invalid-argument-type]


def months(*of: tuple[int, int, str]) -> tuple[Facts, ...]:
    """Made-up counts of July, August and September 2026."""
    firsts = [date(2026, 7, 1), date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)]
    return tuple(
        facts(*one, label=f"{first:%Y-%m}", period=Period(first, after - timedelta(days=1)))
        for one, first, after in zip(of, firsts, firsts[1:], strict=False)
    )


def quarter(fee: str = "41250.00", **periods: Facts | tuple[Facts, ...]) -> QuarterFacts:
    """The facts of a quarter; clause ids with `_` for `-`."""
    found = {
        name.replace("_", "-"): one if isinstance(one, tuple) else (one,)
        for name, one in periods.items()
    }
    return QuarterFacts("2026Q3", found, fee=Decimal(fee))


def ledger() -> QuarterFacts:
    """The made-up counts of the hand ledger: Kestrel, 2026 Q3."""
    return quarter(
        OT_1=facts(5_622, 6_000, "41250.00"),
        OT_2=months(
            (1_980, 2_000, "13500.00"), (1_858, 2_000, "13800.00"), (1_780, 2_000, "13950.00")
        ),
        CR_1=facts(0, 0, "41250.00", charged=(Charged(Decimal("6.8750"), 118),)),
        MV_1=facts(0, 0, "41250.00", handed_over=6_000),
        EB_1=facts(5_622, 6_000, "41250.00"),
    )


def write(folder: Path, text: str = KESTREL, name: str = "kestrel-2026.toml") -> Path:
    """Put a contract into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path
