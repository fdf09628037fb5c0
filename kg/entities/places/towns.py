"""The table of towns and of other names of cities: sorted by name, searched in place, and read row by row."""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

#: A row is a folded name and the cells of a place: GeoNames id, kind, name, country, division, latitude, longitude
#: and population. The cells behind the id are left out if places.tsv has the place, and the last ones if they are
#: empty. There is no id where several places are meant by the name; they have a country if all are in it.
CELLS: Final = 8
#: How many bytes are searched for a name.
BLOCK: Final = 2_048


class Towns:
    """The meanings of bare names that places.tsv does not decide."""

    def __init__(self, table: bytes = b"") -> None:
        """Use the rows, sorted by the bytes of their names, each ended by a newline."""
        self._table = b"\n" + table
        # A row begins with the newline before it, so its name between that and a tab is found nowhere else.
        starts = (self._table.rfind(b"\n", 0, offset + 1) for offset in range(0, len(table), BLOCK))
        self._starts = [*dict.fromkeys(starts), len(table)]
        self._names = [self._table[start : self._table.find(b"\t", start) + 1] for start in self._starts[:-1]]

    def cells(self, name: str) -> list[str] | None:
        """Return the cells for a folded name; None if it is not in the table."""
        key = f"\n{name}\t".encode(errors="replace")
        block = bisect_right(self._names, key) - 1
        at = self._table.find(key, self._starts[block], self._starts[block + 1]) if block >= 0 else -1
        if at < 0:
            return None
        start = at + len(key)
        cells = self._table[start : self._table.find(b"\n", start)].decode().split("\t")
        return cells + [""] * (CELLS - len(cells))
