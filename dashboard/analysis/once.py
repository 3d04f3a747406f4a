"""What many questions to one snapshot start from is worked out once and kept with it."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import TypeVar, cast
from weakref import WeakKeyDictionary

from dashboard.warehouse import Reader

T = TypeVar("T")

_MOST = 32
_LOCK = Lock()
_KEPT: "WeakKeyDictionary[object, OrderedDict[Hashable, object]]" = WeakKeyDictionary()


def once(reader: Reader, key: Hashable, make: Callable[[], T]) -> T:
    """The kept answer to a question, or a new one.

    It goes when its snapshot is let go, or after 32 newer ones. Two threads that ask at
    the same time may both work it out; they find the same.

    Args:
        reader: Whose snapshot and policy the answer is about.
        key: All else that the answer depends on, its kind among it.
        make: Works the answer out.
    """
    own = (reader.policy.id, key)
    with _LOCK:
        kept = _KEPT.setdefault(reader.engine, OrderedDict())
        if own in kept:
            kept.move_to_end(own)
            return cast("T", kept[own])
    found = make()
    with _LOCK:
        kept[own] = found
        while len(kept) > _MOST:
            kept.popitem(last=False)
    return found
