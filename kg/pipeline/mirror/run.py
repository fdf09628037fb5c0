"""Follows an origin: first by a dump, then by its event stream; a state is published once its root matches.

Whatever stops it, the previous snapshot stays current, and parts of a dump are not fetched again.
"""

from __future__ import annotations

import gzip
import json
import logging
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Final, Literal, cast

from pyoxigraph import RdfFormat, parse

from kg.derived import hash_tree
from kg.derived.artefacts import Artefacts
from kg.derived.hash_tree import HASHES
from kg.derived.kinds import LEDGER, PREPARED
from kg.errors import LedgerError, MirrorError, NotFoundError, StoreDamagedError, StoreError
from kg.events.ledger_file import LedgerFile
from kg.pipeline.mirror import difference, feed
from kg.pipeline.mirror.origin import OriginServer, OriginState
from kg.publish.dump_files import WHOLE
from kg.settings import Settings
from kg.store import snapshot, space
from kg.store.embedded import EmbeddedGraph
from kg.store.integrity import mirrored
from kg.store.layout import Store
from kg.store.snapshot import Snapshot

log = logging.getLogger(__name__)

SECONDS: Final = 600.0
TRIES: Final = 3
"""How often to start again when the origin changes meanwhile."""
Way = Literal["nothing new", "kept", "feed", "tree", "dump"]
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Mirrored:
    """The snapshot that a mirror has now, its root, how it was obtained, and how many requests that took."""

    snapshot: Snapshot
    root: str
    way: Way
    requests: int


