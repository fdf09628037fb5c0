"""A bounded cache of rendered values, which drops the least recently used."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any


class LruCache:
    """Keeps values up to a total size; keys contain the snapshot, so values are never stale."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.used = 0
        self._lock = threading.Lock()
        self._entries: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()

    def get(self, key: Hashable) -> Any:
        """Return the value of ``key``, or None."""
        with self._lock:
            if key not in self._entries:
                return None
            self._entries.move_to_end(key)
            return self._entries[key][0]

    def clear(self) -> None:
        """Drop everything."""
        with self._lock:
            self._entries.clear()
            self.used = 0

    def put(self, key: Hashable, value: Any, size: int) -> None:
        """Keep ``value``, which takes ``size`` bytes, unless it would fill a quarter of the cache."""
        if size > self.size // 4:
            return
        with self._lock:
            self.used += size - self._entries.pop(key, (None, 0))[1]
            self._entries[key] = value, size
            while self.used > self.size:
                self.used -= self._entries.popitem(last=False)[1][1]
