"""Manifests and ledgers state their format; those of version 0.1.0 do not, and have the first one."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kg.errors import LedgerError, StoreDamagedError, StoreError
from kg.events.ledger_file import append, export, read
from kg.events.lines import Claim
from kg.pipeline.run import build
from kg.settings import Settings
from kg.store import snapshot
from kg.store.layout import Store
from tests.conftest import rewrite

CLAIM = Claim(date(2011, 11, 8), "en", "2011-11-08/abcdefghij", "slug", "s")
LINE = b"2011-11-08\ten\t2011-11-08/abcdefghij\tslug\ts\n"
FIRST, SECOND = b"#newsgraph-ledger\t1\n", b"#newsgraph-ledger\t2\n"

Change = Callable[[dict[str, Any]], None]


@pytest.fixture
def changed(served_store: Path, tmp_path: Path) -> Callable[[Change], Path]:
    """Return a function that copies the manifest of a snapshot, changes it, and returns its folder."""

    def change(how: Change) -> Path:
        copied = shutil.copy(snapshot.manifest_file(Store(served_store).current().folder), tmp_path)
        rewrite(Path(copied), how)
        return tmp_path

    return change


def test_a_build_writes_the_format_into_the_manifest_and_the_ledger(tmp_path: Path) -> None:
    page = tmp_path / "archive" / "current-events" / "2011_November_8.txt"
    page.parent.mkdir(parents=True)
    page.write_text(
        "{{Current events|year=2011|month=11|day=8|content=\n* A thing happens. [http://a.example/ (A)]\n}}\n"
    )
    built = build([tmp_path / "archive"], Settings(store=str(tmp_path / "store"), ledger=str(tmp_path / "shipped")))
    assert json.loads((built.snapshot.folder / "manifest.json").read_text())["format"] == 2
    ledger = (tmp_path / "store" / "ledger.tsv").read_bytes()
    assert ledger.startswith(SECOND)
    assert ledger.count(b"\n") > 1
    assert (tmp_path / "shipped").read_bytes() == ledger


def test_a_manifest_without_a_format_has_the_first(changed: Callable[[Change], Path]) -> None:
    assert snapshot.read(changed(lambda said: said.pop("format"))).manifest.format == 1


def test_what_a_manifest_of_a_known_format_says_besides_is_ignored(
    served_store: Path, changed: Callable[[Change], Path]
) -> None:
    folder = changed(lambda said: said.update(more={"a": 1}))
    assert snapshot.read(folder).manifest == Store(served_store).current().manifest


def test_a_manifest_of_the_second_format_has_its_own_checksum(changed: Callable[[Change], Path]) -> None:
    file = snapshot.manifest_file(changed(lambda said: None))
    for old, new in (('"checksum"', '"checksun"'), ('"events": 3', '"events": 4'), ('"en": 2', '"en": 3')):
        text = file.read_text()
        file.write_text(text.replace(old, new))
        with pytest.raises(StoreDamagedError, match="kg rollback"):
            snapshot.read(file.parent)
        file.write_text(text)
    assert snapshot.read(file.parent)


@pytest.mark.parametrize("found", [0, 3, "x", None, [1]])
def test_a_manifest_of_an_unknown_format_is_refused_with_what_to_do(
    changed: Callable[[Change], Path], found: object
) -> None:
    folder = changed(lambda said: said.update(format=found, tool="newsgraph 9"))
    with pytest.raises(
        StoreError, match=r"has the format .* reads format 1 and 2: use the version .*newsgraph 9.* new store"
    ):
        snapshot.read(folder)


def test_a_new_ledger_begins_with_its_format(tmp_path: Path) -> None:
    append(tmp_path / "ledger", [CLAIM])
    append(tmp_path / "ledger", [CLAIM])
    written = (tmp_path / "ledger").read_bytes()
    assert (written[: len(SECOND)], written.count(b"#newsgraph-ledger")) == (SECOND, 1)
    assert read(tmp_path / "ledger") == [CLAIM, CLAIM]


@pytest.mark.parametrize("first", [b"", FIRST])
def test_a_ledger_of_the_first_format_keeps_its_bytes_and_goes_on_in_the_second(tmp_path: Path, first: bytes) -> None:
    (tmp_path / "ledger").write_bytes(first + LINE)
    append(tmp_path / "ledger", [CLAIM])
    assert (tmp_path / "ledger").read_bytes().startswith(first + LINE + SECOND + b"slug\t")
    assert read(tmp_path / "ledger") == [CLAIM, CLAIM]


@pytest.mark.parametrize("first", [b"", FIRST])
def test_a_copy_of_a_ledger_says_its_format_if_the_ledger_does(tmp_path: Path, first: bytes) -> None:
    (tmp_path / "ledger").write_bytes(first + LINE)
    export(tmp_path / "ledger", str(tmp_path / "copy"))
    assert (tmp_path / "copy").read_bytes() == first + LINE


@pytest.mark.parametrize("cut", range(1, len(SECOND)))
def test_a_first_line_that_was_cut_off_is_written_again(tmp_path: Path, cut: int) -> None:
    (tmp_path / "ledger").write_bytes(SECOND[:cut])
    assert read(tmp_path / "ledger") == []
    append(tmp_path / "ledger", [CLAIM])
    append(tmp_path / "other", [CLAIM])
    assert (tmp_path / "ledger").read_bytes() == (tmp_path / "other").read_bytes()


@pytest.mark.parametrize("found", ["3", "", "1.5", "one"])
def test_a_ledger_of_an_unknown_format_is_refused(tmp_path: Path, found: str) -> None:
    (tmp_path / "ledger").write_bytes(f"#newsgraph-ledger\t{found}\n".encode() + LINE)
    with pytest.raises(
        LedgerError, match=rf"has the format {found}, but .* reads the formats 1 and 2: use the newer one that wrote"
    ):
        list(read(tmp_path / "ledger"))


@pytest.mark.parametrize("again", [LINE + FIRST, SECOND + SECOND, SECOND + FIRST])
def test_no_line_says_the_format_that_there_is_or_an_earlier_one(tmp_path: Path, again: bytes) -> None:
    (tmp_path / "ledger").write_bytes(again)
    with pytest.raises(LedgerError, match=r":2 is not a line of a ledger"):
        list(read(tmp_path / "ledger"))
