"""H3 cells: hexagons that tile the earth, each made up of about seven smaller ones.

Deliveries keep the cell of the finest resolution; larger ones follow from it.
"""

import re
from collections.abc import Sequence
from typing import Any

import h3ronpy
import numpy as np
import pyarrow as pa
from h3ronpy.vector import cells_to_coordinates, cells_to_wkb_polygons

FINEST = 8
CELL_SIZES = {8: "0.7 km²", 7: "5 km²", 6: "36 km²", 5: "250 km²"}
RESOLUTIONS = tuple(CELL_SIZES)
"""What a map may be cut into, the finest first."""

Ring = list[list[float]]
"""A closed line of points, longitude first."""

_MOST_NEIGHBOURS = 7
_KINDS = {3: "polygon", 6: "polygons"}


def dimension(resolution: int) -> str:
    """The dimension that splits deliveries by the cells of a resolution."""
    return "cell" if resolution == FINEST else f"cell_{resolution}"


DIMENSIONS = {dimension(resolution): resolution for resolution in RESOLUTIONS}
"""The resolution of each dimension of cells."""


def resolution_of(cell: str) -> int:
    """The resolution of a cell."""
    return int(cell[1], 16)


def is_cell(text: str, resolution: int) -> bool:
    """Whether a text is written like a cell of a resolution."""
    return re.fullmatch(rf"8{resolution}[0-9a-f]{{13}}", text) is not None


def is_any_cell(text: str) -> bool:
    """Whether a text is written like a cell of any resolution of a map."""
    return any(is_cell(text, resolution) for resolution in RESOLUTIONS)


def parents(cells: Sequence[str], resolution: int) -> list[str | None]:
    """The cell of a resolution that each cell lies in; None for one that is larger itself."""
    found: list[str | None] = [None] * len(cells)
    fine = [at for at, cell in enumerate(cells) if resolution_of(cell) >= resolution]
    larger = h3ronpy.change_resolution(_numbers([cells[at] for at in fine]), resolution)
    for at, cell in zip(fine, _texts(larger), strict=True):
        found[at] = cell
    return found


def rings(cells: Sequence[str]) -> np.ndarray:
    """Each cell's place and those of its neighbours.

    Args:
        cells: Of one resolution, each once.

    Returns:
        Cells × 7: positions in `cells`, the cell itself first, −1 where none is there.
    """
    found = np.full((len(cells), _MOST_NEIGHBOURS), -1)
    found[:, 0] = np.arange(len(cells))
    if not cells:
        return found
    numbers = pa.array(_numbers(cells)).to_numpy()
    order = np.argsort(numbers)
    disks = pa.array(h3ronpy.grid_disk(_numbers(cells), 1))
    near = disks.flatten().to_numpy()
    own = np.repeat(np.arange(len(cells)), disks.value_lengths().to_numpy())
    place = order[np.searchsorted(numbers, near, sorter=order).clip(max=len(cells) - 1)]
    held = (numbers[place] == near) & (place != own)
    own, place = own[held], place[held]
    column = np.arange(len(own)) - np.searchsorted(own, own)
    found[own, 1 + column] = place
    return found


def outlines(cells: Sequence[str]) -> list[list[Ring]]:
    """The borders of cells taken together: per patch its outer ring, then its holes."""
    if not cells:
        return []
    patches = pa.array(cells_to_wkb_polygons(_numbers(cells), link_cells=True)).to_pylist()
    return [rings_ for patch in patches for rings_ in _read_wkb(patch)]


def centres(cells: Sequence[str]) -> list[tuple[float, float]]:
    """The middle of each cell: latitude, longitude."""
    found = pa.table(cells_to_coordinates(_numbers(cells))).to_pydict()
    return list(zip(found["lat"], found["lng"], strict=True))


def _numbers(cells: Sequence[str]) -> Any:  # noqa: ANN401 - an Arrow array of its own kind
    return h3ronpy.cells_parse(pa.array(cells, pa.string()))


def _texts(numbers: Any) -> list[str]:  # noqa: ANN401
    return pa.array(h3ronpy.cells_to_string(numbers)).to_pylist()


def _read_wkb(patch: bytes) -> list[list[Ring]]:
    """Read a polygon, or several, of well-known binary in little endian."""
    kind = int.from_bytes(patch[1:5], "little")
    if _KINDS[kind] == "polygon":
        return [_polygon(patch, 0)[0]]
    count, at, found = int.from_bytes(patch[5:9], "little"), 9, []
    for _ in range(count):
        one, at = _polygon(patch, at)
        found.append(one)
    return found


def _polygon(patch: bytes, start: int) -> tuple[list[Ring], int]:
    count, at = int.from_bytes(patch[start + 5 : start + 9], "little"), start + 9
    found = []
    for _ in range(count):
        points = int.from_bytes(patch[at : at + 4], "little")
        line = np.frombuffer(patch, "<f8", 2 * points, at + 4).reshape(points, 2)
        found.append(np.round(line, 6).tolist())
        at += 4 + 16 * points
    return found, at
