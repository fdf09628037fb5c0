"""The ledger of a store, verified to be the one that the current snapshot was built with."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from kg.errors import LedgerError
from kg.events.ledger import Ledger
from kg.events.ledger_file import WAY_OUT, LedgerFile, begins_with
from kg.store.layout import Store


def ledger(store: Store, copy: LedgerFile | None = None) -> LedgerFile:
    """Return the ledger file of a store; ``copy`` replaces it if it is missing or damaged, and the copy is not.

    The damaged file is kept beside it. A store without snapshots starts with the copy. Raises LedgerError if there is
    no ledger with everything that the current snapshot depends on.
    """
    try:
        found = LedgerFile(store.ledger)
        problem = _problem(store, found)
    except LedgerError as error:
        problem = str(error)
    if not problem:
        return found if found.end or copy is None else copy.at(store.ledger)
    if copy is None or not copy.end:
        raise LedgerError(problem)
    if lack := _problem(store, copy):
        raise LedgerError(f"{problem}; and {copy.path} cannot take its place: {lack}")
    _replace(store, copy.path)
    return LedgerFile(store.ledger)


def problem(store: Store) -> str:
    """Return why a store's ledger is not the one of the current snapshot, "" if it is; reads one line, if possible.

    At the place where the ledger ended when the snapshot was made, it has the root in the manifest.
    """
    manifest = store.current().manifest
    end = manifest.ledger.get("bytes")
    if not (isinstance(end, int) and manifest.ledger_root):
        return whole_problem(store)
    root = f"root\t{manifest.ledger_root}\n".encode()
    try:
        with store.ledger.open("rb") as file:
            file.seek(max(0, end - len(root)))
            return "" if file.read(len(root)) == root else whole_problem(store)
    except OSError:
        return whole_problem(store)


def whole_problem(store: Store) -> str:
    """Read the whole ledger, and say why it is not the one of the current snapshot, "" if it is."""
    try:
        Ledger(ledger(store).lines).check()
    except LedgerError as error:
        return str(error)
    return ""


def _problem(store: Store, found: LedgerFile) -> str:
    """Return why a ledger is not the one of the current snapshot, "" if it is."""
    if not store.has_current:
        return ""
    manifest = store.current().manifest
    if not manifest.ledger:
        return ""
    if not found.end:
        return f"the ledger {found.path} of snapshot {manifest.id} is missing: {WAY_OUT}"
    if manifest.ledger_root:
        is_its_own = manifest.ledger_root in found.roots
    else:
        is_its_own = begins_with(found.path, manifest.ledger)
    return "" if is_its_own else f"the ledger {found.path} is not the one of snapshot {manifest.id}: {WAY_OUT}"


def _replace(store: Store, copy: Path) -> None:
    """Replace a store's ledger by a copy, in one step."""
    draft = store.refused_ledger.with_suffix(".draft")
    shutil.copyfile(copy, draft)
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    if store.ledger.exists():
        store.ledger.replace(store.refused_ledger)
    draft.replace(store.ledger)
