"""The finding of the Satisfaction page in one sentence, and what it could not show."""

from typing import TYPE_CHECKING

from dashboard.analysis.satisfaction.ratings import Satisfaction
from dashboard.analysis.satisfaction.themes import ThemeReview

if TYPE_CHECKING:
    from dashboard.analysis.satisfaction.lateness_cost import LatenessCost
    from dashboard.analysis.satisfaction.silent import SilentFailures


def finding(said: Satisfaction, cost: "LatenessCost", review: ThemeReview) -> str:
    """What a manager should know first; claims only what intervals and tests carry."""
    first = said.message
    for what, lost in (("An hour late", cost.hour), ("A day's promise missed", cost.days)):
        if said.whole.replies and lost is not None and lost.high < 0:
            first = f"{what} costs {-lost.value:.2f} of 5 stars"
            break
    return f"{first}; {_small(review.message)}" if review.base else first


def lacking(
    said: Satisfaction, review: ThemeReview, silent: "SilentFailures"
) -> tuple[tuple[str, str], ...]:
    """What has no figure here, and the contract's columns that would give it."""
    contacts, comments = review.now["contacts"], review.now["comments"]
    return tuple(
        (what, column)
        for what, column, is_there in (
            ("Satisfaction", "surveys.rating", said.whole.replies),
            ("Recommendation", "surveys.recommend", said.whole.recommendation),
            ("Contacts", "contacts.delivery_id", contacts.said),
            ("Comments", "surveys.comment", comments.said),
            ("Silent failures", "deliveries.customer_id", silent.known),
        )
        if not is_there
    )


def _small(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
