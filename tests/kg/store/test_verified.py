"""A build needs the ledger of the store's current snapshot; a shipped copy replaces a lost one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kg.errors import LedgerError
from kg.events.ledger_file import LedgerFile, append
from kg.pipeline.run import Built, build
from kg.rdf.lines import statements
from kg.settings import Settings
from kg.store import snapshot
from kg.store.layout import Store
from tests.conftest import rewrite

PAGE = "{{Current events|year=2011|month=11|day=8|content=\n%s\n}}\n"
LINES = [
    "A ferry runs aground near a port. [https://example.org/f (A)]",
    "Two trams collide. [https://example.org/t (B)]",
]

Damage = Callable[[Path], object]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(store=str(tmp_path / "store"), jobs=1, ledger=str(tmp_path / "shipped.tsv"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "archive"
    root.mkdir()
    (root / "2011_November_8.txt").write_text(PAGE % "\n".join(f"*{line}" for line in LINES))
    return root


@pytest.fixture
def built(root: Path, settings: Settings) -> Built:
    return build([root], settings)


def nquads(one: Built) -> bytes:
    with statements.reading(one.snapshot.open()) as lines:
        return b"".join(sorted(lines))


def half(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def change(file: Path) -> None:
    text = file.read_text()
    key = text.split("\t")[4]
    file.write_text(text.replace(key, f"{key[:-1]}{'b' if key[-1] == 'a' else 'a'}", 1))


def first_build_only(file: Path) -> None:
    lines = file.read_bytes().splitlines(keepends=True)
    number = next(number for number, line in enumerate(lines) if line.startswith(b"root"))
    file.write_bytes(b"".join(lines[: number + 1]))


DAMAGES: dict[str, tuple[Damage, str]] = {
    "missing": (Path.unlink, "is missing"),
    "empty": (lambda file: file.write_bytes(b""), "is missing"),
    "cut in half": (half, "is not the one of snapshot"),
    "one key changed": (change, "the month 2011-11"),
    "another one": (lambda file: [file.unlink(), append(file, [])], "is not the one of snapshot"),
}


@pytest.mark.parametrize(("damage", "why"), DAMAGES.values(), ids=DAMAGES)
def test_a_changed_ledger_is_refused_with_the_way_out_and_the_store_stays(
    built: Built, root: Path, settings: Settings, damage: Damage, why: str
) -> None:
    ledger = Path(settings.store) / "ledger.tsv"
    damage(ledger)
    content = ledger.read_bytes() if ledger.exists() else None
    with pytest.raises(LedgerError, match=rf"{why}.*restore the file from a backup, or build with --ledger"):
        build([root], replace(settings, ledger=""))
    assert Store(Path(settings.store)).current().id == built.snapshot.id
    assert (ledger.read_bytes() if ledger.exists() else None) == content


@pytest.mark.parametrize(("damage", "why"), DAMAGES.values(), ids=DAMAGES)
def test_a_shipped_copy_restores_the_ledger_and_every_iri(
    built: Built, root: Path, settings: Settings, tmp_path: Path, damage: Damage, why: str
) -> None:
    assert why
    ledger = Path(settings.store) / "ledger.tsv"
    whole = ledger.read_bytes()
    damage(ledger)
    damaged = ledger.read_bytes() if ledger.exists() else None
    again = build([root], settings)
    assert (nquads(again), ledger.read_bytes()) == (nquads(built), whole)
    refused = Store(Path(settings.store)).refused_ledger
    assert (refused.read_bytes() if refused.exists() else None) == damaged


def test_a_copy_that_is_older_than_the_snapshot_restores_nothing(built: Built, root: Path, settings: Settings) -> None:
    old = Path(settings.ledger).read_bytes()
    (root / "2011_November_9.txt").write_text(
        PAGE.replace("day=8", "day=9") % "*Banks close. [https://example.org/b (A)]"
    )
    newer = build([root], settings)
    Path(settings.ledger).write_bytes(old)
    (Path(settings.store) / "ledger.tsv").unlink()
    with pytest.raises(
        LedgerError, match=rf"is missing.*cannot take its place: .*not the one of {'snapshot'} {newer.snapshot.id}"
    ):
        build([root], settings)
    assert not (Path(settings.store) / "ledger.tsv").exists()


def test_what_was_decided_since_the_snapshot_was_built_is_not_a_damage(
    built: Built, root: Path, settings: Settings
) -> None:
    store = Store(Path(settings.store))
    append(store.ledger, [])
    assert built.snapshot.manifest.ledger_root == LedgerFile(store.ledger).root
    build([root], settings)
    half_written = store.ledger.read_bytes() + b"slug\t2011-11-08\ten\t"
    store.ledger.write_bytes(half_written)
    assert build([root], replace(settings, ledger="")).report["months"]["new"] == 0


@pytest.mark.parametrize("cut", [0, 1], ids=["as it was", "changed"])
def test_a_manifest_without_a_root_says_how_the_file_begins(
    built: Built, root: Path, settings: Settings, cut: int
) -> None:
    ledger = built.snapshot.manifest.ledger
    said = {"ledger_root": "", "ledger": {**ledger, "bytes": ledger["bytes"] - cut}}
    rewrite(snapshot.manifest_file(built.snapshot.folder), lambda manifest: manifest.update(said))
    if cut:
        with pytest.raises(LedgerError, match=r"is not the one of snapshot"):
            build([root], replace(settings, ledger=""))
    else:
        assert build([root], replace(settings, ledger="")).snapshot.manifest.ledger_root
