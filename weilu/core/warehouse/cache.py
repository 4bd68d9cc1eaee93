"""Which values were computed already? Kept in this process as long as the knowledge they rest on stands."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Cache(Generic[Key, Value]):
    """The `size` values used last. Of several who want the same at once, one computes and the others wait for it."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._busy: dict[Hashable, threading.Lock] = {}
        self._guard = threading.Lock()

    def get(
        self, keys: Sequence[Key], group: Hashable, compute: Callable[[list[Key]], dict[Key, Value]]
    ) -> dict[Key, Value]:
        """The values of all keys; those missing are computed in one call. One call at a time for a `group`."""
        found = self._held(keys)
        if len(found) == len(keys):
            return found
        with self._lock(group):
            found = self._held(keys)
            missing = [key for key in keys if key not in found]
            if missing:
                found |= compute(missing)
                self.keep({key: found[key] for key in missing})
        self._release(group)
        return found

    def holds(self, key: Key) -> bool:
        with self._guard:
            return key in self._values

    def keep(self, values: dict[Key, Value]) -> None:
        with self._guard:
            self._values.update(values)
            while len(self._values) > self._size:
                self._values.popitem(last=False)

    def clear(self) -> None:
        with self._guard:
            self._values.clear()

    def _held(self, keys: Sequence[Key]) -> dict[Key, Value]:
        with self._guard:
            for key in keys:
                if key in self._values:
                    self._values.move_to_end(key)
            return {key: self._values[key] for key in keys if key in self._values}

    def _lock(self, group: Hashable) -> threading.Lock:
        with self._guard:
            return self._busy.setdefault(group, threading.Lock())

    def _release(self, group: Hashable) -> None:
        """A lock nobody holds goes; whoever still waits on it keeps it alive and finds the values there."""
        with self._guard:
            lock = self._busy.get(group)
            if lock is not None and not lock.locked():
                del self._busy[group]
