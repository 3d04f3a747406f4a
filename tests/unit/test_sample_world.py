"""The made-up world behind the sample: exact probabilities, chance, zones, null worlds."""

import hashlib
import json
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sample_data import TRUTHS, Options, carriers, customers, effects, world, write_sample, zones
from sample_data.chance import even_shares, pick_by_row, stream
from sample_data.days import QUARTERS, day_number, utc_midnight, utc_seconds
from sample_data.names import CARRIERS, KESTREL, PREMIUM, SEGMENTS, WREN


def quarter(number: int, options: Options) -> pl.DataFrame:
    who = customers.draw(options.deliveries, options.seed)
    return world.quarter(who, options, number)


@pytest.fixture(scope="module")
def after() -> pl.DataFrame:
    return quarter(7, Options(deliveries=400_000))


@pytest.fixture(scope="module")
def null_world() -> pl.DataFrame:
    options = Options(deliveries=100_000, null=True)
    return pl.concat([quarter(number, options) for number in range(8)])


def expected(frame: pl.DataFrame, rows: pl.Expr) -> float:
    due = frame.filter(pl.col("is_due") & rows)
    return 1 - float(due.select(pl.col("late_probability").mean()).item())


def digests(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
    }


def test_the_same_seed_writes_the_same_bytes_and_another_seed_others(
    tmp_path: Path,
) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        write_sample(tmp_path / name, Options(deliveries=2_000, seed=seed))
    first, again, other = (digests(tmp_path / name) for name in "abc")

    assert first == again
    assert {name for name in first if first[name] == other[name]} == {
        *("calendar.csv", "carrier_master.csv", "contract_windows.csv"),
        *("finance_targets.csv", "network_zones.csv", "tms_export_log.csv"),
    }


def test_progress_is_told_from_nothing_to_all(tmp_path: Path) -> None:
    told: list[tuple[str, float]] = []

    write_sample(tmp_path, Options(deliveries=400), lambda *step: told.append(step))

    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)


def test_a_sample_too_small_for_the_world_is_refused() -> None:
    with pytest.raises(ValueError, match="399 deliveries was asked for; at least 400"):
        Options(deliveries=399)


def test_premium_is_expected_to_be_exactly_as_planted(after: pl.DataFrame) -> None:
    before = quarter(6, Options(deliveries=400_000))
    premium = pl.col("segment") == PREMIUM

    assert expected(before, premium) == pytest.approx(0.94, abs=1e-4)
    assert expected(after, premium) == pytest.approx(0.92, abs=1e-4)


def test_mix_and_rate_of_the_carriers_explain_the_fall(after: pl.DataFrame) -> None:
    before = quarter(6, Options(deliveries=400_000))
    mix = rate = 0.0
    whole = (expected(before, _premium()) + expected(after, _premium())) / 2
    for group in (_premium() & _kestrel(), _premium() & ~_kestrel()):
        (w0, r0), (w1, r1) = _weight(before, group), _weight(after, group)
        mix += (w1 - w0) * ((r0 + r1) / 2 - whole)
        rate += (r1 - r0) * (w0 + w1) / 2

    assert mix + rate == pytest.approx(-0.02, abs=1e-4)
    assert mix == pytest.approx(-0.008, abs=0.0015)
    assert rate == pytest.approx(-0.012, abs=0.0015)


def _premium() -> pl.Expr:
    return pl.col("segment") == PREMIUM


def _kestrel() -> pl.Expr:
    return pl.col("carrier") == KESTREL


def _weight(frame: pl.DataFrame, group: pl.Expr) -> tuple[float, float]:
    due = frame.filter("is_due")
    share = due.filter(group).height / due.filter(_premium()).height
    return share, expected(frame, group)


def test_the_hot_cell_is_expected_to_be_exactly_as_planted(after: pl.DataFrame) -> None:
    hot = pl.Series(carriers.in_hot_zones(after))
    osprey = pl.col("carrier") == CARRIERS.index("Osprey")

    assert expected(after, hot & osprey) == pytest.approx(0.61, abs=1e-9)
    assert after.filter(hot & osprey & pl.col("is_due")).height == 270


@pytest.mark.parametrize("segment", TRUTHS.late_share)
def test_calendar_and_noise_move_no_segment_s_expected_rate(
    after: pl.DataFrame, segment: str
) -> None:
    rows = pl.col("segment") == SEGMENTS.index(segment)

    assert expected(after, rows) == pytest.approx(1 - TRUTHS.late_share[segment], abs=1e-9)


def test_outside_the_truths_carriers_differ_by_nothing_but_what_they_carry(
    after: pl.DataFrame,
) -> None:
    # Same segment, density, service, product, day, route-day: same probability.
    same = ["segment", "density", "service", "product", "route"]
    planted = effects.targets(after, QUARTERS[7], null=False)[: -len(TRUTHS.late_share)]
    others = after.filter(~np.any([target.rows for target in planted], axis=0))

    spread = others.group_by(same).agg(
        (pl.col("late_probability").max() - pl.col("late_probability").min()).alias("gap")
    )
    assert spread["gap"].max() == pytest.approx(0, abs=1e-12)


def test_a_null_world_has_no_carrier_zone_or_quarter_effect(
    null_world: pl.DataFrame,
) -> None:
    due = null_world.filter("is_due").with_columns(
        evened=pl.col("late_probability").mean().over("density", "service", "product")
    )

    for column in ("carrier", "depot", "segment"):
        ratio = due.group_by(column).agg(
            (pl.col("late_probability").sum() / pl.col("evened").sum()).alias("ratio"),
            pl.len(),
        )
        assert ratio["ratio"].to_list() == pytest.approx([1.0] * ratio.height, abs=0.04)


