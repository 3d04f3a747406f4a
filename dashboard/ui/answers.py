"""Asking the analysis: answers are cached, errors become one sentence with a way out."""

from collections.abc import Callable, Generator, Hashable, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, cast

import streamlit as st

from dashboard.analysis import figures
from dashboard.errors import DashboardError, NotEnoughDataError, ScopeError
from dashboard.scope import Period, Scope
from dashboard.ui import view
from dashboard.ui.empty import why_empty
from dashboard.ui.text import plain
from dashboard.warehouse import Reader

if TYPE_CHECKING:
    from types import FunctionType

P = ParamSpec("P")
T = TypeVar("T")

_MODULES = "dashboard.analysis"


def answer(function: Callable[Concatenate[Reader, P], T], *args: P.args, **named: P.kwargs) -> T:
    """Call an analysis function on the snapshot in view, once per question.

    The cache key is spelt out: name of the function, snapshot, policy, arguments. A
    function as a cache argument raises, and one hidden from the key by an underscore
    would give another analysis' result.

    Args:
        function: A public function of `dashboard.analysis`; its first parameter is the
            reader.
        *args: The rest of its arguments, hashable.
        **named: None; one spelling of a question has one key.

    Raises:
        TypeError: An argument came by name.
    """
    if named:
        message = f"{', '.join(named)} given by name; give arguments by position"
        raise TypeError(message)
    try:
        with errors_as_sentences(but=ScopeError):
            return _ask(function, args)
    except ScopeError as error:
        st.warning(plain(_why_empty() or str(error)))
        reset_button("reset_when_empty")
        st.stop()


def compared(
    function: Callable[[Reader, Sequence[str], Sequence[str], Scope], Sequence[T]],
    metrics: tuple[str, ...],
    by: tuple[str, ...],
    scope: Scope,
    versus: Period | None,
) -> Sequence[T]:
    """The same question about the days compared with; nothing where there are none."""
    if versus is None:
        return ()
    try:
        return _ask(function, (metrics, by, scope.during(versus)))
    except ScopeError:
        return ()


def tried(function: Callable[Concatenate[Reader, P], T], *args: P.args, **_: P.kwargs) -> T | str:
    """As `answer`, for a part that the page can do without: else the sentence why not."""
    try:
        return _ask(function, args)
    except (ScopeError, NotEnoughDataError) as refused:
        return f"Nothing to show: {refused}."


def asked_of(function: Callable[Concatenate[Reader, P], T], *args: P.args, **_: P.kwargs) -> T:
    """As `answer`, for who says in words of its own what went wrong.

    Raises:
        DashboardError: As the function.
    """
    return _ask(function, args)


@contextmanager
def errors_as_sentences(but: type[DashboardError] | tuple[()] = ()) -> Generator[None, None, None]:
    """Show an error that a user can do something about, and stop the page there.

    Args:
        but: Errors that the caller has more to say about.
    """
    try:
        yield
    except DashboardError as error:
        if isinstance(error, but):
            raise
        folder = view.warehouse_folder()
        st.error(plain(str(error).replace(folder, "the folder that is set")))
        if view.DEFAULTS in st.session_state:
            reset_button("reset_after_error")
        st.stop()


def reset_button(key: str) -> None:
    """A way back to all data of the newest quarter."""
    st.button("Reset filters", key=key, on_click=reset_filters)


def reset_filters() -> None:
    """Put every filter back to its default; the snapshot stays."""
    for name, value in st.session_state.get(view.DEFAULTS, {}).items():
        st.session_state[name] = value


def _why_empty() -> str:
    shown = view.current_view()
    labels = {name: dimension.label for name, dimension in shown.catalog.dimensions.items()}
    return why_empty(shown.scope, labels, _has_rows)


def _has_rows(scope: Scope) -> bool:
    try:
        return bool(_ask(figures, (("volume",), (), scope.during(scope.period))))
    except ScopeError:
        return False


def _ask(function: Callable[..., T], args: tuple[Any, ...]) -> T:
    shown = view.current_view()
    plain_function = cast("FunctionType", function)
    name = f"{plain_function.__module__}:{plain_function.__qualname__}"
    found = _answer(name, shown.warehouse, shown.manifest.id, shown.policy, args)
    return cast("T", found)


@st.cache_resource(max_entries=200, show_spinner=False)
def _answer(
    name: str, folder: str, snapshot: int, policy: str, args: tuple[Hashable, ...]
) -> object:
    """One result for all sessions: results are frozen, so none needs a copy of its own."""
    module, _, function = name.partition(":")
    if module != _MODULES and not module.startswith(f"{_MODULES}."):
        message = f"{name} is no analysis function"
        raise ValueError(message)
    reader = view.reader(folder, snapshot, policy)
    return getattr(import_module(module), function)(reader, *args)
