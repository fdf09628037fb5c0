"""The file of a ledger: appended lines are read again, those of a killed process are not, changed ones are refused."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import LedgerError
from kg.events.ledger import Ledger
from kg.events.ledger_file import LedgerFile, append, export, missing, published, read
from kg.events.lines import Alias, Claim, Line, Name, Text, Unalias, Unname, columns, hashed, shipped

DAY, NEXT_MONTH = date(2011, 11, 8), date(2011, 12, 8)
KEY, OTHER = "2011-11-08/aaaaaaaaaa", "2011-11-08/bbbbbbbbbb"
OLD = b"2011-11-08\ten\t2011-11-08/aaaaaaaaaa\tslug\tan-old-slug\n"


def wording(text: str, key: str = KEY, day: date = DAY) -> Claim:
    return Claim(day, "en", key, "wording", hashed(text))


def slug(text: str, key: str = KEY, day: date = DAY) -> Claim:
    return Claim(day, "en", key, "slug", text)


def text(words: str, key: str = KEY, day: date = DAY) -> Text:
    return Text(day, "en", key, "0123456789ab", "", (), words)


SOME: list[Line] = [wording("a"), slug("a"), text("A"), wording("b", OTHER, NEXT_MONTH), Name("entity/en/Homs", "Homs")]
LINES = st.lists(
    st.builds(slug, st.text(st.characters(codec="utf-8"), max_size=9), day=st.sampled_from([DAY, NEXT_MONTH]))
    | st.builds(text, st.text(st.characters(codec="utf-8"), max_size=9))
    | st.builds(Name, st.text("abc/", max_size=5), st.text(max_size=5)),
    max_size=4,
)


@given(appends=st.lists(st.tuples(LINES, st.integers(0, 400)), max_size=6), old=st.booleans())
def test_whatever_is_appended_and_killed_the_file_says_what_was_appended_whole(
    appends: list[tuple[list[Line], int]], old: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("ledger") / "ledger.tsv"
    file.write_bytes(OLD if old else b"")
    expected = read(file)
    for lines, cut in appends:
        before = LedgerFile(file).end
        append(file, lines)
        whole = file.read_bytes()
        if before + cut < len(whole):
            file.write_bytes(whole[: before + cut])
        else:
            expected = [*expected, *lines]
        assert read(file) == expected
    append(file, [])
    assert read(file) == expected
    assert not LedgerFile(file).tail


@given(lines=LINES.filter(bool), where=st.floats(0, 1, exclude_max=True), what=st.integers(1, 255))
def test_no_byte_of_it_can_be_changed_without_being_noticed_or_meaning_the_same(
    lines: list[Line], where: float, what: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("ledger") / "ledger.tsv"
    append(file, lines)
    append(file, SOME)
    before = LedgerFile(file)
    content = bytearray(file.read_bytes())
    content[int(where * len(content))] ^= what
    file.write_bytes(content)
    try:
        after = LedgerFile(file)
    except LedgerError:
        return
    assert after.lines == before.lines or before.root not in after.roots


def written(tmp_path: Path) -> tuple[Path, list[bytes]]:
    file = tmp_path / "ledger.tsv"
    append(file, SOME)
    append(file, [wording("c")])
    return file, file.read_bytes().splitlines(keepends=True)


@pytest.mark.parametrize("number", range(1, 6))
def test_a_line_that_is_missing_is_refused_with_its_month_and_the_way_out(tmp_path: Path, number: int) -> None:
    file, lines = written(tmp_path)
    month = b"-" if number == 5 else lines[number].split(b"\t")[1][:7]
    file.write_bytes(b"".join(lines[:number] + lines[number + 1 :]))
    with pytest.raises(LedgerError, match=rf"the month {month.decode()} .*restore the file .*--ledger"):
        read(file)


def test_lines_in_another_order_are_refused(tmp_path: Path) -> None:
    file, lines = written(tmp_path)
    file.write_bytes(b"".join([lines[0], lines[2], lines[1], *lines[3:]]))
    with pytest.raises(LedgerError, match=r"the month 2011-11 .* in another order"):
        read(file)


def test_a_key_that_is_changed_is_refused(tmp_path: Path) -> None:
    file, _ = written(tmp_path)
    file.write_bytes(file.read_bytes().replace(KEY.encode(), OTHER.encode(), 1))
    with pytest.raises(LedgerError, match="the month 2011-11 "):
        read(file)


def test_a_hash_that_is_missing_or_changed_is_refused(tmp_path: Path) -> None:
    file, lines = written(tmp_path)
    month = next(number for number, line in enumerate(lines) if line.startswith(b"month"))
    file.write_bytes(b"".join(lines[:month] + lines[month + 1 :]))
    with pytest.raises(LedgerError, match="lines of the month - are not whole"):
        read(file)
    root = next(number for number, line in enumerate(lines) if line.startswith(b"root"))
    file.write_bytes(b"".join([*lines[:root], b"root\t" + b"0" * 64 + b"\n", *lines[root + 1 :]]))
    with pytest.raises(LedgerError, match="is damaged"):
        read(file)


def test_a_line_of_an_unknown_type_says_that_the_ledger_is_of_a_newer_version(tmp_path: Path) -> None:
    file, _ = written(tmp_path)
    file.write_bytes(file.read_bytes() + b"story\ta\tb\n")
    with pytest.raises(LedgerError, match=r":\d+ has the type story, .* use the newer one that wrote it"):
        read(file)


def test_the_hash_of_a_month_is_that_of_its_shipped_lines_and_the_root_that_of_the_months(tmp_path: Path) -> None:
    append(tmp_path / "ledger.tsv", [wording("a"), Name("entity/en/Homs", "Homs")])
    _, *lines, other, month, root = (tmp_path / "ledger.tsv").read_text().splitlines()
    told = ["\t".join(shipped(line.split("\t"))) for line in reversed(lines)]
    sums = [hashlib.sha256(f"{line}\n".encode()).hexdigest() for line in told]
    assert [other, month] == [f"month\t-\t{sums[0]}", f"month\t2011-11\t{sums[1]}"]
    assert root == "root\t" + hashlib.sha256(f"-\t{sums[0]}\n2011-11\t{sums[1]}\n".encode()).hexdigest()


def test_an_append_writes_the_hashes_of_the_months_that_it_changes_only(tmp_path: Path) -> None:
    file, lines = written(tmp_path)
    assert [line.split(b"\t")[0] for line in lines[-3:]] == [b"wording", b"month", b"root"]
    before = file.read_bytes()
    append(file, [])
    assert file.read_bytes() == before


def test_a_ledger_of_the_first_format_stays_and_is_covered_by_the_first_root(tmp_path: Path) -> None:
    file = tmp_path / "ledger.tsv"
    file.write_bytes(OLD)
    append(file, [])
    assert file.read_bytes().startswith(OLD + b"#newsgraph-ledger\t2\nmonth\t2011-11\t")
    file.write_bytes(file.read_bytes().replace(b"an-old-slug", b"a-new-slug"))
    with pytest.raises(LedgerError, match="the month 2011-11 "):
        read(file)


@pytest.mark.parametrize("old", [b"", OLD, b"#newsgraph-ledger\t1\n" + OLD])
def test_a_copy_hides_the_words_of_withdrawn_events_and_has_the_same_hashes(tmp_path: Path, old: bytes) -> None:
    file, copy = tmp_path / "ledger.tsv", tmp_path / "copy.tsv"
    file.write_bytes(old)
    append(file, [slug("secret-words"), wording("secretwords"), text("Secret words"), slug("plain", OTHER)])
    append(file, [Claim(DAY, "en", KEY, "withdrawn", "2024-05-06T07:08:09Z")])
    export(file, str(copy))
    assert b"ecret" not in copy.read_bytes()
    assert b"old" not in copy.read_bytes()
    assert b"\tplain\n" in copy.read_bytes()
    assert (LedgerFile(copy).root, LedgerFile(copy).roots) == (LedgerFile(file).root, LedgerFile(file).roots)
    assert missing(published(str(copy)), Ledger(read(file))) == []
    assert missing(published(str(file)), Ledger(read(copy))) == []


def test_a_copy_leaves_out_what_a_killed_append_left(tmp_path: Path) -> None:
    file, copy = tmp_path / "ledger.tsv", tmp_path / "copy.tsv"
    append(file, SOME)
    whole = file.read_bytes()
    file.write_bytes(whole + b"\t".join(one.encode() for one in columns(wording("x"))) + b"\n")
    export(file, str(copy))
    assert copy.read_bytes() == whole


def test_a_shipped_ledger_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    file, lines = written(tmp_path)
    for cut in range(1, len(lines)):
        file.write_bytes(b"".join(lines[:cut]))
        if not lines[cut - 1].startswith((b"root", b"#")):
            with pytest.raises(LedgerError, match="does not end with a root: it is cut off"):
                published(str(file))


def test_a_line_that_stands_twice_in_a_copy_is_taken_as_often_as_it_is_lacked(tmp_path: Path) -> None:
    merged = [Claim(DAY, "en", KEY, "merged", OTHER), Claim(DAY, "en", KEY, "unmerged", OTHER)]
    append(tmp_path / "copy.tsv", [*merged, merged[0]])
    assert missing(published(str(tmp_path / "copy.tsv")), Ledger(merged)) == [merged[0]]


# ---- The lines together.


def test_a_line_undoes_what_an_earlier_one_says() -> None:
    merged = Claim(DAY, "en", KEY, "merged", OTHER)
    withdrawn = Claim(DAY, "en", KEY, "withdrawn", "2024-05-06T07:08:09Z")
    lines = [wording("a"), wording("b", OTHER), merged, merged._replace(kind="unmerged"), withdrawn]
    assert (Ledger(lines).merged, set(Ledger(lines).withdrawn)) == ({}, {KEY})
    again = Ledger([*lines, withdrawn._replace(kind="restored"), merged])
    assert (again.merged, again.withdrawn, again.hidden) == ({KEY: OTHER}, {}, {})


def test_aliases_lead_to_the_last_of_a_chain_until_they_are_undone_for_good() -> None:
    ledger = Ledger([Alias("a", "b", "place"), Alias("b", "c", "decided"), Name("a", "A")])
    assert ledger.aliases == {"a": "c", "b": "c"}
    assert ledger.names == {"a": "A"}
    ledger.extend([Unalias("a", "b", "decided")])
    assert (ledger.aliases, ledger.separate) == ({"b": "c"}, {("a", "b")})
    ledger.extend([Alias("a", "b", "decided")])
    assert (ledger.canonical("a"), ledger.separate) == ("c", set())


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ([Alias("a", "b", ""), Alias("b", "a", "")], "the path . in a circle"),
        ([Alias("a", "a", "")], "the path a in a circle"),
        ([Alias("a", "b", ""), Alias("a", "c", "")], "the path a into two paths"),
        ([Alias("a", "b", ""), Unalias("a", "c", "")], "undoes .* the path a into c, and never did"),
        ([Claim(DAY, "en", KEY, "unmerged", OTHER)], "undoes .* the event"),
    ],
)
def test_lines_that_contradict_each_other_are_refused(lines: list[Line], why: str) -> None:
    with pytest.raises(LedgerError, match=why):
        Ledger(lines)


def test_texts_are_those_of_the_days_that_events_were_last_known_on() -> None:
    ledger = Ledger([text("A"), text("B", OTHER), text("A again", day=NEXT_MONTH)])
    assert {key: [one.text for one in some] for key, some in ledger.of(DAY).texts.items()} == {OTHER: ["B"]}
    assert [one.text for one in ledger.of(NEXT_MONTH).texts[KEY]] == ["A", "A again"]
    assert [one.text for one in ledger.texts_on(NEXT_MONTH)] == ["A again"]
    assert ledger.together([(DAY,), (NEXT_MONTH,)]) == [(DAY,), (NEXT_MONTH,)]


def test_a_name_that_is_told_no_longer_is_hidden_in_copies_which_have_the_same_root(tmp_path: Path) -> None:
    file, copied = tmp_path / "ledger.tsv", tmp_path / "copied.tsv"
    secret, other = Name("publisher/secret", "Secret"), Name("entity/en/Homs", "Homs")
    append(file, [secret, Alias("publisher/the-secret", "publisher/secret", "a printed label"), other])
    append(file, [Unname(f"sha256:{hashed(one)}") for one in ("publisher/secret", "publisher/the-secret")])
    export(file, str(copied))
    assert b"ecret" not in copied.read_bytes()
    assert LedgerFile(copied).root == LedgerFile(file).root
    for one in (file, copied):
        known = Ledger(read(one))
        assert (known.names, known.aliases) == ({"entity/en/Homs": "Homs"}, {})


def test_a_name_that_is_told_again_is_told(tmp_path: Path) -> None:
    file = tmp_path / "ledger.tsv"
    name = Name("entity/en/Homs", "Homs")
    append(file, [name, Unname(f"sha256:{hashed(name.path)}"), name])
    assert Ledger(read(file)).names == {"entity/en/Homs": "Homs"}
    export(file, str(tmp_path / "copied.tsv"))
    assert b"Homs" in (tmp_path / "copied.tsv").read_bytes()
