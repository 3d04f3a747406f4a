"""What proof of delivery a segment asks for, and what carriers give at the door.

Each proof asked for is given as often as planted, and by one carrier less often in one
segment; lockers give their pin, which is what is asked of them.
"""

from typing import Final

import numpy as np
import polars as pl

from .chance import Flags, Floats, Ints, stream
from .names import CARRIERS, PLOVER, PROOFS, SEGMENTS, STATUSES
from .truths import TRUTHS

DELIVERED: Final = STATUSES.index("delivered")
NONE: Final = PROOFS.index("none")
PIN: Final = PROOFS.index("pin")
OTHERWISE_NONE: Final = 0.6
"""Of the deliveries without the proof asked for, those without any."""


def add(frame: pl.DataFrame, seed: int, part: int, *, null: bool) -> pl.DataFrame:
    """Add what proof is asked for, and let carriers give it as often as planted.

    `proof` and `required` are positions; what is given where nothing is asked for stays.
    """
    rng = stream(seed, "proof asked for", part)
    required = _required(frame)
    given = frame["proof"].to_numpy()
    met = rng.random(frame.height) < _met_share(frame, null=null)
    without = rng.random(frame.height) < OTHERWISE_NONE
    other = np.where((given == required) | without, NONE, given)
    asked = (required != NONE) & (frame["status"].to_numpy() == DELIVERED)
    proof = np.where(asked, np.where(met, required, other), given)
    return frame.with_columns(proof=pl.Series(proof), required=pl.Series(required))


def _required(frame: pl.DataFrame) -> Ints:
    """The proof that a delivery's segment asks for; of lockers their pin."""
    wanted = [PROOFS.index(TRUTHS.proof.required.get(name, "none")) for name in SEGMENTS]
    asked = np.array(wanted)[frame["segment"].to_numpy()]
    return np.where((asked != NONE) & _is_locker(frame), PIN, asked)


def _met_share(frame: pl.DataFrame, *, null: bool) -> Floats:
    truth = TRUTHS.proof
    lax = (frame["carrier"] == CARRIERS.index(truth.lax_carrier)) & (
        frame["segment"] == SEGMENTS.index(truth.lax_segment)
    )
    share = np.where(lax.to_numpy() & (not null), truth.lax_met, truth.met)
    return np.where(_is_locker(frame), 1.0, share)


def _is_locker(frame: pl.DataFrame) -> Flags:
    return frame["carrier"].to_numpy() == PLOVER