class Mirror:
    """A store that follows an origin; ``tell`` is called with sentences about anything unusual."""

    def __init__(self, origin: OriginServer, settings: Settings, tell: Tell = lambda text: None) -> None:
        self.origin = origin
        self.store = Store(settings.folder)
        self._settings = settings
        self._artefacts = Artefacts.of(settings)
        self._tell = tell

    def follow(self) -> Mirrored:
        """Bring the store to the current state of the origin.

        Raises MirrorError if what the origin sends does not match its hashes, or cannot be fetched, StoreError if the
        store is not a mirror, or cannot be written; the previous snapshot then stays current.
        """
        ours = self._ours()
        for _ in range(TRIES):
            before = self.origin.courtesy.requests
            state = self.origin.state(self._etag(ours))
            try:
                way, made = self._reach(state, ours)
            except NotFoundError as error:
                self._tell(f"the origin has become another one meanwhile: {error}")
                continue
            self._note(made, state)
            return Mirrored(made, made.manifest.mirror["root"], way, self.origin.courtesy.requests - before)
        raise MirrorError(f"{self.origin.address} became another one {TRIES} times; try again later")

    def _ours(self) -> Snapshot | None:
        """Return the snapshot of the store. Raises StoreError if it is not that of a mirror."""
        if not self.store.has_current:
            return None
        found = self.store.current()
        if not found.manifest.mirror or found.manifest.build:
            raise StoreError(f"{self.store} has a dataset of its own, or was written to: mirror into another store")
        return found

    def _etag(self, ours: Snapshot | None) -> str:
        with suppress(OSError, ValueError, KeyError, TypeError):
            said = json.loads(mirrored.note(self.store).read_text(encoding="utf-8"))
            if ours and (said["origin"], said["snapshot"]) == (self.origin.address, ours.id):
                return str(said["etag"])
        return ""

    def _note(self, made: Snapshot, state: OriginState | None) -> None:
        """Note when the store was compared with its origin."""
        etag = state.etag if state else self._etag(made)
        said = {"origin": self.origin.address, "snapshot": made.id, "etag": etag, "compared": self._now()}
        file = mirrored.note(self.store)
        draft = file.with_suffix(".draft")
        try:
            file.parent.mkdir(exist_ok=True)
            draft.write_text(json.dumps(said) + "\n", encoding="utf-8")
            draft.replace(file)
        except OSError as error:
            raise StoreError(f"{file} cannot be written: {error.strerror or error}") from error

    def _now(self) -> str:
        return self.origin.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")

    def _reach(self, state: OriginState | None, ours: Snapshot | None) -> tuple[Way, Snapshot]:
        if ours is None:
            assert state is not None  # noqa: S101 - without a snapshot no entity tag was sent
            return "dump", self._by_dump(state, None)
        if state is None:
            return "nothing new", ours
        if state.manifest.base != ours.manifest.base:
            raise MirrorError(f"{self.origin.address} mints IRIs under {state.manifest.base}: use another store")
        if (ours.id, ours.manifest.mirror["root"]) == (state.manifest.id, state.root):
            return "nothing new", ours
        if state.manifest.id < ours.id:
            self._tell(f"the origin has gone back to snapshot {state.manifest.id}")
        kept = self._kept(state)
        if kept:
            return "kept", kept
        return self._by_feed(state, ours)

    def _kept(self, state: OriginState) -> Snapshot | None:
        """Return to a kept snapshot, if it is the one that the origin has, and intact."""
        folder = self.store.snapshot(state.manifest.id)
        if folder not in self.store.snapshots():
            return None
        with self.store.drafting():  # or a build might remove it meanwhile
            found = self.store.read(folder)
            found.verify()
            if found.manifest.mirror.get("root") == state.root:
                self.store.switch(folder)
                return found
        return None

    def _by_feed(self, state: OriginState, ours: Snapshot) -> tuple[Way, Snapshot]:
        """Follow the event stream; if that does not lead to the origin's state, its hash tree, or else the dump."""
        try:
            ours.verify()
            versions = feed.versions(self.origin, ours.manifest.base, ours.manifest.mirror["changed"], state.changed)
        except StoreDamagedError as error:
            self._tell(f"{error}; the dump is taken")
            versions = None
        made = None if versions is None else self._changed(state, ours, versions)
        if made:
            return made
        self._tell("the changes cannot be fetched one by one: the dump is fetched instead")
        return "dump", self._by_dump(state, ours)

    def _changed(
        self, state: OriginState, ours: Snapshot, versions: dict[str, feed.ResourceVersion]
    ) -> tuple[Way, Snapshot] | None:
        space.require(self.store, space.for_build(self.store, self._settings.free_bytes))
        tree = self._artefacts.obtain(HASHES, ours, SECONDS)
        with self.store.drafting() as draft, snapshot.scratch(draft) as scratch:
            hashes = scratch / "hashes"
            shutil.copyfile(tree, hashes)
            way = self._rewrite(snapshot.database(draft), hashes, state, ours, versions)
            return (way, self._publish(draft, scratch, state, ours)) if way else None

    def _rewrite(
        self, path: Path, hashes: Path, state: OriginState, ours: Snapshot, versions: dict[str, feed.ResourceVersion]
    ) -> Literal["feed", "tree"] | None:
        """Copy our database and change it; return how, or None if it does not become that of the origin."""
        old = ours.open()
        old.backup(str(path))
        database = EmbeddedGraph(str(path))
        with hash_tree.opened(hashes, changing=True) as tree:
            tree.update(difference.apply(database, old, ours.manifest.base, versions))
            way: Literal["feed", "tree"] = "feed"
            if tree.root != state.root:
                way = "tree"
                wanted = difference.differing(self.origin, state, tree)
                self._tell(f"the feed does not lead to the state of the origin: {len(wanted):,} resources are compared")
                if not difference.is_fetchable(wanted):
                    return None
                tree.update(difference.repair(database, self.origin, state, wanted))
            self._prove(tree.root, state)
        database.flush()
        return way

    def _prove(self, root: str, state: OriginState) -> None:
        if root != state.root:
            raise MirrorError(
                f"what {self.origin.address} sent has the root {root}, and its snapshot {state.manifest.id} has "
                f"{state.root}; nothing was changed"
            )

    def _by_dump(self, state: OriginState, ours: Snapshot | None) -> Snapshot:
        space.require(self.store, space.for_build(self.store, self._settings.free_bytes))
        with self.store.drafting() as draft, snapshot.scratch(draft) as scratch:
            file = self._fetched(f"dump/{state.manifest.id}/{WHOLE.name}", f"{state.manifest.id}-{WHOLE.name}")
            try:
                _load(file, snapshot.database(draft))
            except (SyntaxError, OSError, EOFError) as error:
                raise MirrorError(f"the dump of {self.origin.address} cannot be loaded: {error}") from error
            return self._publish(draft, scratch, state, ours)

    def _fetched(self, path: str, name: str) -> Path:
        """Return a file of the origin, and fetch it if it is missing; parts of other files are removed."""
        file = mirrored.folder(self.store) / name
        file.parent.mkdir(exist_ok=True)
        self._forget(keep=name)
        if not file.exists():
            self.origin.download(path, file)
        return file

    def _publish(self, draft: Path, scratch: Path, state: OriginState, ours: Snapshot | None) -> Snapshot:
        """Publish a draft if its graph, read again, has the root of the origin."""
        ledger = self._ledger(state, ours, scratch)
        said = {
            "origin": self.origin.address,
            "root": state.root,
            "changed": state.changed,
            "fetched": self._now(),
        }
        manifest = replace(
            state.manifest,
            ledger=snapshot.checksum(ledger) if ledger else {},
            ledger_root=state.manifest.ledger_root if ledger else "",
            files=snapshot.checksums(draft),
            mirror=said,
        )

        def ready(made: Snapshot) -> None:
            self._derive(made, state)
            if ledger and ledger != self.store.ledger:
                ledger.replace(self.store.ledger)

        made = self.store.publish(draft, manifest, self._settings.keep_snapshots, ready)
        self._forget()
        return made

    def _forget(self, keep: str = "") -> None:
        """Remove what was fetched, except files that begin with ``keep``."""
        for file in mirrored.folder(self.store).glob(f"*{WHOLE.name}*"):
            if not (keep and file.name.startswith(keep)):
                file.unlink()

    def _derive(self, made: Snapshot, state: OriginState) -> None:
        """Make the artefacts that visitors would wait for, and check that the hash tree equals the origin's."""
        jobs = self._artefacts.prepare(PREPARED, made)
        for one, error in zip(PREPARED, [job.result() for job in jobs], strict=True):
            if error and one == HASHES:
                raise error
            if error:
                self._tell(f"{error}: it is left to the server")
        with hash_tree.opened(HASHES.path(self._artefacts.place(made))) as tree:
            self._prove(tree.root, state)

    def _ledger(self, state: OriginState, ours: Snapshot | None, scratch: Path) -> Path | None:
        """Return a file with the ledger of the origin's snapshot: ours, if it is the same; None if there is none."""
        root = state.manifest.ledger_root
        if not root:
            return None
        if ours and ours.manifest.ledger_root == root:
            return self.store.ledger
        file = scratch / self.store.ledger.name
        self.origin.download(f"dump/{state.manifest.id}/{LEDGER.file}", file)
        try:
            if root in LedgerFile(file).roots:
                return file
        except LedgerError as error:
            raise MirrorError(f"the ledger of {self.origin.address} cannot be used: {error}") from None
        raise MirrorError(f"the ledger of {self.origin.address} is not that of snapshot {state.manifest.id}")


def _load(file: Path, path: Path) -> None:
    """Load a dump; blank nodes keep their labels, unlike when the engine reads a file itself."""
    database = EmbeddedGraph(str(path))
    with gzip.open(file) as lines:
        database.bulk_extend(parse(cast("IO[bytes]", lines), format=RdfFormat.N_QUADS, lenient=True))
    database.optimize()
