"""Files are loaded in pieces as they arrive, by several threads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from kg.errors import StoreError
from kg.pipeline import load
from kg.pipeline.load import Loading
from kg.store.embedded import EmbeddedGraph

FILES = 20


def files(folder: Path) -> list[Path]:
    """Files of one triple each; all have the same label, so that all pieces have a term in common."""
    found = [folder / f"{number:02}.nt" for number in range(FILES)]
    for number, file in enumerate(found):
        file.write_text(f'<http://a.example/{number}> <http://a.example/name> "the same" .\n', encoding="utf-8")
    return found


def loaded(path: Path, given: Iterable[Path]) -> EmbeddedGraph:
    database = EmbeddedGraph(str(path))
    with Loading(database) as loading:
        for file in given:
            loading(file)
    return database


@pytest.mark.parametrize("size", [1, 200, 1_000_000])
def test_all_triples_are_loaded_however_large_a_piece_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(load, "PIECE", size)
    database = loaded(tmp_path / "db", files(tmp_path))
    assert {str(quad.subject) for quad in database} == {f"<http://a.example/{number}>" for number in range(FILES)}


def test_having_nothing_to_load_is_not_an_error(tmp_path: Path) -> None:
    assert len(loaded(tmp_path / "db", [])) == 0


def test_a_file_that_is_not_n_triples_stops_the_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "PIECE", 1)
    (tmp_path / "wrong.nt").write_text("this is nothing\n", encoding="utf-8")
    with pytest.raises(SyntaxError):
        loaded(tmp_path / "db", [tmp_path / "wrong.nt", *files(tmp_path)])


def test_a_load_that_ends_with_an_error_does_not_wait_for_files(tmp_path: Path) -> None:
    def unfinished() -> Iterator[Path]:
        yield files(tmp_path)[0]
        raise StoreError("no page can be read")

    with pytest.raises(StoreError, match="no page"):
        loaded(tmp_path / "db", unfinished())
