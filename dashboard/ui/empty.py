"""When nothing is left: which filter did it."""

from collections.abc import Callable, Mapping

from dashboard.scope import Scope


def why_empty(scope: Scope, labels: Mapping[str, str], has_rows: Callable[[Scope], bool]) -> str:
    """Name the filter that emptied a scope.

    Args:
        scope: A scope that holds no delivery.
        labels: What people call each dimension.
        has_rows: Whether a scope holds any delivery.

    Returns:
        A sentence; empty when it is not the filters.
    """
    said = {name: f"{labels[name]}: {', '.join(values)}" for name, values in scope.filters}
    guilty = [said[name] for name in said if has_rows(_without(scope, name))]
    if guilty and len(said) == 1:
        return f"No delivery is left with “{guilty[0]}” in these days."
    if guilty:
        return (
            f"No delivery is left. There would be some without “{'” or without “'.join(guilty)}”."
        )
    if said and has_rows(Scope(period=scope.period)):
        return f"No delivery has all of these at once: {'; '.join(said.values())}."
    return ""


def _without(scope: Scope, name: str) -> Scope:
    return scope.within(**{name: ()})
