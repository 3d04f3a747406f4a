"""H3 cells: larger ones, neighbours and borders, as the H3 library has them."""

import h3ronpy
import numpy as np
import pyarrow as pa
import pytest
from h3ronpy.vector import coordinates_to_cells

from dashboard import cells


def around(latitude: float, longitude: float, spread: float, resolution: int) -> list[str]:
    rng = np.random.default_rng(1)
    places = (
        pa.array(latitude + rng.normal(0, spread, 3_000)),
        pa.array(longitude + rng.normal(0, spread, 3_000)),
    )
    numbers = coordinates_to_cells(*places, resolution)
    return sorted(set(pa.array(h3ronpy.cells_to_string(numbers)).to_pylist()))


@pytest.mark.parametrize("place", [(51.3, 9.9), (-33.9, 18.4), (64.1, -21.9)])
def test_every_cell_is_first_in_its_own_ring_and_neighbours_are_mutual(
    place: tuple[float, float],
) -> None:
    held = around(*place, 0.05, 8)

    rings = cells.rings(held)

    assert rings[:, 0].tolist() == list(range(len(held)))
    assert (rings >= 0).sum(axis=1).max() == 7
    pairs = {(at, int(near)) for at, ring in enumerate(rings) for near in ring[1:] if near >= 0}
    assert pairs == {(b, a) for a, b in pairs}
    first = h3ronpy.grid_disk(h3ronpy.cells_parse(pa.array(held[:1])), 1)
    near = pa.array(h3ronpy.cells_to_string(pa.array(first)[0].values)).to_pylist()
    assert {held[at] for at in rings[0] if at >= 0} == set(near) & set(held)


def test_a_larger_cell_has_none_smaller() -> None:
    small = "881f136c45fffff"

    found = cells.parents([small, "861f136c7ffffff"], 7)

    assert found == ["871f136c4ffffff", None]
    assert cells.parents([small], 8) == [small]


def test_neighbours_have_one_border_and_those_apart_two() -> None:
    seven = [str(cell) for cell in _disk("871f136c4ffffff")]

    together, apart = cells.outlines(seven), cells.outlines([seven[0], "871f13656ffffff"])

    assert len(together) == 1
    assert len(together[0]) == 1
    assert len(together[0][0]) == 19  # 18 corners of a flower of seven, the first again
    assert len(apart) == 2
    assert cells.outlines([]) == []


def test_a_ring_without_its_middle_has_a_hole() -> None:
    around_it = [cell for cell in _disk("871f136c4ffffff") if cell != "871f136c4ffffff"]

    (patch,) = cells.outlines(around_it)

    assert len(patch) == 2
    assert sorted(map(len, patch)) == [7, 19]


def _disk(cell: str) -> list[str]:
    found = h3ronpy.grid_disk(h3ronpy.cells_parse(pa.array([cell])), 1, flatten=True)
    return pa.array(h3ronpy.cells_to_string(found)).to_pylist()
