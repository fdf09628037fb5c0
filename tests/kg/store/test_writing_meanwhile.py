"""The log of writes is whole whenever it is looked at, though others write meanwhile."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from kg.errors import StoreDamagedError
from kg.store import written
from kg.store.layout import Store

MANY = 300


class Writing(threading.Thread):
    """Writes one patch after the other, as a writer does: pending, current, confirmed; and puts tens together."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.folder = store.writes
        self.last = 0

    def run(self) -> None:
        for number in range(1, MANY + 1):
            pending = self.folder / f"{number:08}{written.PENDING}"
            pending.write_bytes(b"")
            self.last = number
            pending.rename(pending.with_suffix(written.SUFFIX))
            if number % 10 == 0:
                (self.folder / f"{number - 9:08}-{number:08}{written.SUFFIX}").write_bytes(b"")
                for one in range(number - 9, number + 1):
                    (self.folder / f"{one:08}{written.SUFFIX}").unlink()


@pytest.mark.parametrize("whole", [False, True])
def test_no_write_is_missed_while_others_come_and_go(tmp_path: Path, whole: bool) -> None:
    store = Store(tmp_path)
    store.writes.mkdir()
    writing = Writing(store)
    writing.start()
    looks = 0
    while writing.is_alive():
        written.check(store, writing.last, whole=whole)
        looks += 1
    writing.join()
    assert looks
    assert [written.numbers(file)[1] for file in written.begun(store)] == list(range(10, MANY + 1, 10))


def test_a_removed_write_is_reported(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.writes.mkdir()
    for number in (1, 3):
        (store.writes / f"{number:08}{written.SUFFIX}").write_bytes(b"")
    with pytest.raises(StoreDamagedError, match="the write 2 is missing"):
        written.check(store, 3, whole=False)
