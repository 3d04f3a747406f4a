"""The sentences beside themes: what was counted, against what, and how many tests."""

from collections.abc import Sequence

from dashboard.analysis.satisfaction.examples import Example
from dashboard.analysis.satisfaction.silent import MATURE_DAYS, SilentFailures
from dashboard.analysis.satisfaction.themes import FEWEST_CASES, LEVEL, ThemeReview
from dashboard.charts import formats
from dashboard.themes import Themes


def family(found: ThemeReview) -> str:
    """What is compared by zone, and how many comparisons share one correction."""
    if found.base is None:
        return "nothing lies before these days to compare with"
    return (
        f"per 1,000 deliveries due (comments: per 1,000 comments) against "
        f"{formats.period(found.base)} · rising: at most {LEVEL:.0%} of such calls are false "
        f"over the family of {formats.number(len(found.zones))} themes × zones with "
        f"{FEWEST_CASES} cases in both periods together"
    )


def counted(found: ThemeReview) -> str:
    """How much was said, and how much of it no keyword knows."""
    contacts, comments = found.now["contacts"], found.now["comments"]
    return (
        f"themes by keyword · {formats.number(contacts.said)} deliveries with a contact, "
        f"{formats.number(contacts.unmatched)} of them without a theme · "
        f"{formats.number(comments.said)} comments, {formats.number(comments.unmatched)} "
        f"without · one may hold several themes · n{formats.GAP}{formats.number(found.due)} due"
    )


def examples(found: Sequence[Example], themes: Themes, asked: tuple[str, str, str]) -> str:
    """What the examples are."""
    source, theme, zone = asked
    if not found:
        return "No text to show: nothing in view was written about this theme."
    return (
        f"The newest {len(found)} {source} about “{themes.label(theme)}”, {zone}. Names, "
        "numbers and addresses are masked, perhaps not every one: treat them as personal data."
    )


def silent_unit(found: SilentFailures) -> str:
    """Which promises are judged."""
    return (
        f"missed promises with no survey answer and no later order · due for {MATURE_DAYS} days, "
        f"customer known · n{formats.GAP}{formats.number(found.whole.missed)}"
    )