def test_a_null_world_keeps_its_noise(null_world: pl.DataFrame) -> None:
    # Within one kind of delivery the calendar and the shared luck are all that differ.
    kind = (pl.col("density") == 1) & (pl.col("service") == 2) & (pl.col("product") == 0)
    odds = pl.col("late_probability") / (1 - pl.col("late_probability"))
    depot = (pl.col("group") // len(CARRIERS)).alias("depot_day")
    by_route = (
        null_world.filter(kind).group_by(depot, "route").agg(odds.log().first().alias("logit"))
    )
    by_depot = by_route.group_by("depot_day").agg(pl.col("logit").var().alias("variance"))

    within = np.sqrt(by_depot["variance"].drop_nulls().to_numpy().mean())
    assert within == pytest.approx(TRUTHS.world.route_day_sd, abs=0.01)


def test_kestrel_keeps_its_share_in_a_null_world(null_world: pl.DataFrame) -> None:
    last = null_world.filter(_premium() & (pl.col("day") >= int(QUARTERS[7].days[0])))

    assert last.filter(_kestrel()).height / last.height == pytest.approx(0.15, abs=0.01)


def test_wren_holds_a_third_of_every_zone_that_heron_and_swift_serve(
    after: pl.DataFrame,
) -> None:
    before = quarter(6, Options(deliveries=400_000))
    both = pl.concat([before, after])
    shares = both.group_by("zone").agg((pl.col("carrier") == WREN).mean().alias("wren"), pl.len())

    # A zone sees some 800 deliveries in two quarters: 0.35 less a little chance.
    assert shares.filter(pl.col("wren") < 0.33).is_empty()
    assert shares.filter(pl.col("wren") < 0.35).height <= 3


@pytest.mark.parametrize(
    ("carrier", "home", "share"),
    [
        ("Heron", pl.col("density") == 2, 0.75),
        ("Swift", (pl.col("density") == 0) & (pl.col("product") == 0), 0.85),
    ],
)
def test_heron_drives_the_rim_and_swift_the_small_parcels_of_the_core(
    after: pl.DataFrame, carrier: str, home: pl.Expr, share: float
) -> None:
    own = after.filter(pl.col("carrier") == CARRIERS.index(carrier))

    assert own.height == pytest.approx(6_000, rel=0.08)
    assert own.filter(home).height / own.height == pytest.approx(share, abs=0.04)


def test_deliveries_lie_inside_their_zone(after: pl.DataFrame) -> None:
    located = after.filter(pl.col("quality") == 0)
    corners = zones.CORNERS[located["zone"].to_numpy()]
    point = located.select("latitude", "longitude").to_numpy()[:, None, :]
    edge = np.roll(corners, -1, axis=1) - corners
    gap = point - corners

    # Zones are convex: a point inside lies on the same side of all six edges.
    side = edge[..., 0] * gap[..., 1] - edge[..., 1] * gap[..., 0]
    assert bool(((side <= 0).all(axis=1) | (side >= 0).all(axis=1)).all())


def test_zones_14_and_15_share_an_edge() -> None:
    outlines = [json.loads(zones.polygon(zones.CODES.index(code))) for code in ("Z14", "Z15")]
    corners = [{tuple(corner) for corner in o["coordinates"][0]} for o in outlines]

    assert len(corners[0] & corners[1]) == 2


def test_sixty_zones_tile_the_network_without_gaps() -> None:
    corners = {tuple(corner) for zone in zones.CORNERS for corner in zone}
    edges: dict[frozenset[tuple[float, ...]], int] = {}
    for zone in zones.CORNERS:
        for a, b in zip(zone, np.roll(zone, -1, axis=0), strict=True):
            edge = frozenset((tuple(a), tuple(b)))
            edges[edge] = edges.get(edge, 0) + 1

    # Euler's formula for a disc: corners - edges + faces = 1.
    assert set(edges.values()) == {1, 2}
    assert len(corners) - len(edges) + len(zones.CORNERS) == 1


def test_clock_changes_move_noon_and_midnight_on_the_right_days() -> None:
    # The clock goes forward on the second of these days.
    spring = day_number(date(2025, 3, 29)) + np.arange(3)

    noon = utc_seconds(spring, np.full(3, 720)) % 86_400 // 3_600
    midnight = -utc_midnight(spring) % 86_400 // 3_600

    assert noon.tolist() == [11, 10, 10]
    assert midnight.tolist() == [1, 1, 2]


def test_picking_by_row_follows_the_weights_of_that_row() -> None:
    rows = np.repeat([0, 1], 50_000)

    picked = pick_by_row(stream(1, "test"), [(1, 0, 3), (0, 1, 0)], rows)

    assert set(picked[rows == 1].tolist()) == {1}
    assert (picked[rows == 0] == 2).mean() == pytest.approx(0.75, abs=0.01)
    assert not (picked[rows == 0] == 1).any()


def test_even_shares_deal_to_within_one() -> None:
    dealt = even_shares(stream(1, "test"), (0.5, 0.3, 0.2), 1_001)

    assert np.bincount(dealt).tolist() == pytest.approx([500.5, 300.3, 200.2], abs=1)
