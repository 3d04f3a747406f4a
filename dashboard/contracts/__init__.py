"""Contracts with carriers: what their clauses say, read from TOML and checked.

Nothing here computes an amount: `dashboard.stats.settlement` does.
"""

from dashboard.contracts.changing import stated, with_terms
from dashboard.contracts.clauses import (
    Clause,
    Cliff,
    Consecutive,
    EarnBack,
    Incentive,
    IntervalRule,
    Linear,
    MinVolume,
    PerDelivery,
    Rate,
    Tier,
)
from dashboard.contracts.contract import Contract
from dashboard.contracts.reading import Vocabulary, read_contract, vocabulary
from dashboard.contracts.shelf import contract_for, read_shelf
from dashboard.contracts.sums import Sum
from dashboard.contracts.wording import words

__all__ = [
    "Clause",
    "Cliff",
    "Consecutive",
    "Contract",
    "EarnBack",
    "Incentive",
    "IntervalRule",
    "Linear",
    "MinVolume",
    "PerDelivery",
    "Rate",
    "Sum",
    "Tier",
    "Vocabulary",
    "contract_for",
    "read_contract",
    "read_shelf",
    "stated",
    "vocabulary",
    "with_terms",
    "words",
]
