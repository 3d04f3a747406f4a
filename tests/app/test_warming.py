"""What is imported while the first page is read."""

from importlib.util import find_spec

from dashboard.ui.warming import LATER, warm_up


def test_every_module_that_is_imported_later_exists() -> None:
    assert all(find_spec(module) for module in LATER)


def test_it_is_imported_once_and_by_a_thread_that_holds_nobody_up() -> None:
    thread = warm_up()

    assert thread.daemon
    assert warm_up() is thread
