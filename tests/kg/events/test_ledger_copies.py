"""Beginnings and ends of ledger files: which lines count, which copies may replace them, and what is refused."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pytest

from kg.errors import LedgerError
from kg.events.ledger import Ledger
from kg.events.ledger_file import LedgerFile, append, begins_with, export, missing, published, read
from kg.events.lines import Claim, Line, Name, Unname, hashed

DAY = date(2011, 11, 8)
KEY, OTHER = "2011-11-08/aaaaaaaaaa", "2011-11-08/bbbbbbbbbb"
HEADING = b"#newsgraph-ledger\t2\n"


def slug(text: str, key: str = KEY) -> Claim:
    return Claim(DAY, "en", key, "slug", text)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ledger.tsv"


# ---- Which lines count.


def test_an_empty_ledger_has_nothing_and_is_sealed_by_the_first_append(file: Path) -> None:
    none = LedgerFile(file)
    assert (none.lines, none.roots, none.end, none.tail) == ([], [], 0, False)
    append(file, [])
    made = LedgerFile(file)
    assert file.read_bytes() == HEADING + f"root\t{made.root}\n".encode()
    assert (made.lines, made.roots, made.end) == ([], [made.root], len(file.read_bytes()))
    assert made.root == none.root == hashlib.sha256(b"").hexdigest()


def test_each_append_has_a_root_of_its_own_and_one_that_adds_nothing_has_none(file: Path) -> None:
    for lines in ([slug("a")], [], [slug("b")], []):
        append(file, lines)
    with file.open("ab") as more:
        more.write(f"root\t{LedgerFile(file).root}\n".encode())
    made = LedgerFile(file)
    assert (len(made.roots), len(set(made.roots)), made.roots[-1]) == (2, 2, made.root)
    assert file.read_bytes().count(HEADING) == 1


def test_a_ledger_that_goes_on_in_memory_is_what_is_read_of_its_file(file: Path) -> None:
    going = LedgerFile(file)
    for lines in ([slug("a")], [slug("b"), Name("entity/en/Homs", "Homs")], []):
        going.append(lines)
        again = LedgerFile(file)
        assert (going.lines, going.roots, going.root, going.end) == (again.lines, again.roots, again.root, again.end)


def test_lines_after_the_last_root_say_nothing_and_go_with_the_next_append(file: Path) -> None:
    append(file, [slug("a")])
    whole = file.read_bytes()
    file.write_bytes(whole + b"slug\t2011-11-08\ten\t2011-11-08/aaaaaaaaaa\tb\n")
    left = LedgerFile(file)
    assert (left.lines, left.tail, left.end) == ([slug("a")], True, len(whole))
    left.append([])
    assert (file.read_bytes(), left.tail) == (whole, False)


def test_an_append_is_undone_by_cutting_the_file_off_where_it_ended(file: Path) -> None:
    append(file, [slug("a")])
    whole, going = file.read_bytes(), LedgerFile(file)
    end = going.end
    going.append([slug("b")])
    going.undo(end)
    assert file.read_bytes() == whole
    LedgerFile(file).undo(0)
    assert not file.exists()
    LedgerFile(file).undo(0)


def test_a_ledger_begins_elsewhere_with_all_that_counts_of_it_and_stays_where_it_was(file: Path) -> None:
    append(file, [slug("a")])
    whole, other = file.read_bytes(), file.with_name("other.tsv")
    file.write_bytes(whole + b"slug\t")
    moved = LedgerFile(file).at(other)
    assert not other.exists()
    moved.append([])
    assert (other.read_bytes(), moved.end, moved.path) == (whole, len(whole), other)
    moved.append([slug("b")])
    assert read(other) == [slug("a"), slug("b")]
    assert file.read_bytes() == whole + b"slug\t"


# ---- Formats.


OLD = b"2011-11-08\ten\t2011-11-08/aaaaaaaaaa\tslug\ta\\tab\there\n"


def test_in_the_first_format_nothing_is_escaped_and_a_slug_may_have_tabs(file: Path) -> None:
    file.write_bytes(OLD)
    assert read(file) == [slug("a\\tab\there")]
    append(file, [slug("b\tc")])
    assert read(file) == [slug("a\\tab\there"), slug("b\tc")]
    assert [form for form, _ in LedgerFile(file).raw()] == [1, 0, 2, 2, 2]


@pytest.mark.parametrize(
    ("kind", "value"),
    [("unmerged", OTHER), ("restored", "2024-05-06T07:08:09Z"), ("text", "Words"), ("slugs", "a")],
)
def test_the_first_format_has_no_later_types(file: Path, kind: str, value: str) -> None:
    file.write_text(f"2011-11-08\ten\t{KEY}\t{kind}\t{value}\n")
    with pytest.raises(LedgerError, match=r"ledger\.tsv:1 "):
        read(file)


@pytest.mark.parametrize(
    "text", [HEADING + HEADING, HEADING + b"#newsgraph-ledger\t1\n", OLD + b"#newsgraph-ledger\t1\n"]
)
def test_a_format_is_said_once_and_only_a_later_one_follows(file: Path, text: bytes) -> None:
    file.write_bytes(text)
    with pytest.raises(LedgerError, match=r"ledger\.tsv:2 "):
        read(file)


@pytest.mark.parametrize("said", [b"3", b"0", b"2 3", b"", b"\xff"])
def test_a_format_that_is_not_known_is_refused(file: Path, said: bytes) -> None:
    file.write_bytes(b"#newsgraph-ledger\t" + said + b"\n")
    with pytest.raises(LedgerError, match="reads the formats 1 and 2"):
        read(file)


# ---- Copies.


def test_a_copy_hides_what_withdrawn_events_print_in_the_first_format_too(file: Path) -> None:
    file.write_bytes(OLD + OLD.replace(b"aaaaaaaaaa", b"bbbbbbbbbb").replace(b"here", b"there"))
    append(file, [Claim(DAY, "en", KEY, "withdrawn", "2024-05-06T07:08:09Z")])
    copy = file.with_name("copy.tsv")
    export(file, str(copy))
    first, second, *_ = copy.read_bytes().split(b"\n")
    hidden = b"sha256:" + hashed("a\\tab\there").encode()
    assert first == b"2011-11-08\ten\t2011-11-08/aaaaaaaaaa\tslug\t" + hidden
    assert second + b"\n" == OLD.replace(b"aaaaaaaaaa", b"bbbbbbbbbb").replace(b"here", b"there")
    assert LedgerFile(copy).root == LedgerFile(file).root


def test_a_copy_hides_names_that_are_told_no_longer_and_no_others(file: Path) -> None:
    lines: list[Line] = [Name("entity/en/A", "A"), Name("entity/en/B", "B"), Unname(f"sha256:{hashed('entity/en/A')}")]
    append(file, lines)
    copy = file.with_name("copy.tsv")
    export(file, str(copy))
    assert copy.read_text().split("\n")[1:3] == [
        f"name\tsha256:{hashed('entity/en/A')}\tsha256:{hashed('A')}",
        "name\tentity/en/B\tB",
    ]


def test_without_a_path_nothing_is_copied_and_without_a_ledger_an_empty_file_is(file: Path) -> None:
    export(file, "")
    assert list(file.parent.iterdir()) == []
    export(file, str(file.with_name("copy.tsv")))
    assert [(one.name, one.read_bytes()) for one in file.parent.iterdir()] == [("copy.tsv", b"")]


def test_only_a_complete_copy_is_accepted(file: Path) -> None:
    assert published("") is None
    assert published(str(file)) is None
    append(file, [slug("a")])
    found = published(str(file))
    assert found is not None
    assert found.lines == [slug("a")]
    file.write_bytes(file.read_bytes() + b"slug")
    with pytest.raises(LedgerError, match="does not end with a root"):
        published(str(file))
    for path in (file.parent, file.parent / "none" / "ledger.tsv"):
        with pytest.raises(LedgerError):
            published(str(path))


def test_what_a_ledger_lacks_of_a_copy_is_counted_line_by_line(file: Path) -> None:
    append(file, [slug("a"), slug("a"), slug("b", OTHER)])
    copy, known = LedgerFile(file), Ledger([slug("a")])
    assert missing(None, known) == []
    assert missing(copy, known) == [slug("a"), slug("b", OTHER)]
    assert known.lines == [slug("a"), slug("a"), slug("b", OTHER)]
    assert missing(copy, known) == []
    with pytest.raises(LedgerError, match="two events"):
        missing(copy, Ledger([slug("a", OTHER)]))


def test_a_file_begins_with_what_has_its_length_and_its_hash(file: Path) -> None:
    said: dict[str, object] = {"bytes": 3, "sha256": hashlib.sha256(b"abc").hexdigest()}
    assert not begins_with(file, said)
    file.write_bytes(b"abcdef")
    assert begins_with(file, said)
    for wrong in ({"bytes": 4}, {"bytes": "3"}, {"bytes": None}, {"sha256": "0" * 64}):
        assert not begins_with(file, {**said, **wrong})
    assert not begins_with(file, {})
