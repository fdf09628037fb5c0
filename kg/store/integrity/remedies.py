"""The one table of remedies: what to do about each part of a store if it is damaged."""

from __future__ import annotations

from typing import Final

SNAPSHOT: Final = "go back with kg rollback, restore a backup with kg restore, or build again"
PAST: Final = "build it again with kg build --as-of, or restore a backup with kg restore"
WRITES: Final = "restore a backup with kg restore; what is served has these writes, but a build cannot make them again"
KEPT_MONTHS: Final = "nothing has to be done: the next build converts these months again"
CHANGELOG: Final = (
    "restore it from a backup with kg restore, or remove it with its checksum: feeds start again with the next snapshot"
)
CACHE: Final = "nothing has to be done: it is thrown away and made again when somebody asks for it"
ANSWERS: Final = "remove it with its checksum: kg enrich asks again"
NOTES: Final = "remove it: addresses of snapshots that are gone are then answered with 404 instead of 410"
PINS: Final = "restore a backup that has the snapshot, or remove its line"
LINK: Final = "choose a snapshot with kg rollback SNAPSHOT; kg snapshots lists them"
