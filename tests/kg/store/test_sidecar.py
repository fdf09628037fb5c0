"""The checksum beside a file: its content, and that an unreadable one is an error."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from kg.errors import StoreError
from kg.store.integrity import sidecar

SUM = hashlib.sha256(b"text").hexdigest()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "file").write_bytes(b"text")
    return tmp_path / "file"


def test_the_checksum_of_a_file_is_the_one_that_was_noted(file: Path) -> None:
    sidecar.sign(file, sidecar.digest(file))
    assert sidecar.beside(file).read_text() == f"{SUM}  file\n"
    assert sidecar.checksum(file) == SUM


@pytest.mark.parametrize("said", [None, b"", f"{SUM}  other\n".encode(), f"{SUM}  file".encode(), b"\xff  file\n"])
def test_a_checksum_that_is_not_there_or_of_another_file_cannot_be_read(file: Path, said: bytes | None) -> None:
    if said is not None:
        sidecar.beside(file).write_bytes(said)
    with pytest.raises(StoreError, match="the checksum of file cannot be read"):
        sidecar.checksum(file)
