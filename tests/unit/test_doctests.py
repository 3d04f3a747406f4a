"""The examples in docstrings run as they are written."""

import doctest
from types import ModuleType

import pytest

from dashboard.charts import formats
from dashboard.contracts import numbers
from dashboard.stats import carriers
from dashboard.stats.settlement import exact
from dashboard.ui import text


@pytest.mark.parametrize(
    "module", [formats, text, numbers, exact, carriers], ids=lambda module: module.__name__
)
def test_examples_in_docstrings_are_true(module: ModuleType) -> None:
    found = doctest.testmod(module)

    assert found.attempted > 0
    assert found.failed == 0
