"""An answered question is not asked again, whatever stops the run."""

from __future__ import annotations

import multiprocessing
from datetime import timedelta
from pathlib import Path

import pytest

from kg.enrich import cache
from kg.enrich.answer import AnswerRow
from kg.errors import StoreError
from tests.kg.enrich.conftest import START

ROW = AnswerRow(
    "http://dbpedia.org/resource/A", "http://example.org/p", {"type": "literal", "value": "حمص", "xml:lang": "ar"}
)


def test_an_answer_is_there_again(tmp_path: Path) -> None:
    with cache.opened(tmp_path, "http://e/", "q") as kept:
        kept.put({"a": [ROW], "b": []}, START)
    with cache.opened(tmp_path, "http://e/", "q") as kept:
        assert kept.missing(["a", "b", "c"]) == ["c"]
        assert list(kept.answers(["b", "c", "a"])) == [("b", START, []), ("a", START, [ROW])]


def test_another_endpoint_and_another_question_have_other_answers(tmp_path: Path) -> None:
    with cache.opened(tmp_path, "http://e/", "q") as kept:
        kept.put({"a": [ROW]}, START)
    for endpoint, question in (("http://f/", "q"), ("http://e/", "r")):
        with cache.opened(tmp_path, endpoint, question) as kept:
            assert kept.missing(["a"]) == ["a"]
            assert list(kept.answers(["a"])) == []


def test_an_expired_answer_is_requested_again_and_used_until_then(tmp_path: Path) -> None:
    with cache.opened(tmp_path, "http://e/", "q") as kept:
        kept.put({"a": [ROW], "b": [ROW]}, START)
        kept.expire()
        kept.put({"a": []}, START + timedelta(days=1))
        assert kept.missing(["a", "b"]) == ["b"]
        assert [one.rows for one in kept.answers(["a", "b"])] == [[], [ROW]]


def test_two_runs_do_not_ask_at_once(tmp_path: Path) -> None:
    with cache.opened(tmp_path, "http://e/", "q"), pytest.raises(StoreError, match="another kg enrich"):
        cache.opened(tmp_path, "http://e/", "q").__enter__()


def test_a_cache_that_is_damaged_is_an_error(tmp_path: Path) -> None:
    (tmp_path / cache.FILE).write_bytes(b"nonsense" * 1_000)
    with pytest.raises(StoreError, match="cannot be read"):
        cache.opened(tmp_path, "http://e/", "q").__enter__()


def _put_and_die(folder: Path, ready: object) -> None:
    with cache.opened(folder, "http://e/", "q") as kept:
        for number in range(1_000_000):
            kept.put({f"{number}-{half}": [ROW] for half in "ab"}, START)
            if number == 20:
                ready.set()


def test_a_run_killed_at_any_moment_keeps_whole_batches(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    running = context.Process(target=_put_and_die, args=(tmp_path, ready))
    running.start()
    assert ready.wait(60)
    running.kill()
    running.join()
    running.close()
    with cache.opened(tmp_path, "http://e/", "q") as kept:
        names = [f"{number}-{half}" for number in range(100_000) for half in "ab"]
        missing = set(kept.missing(names))
        assert len(missing) <= len(names) - 42
        assert all((f"{number}-a" in missing) == (f"{number}-b" in missing) for number in range(100_000))
