"""Every comment that silences a checker gives a reason."""

import io
import re
import tokenize
from collections.abc import Iterator

import pytest

from tests.paths import ROOT

SILENCED = re.compile(r"#\s*(noqa|type:\s*ignore|nosec|pragma|mypy:|ruff:)")
REASONED = re.compile(r"# noqa: [A-Z]+\d+(, [A-Z]+\d+)* - \S.+|# type: ignore\[[a-z-]+(, [a-z-]+)*\]  # \S.+")
FOLDERS = ("kg", "endpoint", "vocab", "tools", "bench", "tests", "data", ".ci")


def comments(text: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def without_reason(text: str) -> list[int]:
    """Return the lines that silence a checker without a reason."""
    found = comments(text) if SILENCED.search(text) else ()
    return [line for line, comment in found if SILENCED.search(comment) and not REASONED.fullmatch(comment)]


def test_every_silenced_check_has_a_reason() -> None:
    files = [file for folder in FOLDERS for file in (ROOT / folder).rglob("*.py") if "node_modules" not in file.parts]
    assert len(files) > 500
    found = {str(file.relative_to(ROOT)): without_reason(file.read_text(encoding="utf-8")) for file in files}
    assert {file: lines for file, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "line",
    [
        *("pass  # noqa", "pass  # noqa: S101", "pass  # it is a pipe  # noqa: S101", "pass  # noqa: S101 -"),
        *("pass  # type: ignore", "pass  # type: ignore  # a reason", "pass  # type: ignore[misc]"),
        *("# mypy: ignore-errors", "# ruff: noqa"),
    ],
)
def test_a_comment_that_gives_no_reason_is_found(line: str) -> None:
    assert without_reason(line) == [1]


@pytest.mark.parametrize("line", ["pass  # noqa: S101 - it is a pipe", "pass  # it has rows", "pass  # it is a pipe"])
def test_a_comment_that_gives_a_reason_may_stay(line: str) -> None:
    assert without_reason(line) == []
