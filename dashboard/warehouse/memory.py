"""What many questions to one snapshot start from is worked out once and kept with it."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import TypeVar, cast

T = TypeVar("T")

_MOST = 64


class Memory:
    """Answers of an open snapshot; they go with it, or after 64 newer ones."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._kept: OrderedDict[Hashable, object] = OrderedDict()
        self._lock = Lock()

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """The kept answer to a question, or a new one.

        Two threads that ask at the same time may both work it out; they find the same.

        Args:
            key: All that the answer depends on, its kind among it.
            make: Works the answer out.
        """
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return cast("T", self._kept[key])
        found = make()
        with self._lock:
            self._kept[key] = found
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)
        return found
