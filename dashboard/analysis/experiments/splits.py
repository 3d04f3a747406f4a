"""Planned shares of arms, and guardrails with their margins, as people write them."""

from dashboard.errors import ScopeError


def read_split(text: str | None) -> dict[str, float]:
    """Read 'control=50, lockers=50' (or with ':'); nothing is equal shares.

    Raises:
        ScopeError: A share is no number above 0.
    """
    return {name: share for name, share in _pairs(text, "split", "control=50, new=50") if share}


def read_guardrails(text: str | None) -> tuple[tuple[str, float], ...]:
    """Read 'cost_to_serve:0.15, on_time_rate:0.005': metrics and margins of at least 0.

    Raises:
        ScopeError: A margin is no number of at least 0.
    """
    return tuple(_pairs(text, "guardrails", "cost_to_serve:0.15, on_time_rate:0.005"))


def _pairs(text: str | None, what: str, like: str) -> list[tuple[str, float]]:
    found = []
    for part in (text or "").replace(";", ",").split(","):
        if not part.strip():
            continue
        name, _, number = part.replace("=", ":").rpartition(":")
        try:
            value = float(number)
        except ValueError:
            value = -1.0
        if not name.strip() or not value >= 0:
            message = f"'{part.strip()}' of the {what} cannot be read; write it like '{like}'"
            raise ScopeError(message)
        found.append((name.strip(), value))
    return found
