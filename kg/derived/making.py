"""Makes artefacts in a process of its own: ``python -m kg.derived.making``, which kg.derived.artefacts starts.

It prints the outcome of each as JSON. If one fails, the others are made nevertheless.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, Literal

from kg.derived import kinds
from kg.derived.artefact import Artefact, GatheredArtefact, SnapshotFolders, WrittenArtefact
from kg.errors import FormatError, NewsgraphError, NotFoundError
from kg.process import sandbox
from kg.store import shards, snapshot
from kg.store.layout import Store

Outcome = tuple[Literal["made", "nothing", "unfit", "failed"], str]
MADE: Final[Outcome] = ("made", "")


def main(arguments: list[str]) -> None:
    """Make artefacts: store, cache, id of the snapshot, days, process to end with, niceness, names."""
    store, cache, identifier, days, parent, nice, *names = arguments
    sandbox.end_with(int(parent))
    os.nice(int(nice))
    whole = Store(Path(store))
    place = SnapshotFolders(whole, Path(cache), snapshot.read(whole.snapshot(identifier)), int(days))
    json.dump(make(place, [kinds.named(name) for name in names]), sys.stdout)


def make(place: SnapshotFolders, artefacts: Sequence[Artefact]) -> dict[str, Outcome]:
    """Make artefacts of one snapshot, gathered ones in one pass, and return the outcome of each by name.

    Raises StoreError if the graph cannot be read.
    """
    found: dict[str, Outcome] = {}
    gathered = [(one, one.begin(place)) for one in artefacts if isinstance(one, GatheredArtefact)]
    if gathered:
        shards.gather(place.store, place.snapshot, [gathering for _, gathering in gathered])
    for one, gathering in gathered:
        found[one.name] = _tried(one.finish, gathering, place)
    for written in artefacts:
        if isinstance(written, WrittenArtefact):
            found[written.name] = _tried(written.finish, place)
    return found


def _tried(step: Callable[..., None], *arguments: Any) -> Outcome:
    try:
        step(*arguments)
    except NotFoundError as error:
        return "nothing", str(error)
    except FormatError as error:
        return "unfit", str(error)
    except (NewsgraphError, OSError) as error:
        return "failed", str(error)
    return MADE


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (NewsgraphError, OSError) as error:  # for instance, the snapshot is no longer kept
        sys.exit(str(error))
