"""Surveys: the late answer more often, and every late minute costs satisfaction."""

from typing import Final

import numpy as np
import polars as pl

from .chance import Flags, Floats, Ints, choose, pick_by_row, stream
from .days import AS_OF_SECONDS
from .names import STATUSES
from .texts import KEPT_COMMENTS, LATE_COMMENTS
from .truths import TRUTHS

HOUR: Final = 3_600
KEPT_RATINGS: Final = (0.03, 0.04, 0.08, 0.25, 0.60)
POOR_RATINGS: Final = (0.30, 0.20, 0.20, 0.15, 0.15)
FLAT_FROM_MINUTES: Final = 60
COMMENT_SHARE: Final = 0.06
RATING_TOO_HIGH: Final = 6


def _mean(shares: tuple[float, ...]) -> float:
    return sum(rating * share for rating, share in enumerate(shares, start=1))


def rating_drop(late_minutes: Floats, *, is_late: Flags) -> Floats:
    """Find by how much lateness lowers the mean rating; null minutes = very late."""
    truth = TRUTHS.survey
    minutes = np.nan_to_num(late_minutes, nan=np.inf).clip(1.0, FLAT_FROM_MINUTES)
    steps = (minutes - 1) / (FLAT_FROM_MINUTES - 1)
    slope = truth.drop_at_60_minutes - truth.drop_at_1_minute
    return np.where(is_late, truth.drop_at_1_minute + slope * steps, 0.0)


def draw(frame: pl.DataFrame, seed: int, part: int) -> pl.DataFrame:
    """Draw the surveys sent about closed deliveries, answered or not."""
    rng = stream(seed, "surveys", part)
    sent_to = _sent_to(frame, rng)
    late = sent_to["is_late"].to_numpy()
    truth = TRUTHS.survey
    size = sent_to.height
    sent = sent_to["resolved_at"].to_numpy() + _whole(HOUR * (2 + 22 * rng.random(size)))
    answered = sent + _whole(HOUR * rng.lognormal(2.0, 1.2, size).clip(0.05, 24 * 20))
    share = np.where(late, truth.response_late, truth.response_kept)
    replies = (rng.random(size) < share) & (answered <= AS_OF_SECONDS)
    rating = _ratings(rng, sent_to, late)
    comments = _comments(late, rng.integers(0, len(KEPT_COMMENTS), size))
    commented = replies & (rng.random(size) < COMMENT_SHARE)
    recommend = np.clip(2 * rating + rng.integers(-1, 2, size), 0, 10)
    surveys = pl.DataFrame(
        {
            "shipment_no": sent_to["delivery_id"],
            "sent": sent,
            "answered": answered,
            "stars": rating,
            "would_recommend": recommend,
            "comment": comments,
            "replies": replies,
            "commented": commented,
        }
    ).filter(pl.col("sent") <= AS_OF_SECONDS)
    return _only_replies(surveys)


def _sent_to(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    closed = ~frame["status"].is_in([STATUSES.index("open"), STATUSES.index("cancelled")])
    asked = pl.Series(rng.random(frame.height) < TRUTHS.survey.sent_share)
    columns = ("delivery_id", "is_late", "promise_is_date", "resolved_at")
    times = ("delivered_at", "committed_by")
    return frame.select(*columns, *times).filter(closed & asked)


def _comments(late: Flags, which: Ints) -> pl.Series:
    """Give those who waited other words than those who did not."""
    return pl.Series(KEPT_COMMENTS + LATE_COMMENTS).gather(which + len(KEPT_COMMENTS) * late)


def _whole(seconds: Floats) -> Ints:
    return seconds.astype(np.int64)


def _ratings(rng: np.random.Generator, sent_to: pl.DataFrame, late: Flags) -> Ints:
    """Mix poor ratings into good ones, so that the mean drops by exactly the truth."""
    seconds = pl.col("delivered_at") - pl.col("committed_by")
    minutes = pl.when(~pl.col("promise_is_date")).then((seconds / 60).ceil())
    known = sent_to.select(minutes.cast(pl.Float64)).to_series().to_numpy()
    drop = rating_drop(known, is_late=late)
    poor = rng.random(len(late)) < drop / (_mean(KEPT_RATINGS) - _mean(POOR_RATINGS))
    return pick_by_row(rng, (KEPT_RATINGS, POOR_RATINGS), poor.astype(np.int64)) + 1


def _only_replies(surveys: pl.DataFrame) -> pl.DataFrame:
    reply, comment = pl.col("replies"), pl.col("replies") & pl.col("commented")
    return surveys.select(
        "shipment_no",
        "sent",
        pl.when(reply).then("answered").alias("answered"),
        pl.when(reply).then("stars").alias("stars"),
        pl.when(reply).then("would_recommend").alias("would_recommend"),
        pl.when(comment).then("comment").alias("comment"),
    )


def too_high(surveys: pl.DataFrame, count: int, seed: int) -> pl.DataFrame:
    """Copy some replies with a rating that does not exist: dirt, beside the surveys."""
    replies = surveys["stars"].is_not_null().to_numpy()
    rows = choose(stream(seed, "dirty surveys"), replies, count)
    return surveys[rows].with_columns(stars=pl.lit(RATING_TOO_HIGH, dtype=surveys["stars"].dtype))
