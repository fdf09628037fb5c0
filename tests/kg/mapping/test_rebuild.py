"""Rebuilding a page from its triples: what is rebuilt, and what is refused."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import Literal

from kg.archive.opening import open_archive
from kg.dialects import reading as dialects
from kg.dialects.record import Page
from kg.dialects.wikitext import page as wikitext
from kg.dialects.wikitext.record import DayPage
from kg.errors import ArchiveError, NotFoundError, StoreError
from kg.mapping.page import page_quads
from kg.mapping.rebuild import find, text
from kg.pipeline import run
from kg.pipeline.verify import Verified, difference, summary, verify
from kg.rdf import NamedNode, Quad, terms
from kg.rdf.iri import Minter
from kg.settings import Settings
from kg.store.embedded import EmbeddedGraph
from tests.conftest import run_here
from tests.paths import CORPUS, ROOT

MINTER = Minter("http://127.0.0.1:8000/")
EVENT = "news/2011/11/8/shops-close.md"
INDEX = "news/2011/11/8/index.md"
DAY = "2011_November_8.txt"
HEAD = "### [2011-11-8](/news/2011/11/8/index.md)\n\n"
SHOPS = f"{HEAD}# Shops close.\n\n\n\n\n### Sources:\n\n1. [Example News](https://example.org/a)\n"
RELATED = "1. [Banks close.](/news/2011/11/8/banks-close.md) _{}: Homs, Syria_\n"
LIST = ";Sports<!-- a heading -->\n* [[Homs]] <!-- two\nlines -->\n** Shops close. [https://example.org/a (News)] \n"

WriteArchive = Callable[..., Path]


def made_again(path: str, content: str | bytes) -> bytes:
    page = Page(path, content if isinstance(content, bytes) else content.encode())
    parsed = dialects.parse(page)
    assert parsed
    return text(page_quads(page, parsed, MINTER))


def graph(root: Path, **options: bool) -> EmbeddedGraph:
    store = EmbeddedGraph()
    store.extend(run.quads([root], Settings(**options)))
    return store


# ---- The sample.


@pytest.fixture(scope="module")
def sample_pages(sample: tuple[Path, ...]) -> list[Page]:
    archives = [open_archive(root, 1_000_000) for root in sample]
    return [page for one in archives for page in one.pages(one.versions) if dialects.parse(page)]


def test_every_page_of_the_sample_comes_out_of_a_store_as_it_went_in(
    sample_pages: list[Page], sample_graph: EmbeddedGraph
) -> None:
    assert len(sample_pages) == 178
    for page in sample_pages:
        rebuilt = text(find(sample_graph, MINTER.page(page.path, page.sha256)))
        if wikitext.matches(page.path):
            assert set(rebuilt.splitlines()) <= set(page.content.splitlines())
        else:
            assert rebuilt == page.content


def test_every_record_of_the_sample_is_what_its_triples_say(sample_pages: list[Page]) -> None:
    for page in sample_pages:
        parsed = dialects.parse(page)
        assert parsed
        again = dialects.parse(Page(page.path, text(page_quads(page, parsed, MINTER))))
        if isinstance(parsed, DayPage):
            assert isinstance(again, DayPage)
            assert [replace(one, line=0) for one in again.bullets] == [replace(one, line=0) for one in parsed.bullets]
        else:
            assert again == parsed


def test_no_triple_holds_a_whole_page(sample_pages: list[Page]) -> None:
    for page in sample_pages:
        parsed = dialects.parse(page)
        assert parsed
        body = dialects.text_of(page).strip()
        for quad in page_quads(page, parsed, MINTER):
            assert not (isinstance(quad.object, Literal) and body in quad.object.value)


# ---- Pages of the Context.


@pytest.mark.parametrize("marker", ["Context", "消息", "上下文"])
def test_the_word_before_the_labels_of_a_related_event_is_kept(marker: str) -> None:
    page = f"{HEAD}# Shops close.\n\n\n\n\n### Related:\n\n{RELATED.format(marker)}"
    assert made_again(EVENT, page) == page.encode()


@pytest.mark.parametrize("marker", ["Context", "消息", "上下文"])
@pytest.mark.parametrize("labels", ["Homs, Syria", "", "Context: a_"])
def test_the_word_before_the_labels_of_an_index_item_is_kept(marker: str, labels: str) -> None:
    page = f"## [2011-11-8](/news/2011/11/8/index.md)\n\n### [A](/news/2011/11/8/a.md)\n_{marker}: {labels}_\n\n"
    assert made_again(INDEX, page) == page.encode()


@pytest.mark.parametrize("heading", ["", "##### \n", "##### Homs, \n"])
def test_an_absent_heading_an_empty_one_and_one_with_spaces_are_told_apart(heading: str) -> None:
    page = f"{HEAD}{heading}# Shops close.\n\n\n\n"
    assert made_again(EVENT, page) == page.encode()


def test_a_list_without_an_entry_is_still_printed() -> None:
    page = f"{HEAD}# Shops close.\n\n\n\n\n### Sources:\n\n\n### Related:\n\n"
    assert made_again(EVENT, page) == page.encode()


def test_sources_without_a_name_pictures_and_the_cover_are_kept() -> None:
    sources = "1. [](https://example.org/(a))\n2. [B](c d) [IMG](/e.jpg)\n2. [Cover Image](f)\n"
    page = f"{HEAD}# Shops close.\n\n\n\n\n### Source:\n\n{sources}"
    assert made_again(EVENT, page) == page.encode()


def test_a_page_in_latin_1_is_printed_in_latin_1() -> None:
    page = SHOPS.replace("Shops", "Cafés").encode("iso-8859-1")
    assert made_again(EVENT, page) == page


@pytest.mark.parametrize(
    "page",
    [
        SHOPS.replace("\n", "\r\n"),
        SHOPS.replace("Shops", "Sh\x07ops"),
        SHOPS.replace("Shops", "Sh\rops"),
        f"\ufeff{SHOPS}",
        SHOPS.rstrip("\n"),
        SHOPS.replace("1. [", "7. ["),
        f"{SHOPS}\nfree text\n",
    ],
)
def test_a_page_with_something_that_is_not_kept_is_refused_and_never_printed_otherwise(page: str) -> None:
    with pytest.raises(ArchiveError, match=f"{EVENT} holds lines that no rule understands"):
        made_again(EVENT, page)


# ---- Day pages.


def test_the_list_of_a_day_page_is_its_headings_bullets_and_lines_not_understood_in_order() -> None:
    frame = "{{Current events header|2011|11|08}}\n<!-- below -->\n\n%s\n{{Current events footer}}\n"
    lines = f"{LIST}[[File:A.jpg]]\n==B==\n:*c\n"
    assert made_again(DAY, frame % lines) == lines.encode()


def test_the_entries_of_a_day_page_count_from_1_in_the_order_of_the_page() -> None:
    page = Page(DAY, b";A\n*b\ntext\n;C\n**d\n")
    parsed = dialects.parse(page)
    assert parsed
    quads = page_quads(page, parsed, MINTER)
    positions = {quad.subject.value.partition("#")[2]: quad.object.value for quad in quads if is_position(quad)}
    assert positions == {"heading-1": "1", "item-1": "2", "line-1": "3", "heading-2": "4", "item-2": "5"}


def is_position(quad: object) -> bool:
    return getattr(quad, "predicate", None) == terms.POSITION


def test_a_list_in_latin_1_is_printed_in_latin_1() -> None:
    assert made_again(DAY, "*Cafés close.\n".encode("iso-8859-1")) == "*Cafés close.\n".encode("iso-8859-1")


@pytest.mark.parametrize("lines", ["*a\r\n", "*a\rb\n", "*a\x0b\n"])
def test_a_list_that_is_not_kept_to_the_letter_differs(lines: str) -> None:
    page = Page(DAY, lines.encode())
    parsed = dialects.parse(page)
    assert parsed
    assert difference(page, parsed, MINTER)


@pytest.mark.parametrize("lost", ["bullets", "headings"])
def test_a_list_that_leaves_out_a_bullet_or_a_heading_differs(lost: str) -> None:
    page = Page(DAY, LIST.encode())
    parsed = dialects.parse(page)
    assert isinstance(parsed, DayPage)
    assert difference(page, parsed, MINTER) is None
    assert difference(page, replace(parsed, **{lost: ()}), MINTER)


# ---- In a store.


def test_a_page_is_found_by_its_iri_and_by_its_path(archive: WriteArchive) -> None:
    store = graph(archive({EVENT: SHOPS}))
    iri = MINTER.page(EVENT, Page(EVENT, SHOPS.encode()).sha256)
    assert text(find(store, iri)) == text(find(store, EVENT)) == SHOPS.encode()


@pytest.mark.parametrize("name", ["news/2011/11/8/banks-close.md", "http://127.0.0.1:8000/day/2011-11-08", ""])
def test_anything_that_is_not_a_page_is_not_found(archive: WriteArchive, name: str) -> None:
    with pytest.raises(NotFoundError, match="no page"):
        find(graph(archive({EVENT: SHOPS})), name)


def test_of_several_captures_the_newest_has_the_path(commit: Callable[[Mapping[str, str], int], Path]) -> None:
    commit({EVENT: SHOPS}, 1_320_800_000)
    commit({EVENT: SHOPS.replace("Shops", "Banks")}, 1_320_900_000)
    assert b"Banks" in text(find(graph(commit({DAY: "*a\n"}, 1_321_000_000), history=True), EVENT))


def test_a_capture_that_came_back_is_the_newest(commit: Callable[[Mapping[str, str], int], Path]) -> None:
    commit({EVENT: SHOPS}, 1_320_800_000)
    commit({EVENT: SHOPS.replace("Shops", "Banks")}, 1_320_900_000)
    assert text(find(graph(commit({EVENT: SHOPS}, 1_321_000_000), history=True), EVENT)) == SHOPS.encode()


def test_every_capture_of_a_context_page_is_printed_byte_for_byte(
    commit: Callable[[Mapping[str, str], int], Path],
) -> None:
    related = f"{SHOPS}\n### Related:\n\n{RELATED.format('Context')}"
    captures = [SHOPS, SHOPS.replace("Shops", "Banks"), related]
    for number, capture in enumerate(captures):
        root = commit({EVENT: capture}, 1_320_800_000 + 100_000 * number)
    store = graph(root, history=True)
    for capture in captures:
        assert text(find(store, MINTER.page(EVENT, Page(EVENT, capture.encode()).sha256))) == capture.encode()


def test_an_older_capture_of_a_day_page_keeps_only_what_revisions_come_from(
    commit: Callable[[Mapping[str, str], int], Path],
) -> None:
    commit({DAY: "*Shops close in Homs.\n*A ship sinks.\n"}, 1_320_800_000)
    store = graph(commit({DAY: "*Banks close in Homs.\n*A ship sinks.\n"}, 1_320_900_000), history=True)
    with pytest.raises(NotFoundError, match="only some entries"):
        text(find(store, MINTER.page(DAY, Page(DAY, b"*Shops close in Homs.\n*A ship sinks.\n").sha256)))


def test_captures_of_unknown_time_have_to_be_named_by_their_iris(archive: WriteArchive) -> None:
    roots = [archive({EVENT: SHOPS}, "a"), archive({EVENT: SHOPS.replace("Shops", "Banks")}, "b")]
    store = EmbeddedGraph()
    store.extend(run.quads(roots, Settings()))
    with pytest.raises(NotFoundError, match=r"choose one of <http://\S+> <http://\S+>"):
        find(store, EVENT)


@pytest.mark.parametrize("term", [terms.TARGET, terms.POSITION, terms.PRINTED_TEXT])
def test_triples_that_say_too_little_are_an_error_of_the_store(term: object) -> None:
    page = Page(EVENT, f"{SHOPS}\n### Related:\n\n{RELATED.format('Context')}".encode())
    parsed = dialects.parse(page)
    assert parsed
    with pytest.raises(StoreError, match="build it again"):
        text(quad for quad in page_quads(page, parsed, MINTER) if quad.predicate != term)


def test_quads_of_no_page_and_of_two_are_refused() -> None:
    pages = [Page(EVENT, content.encode()) for content in (SHOPS, SHOPS.replace("Shops", "Banks"))]
    quads = [quad for page in pages if (parsed := dialects.parse(page)) for quad in page_quads(page, parsed, MINTER)]
    for some in ([], quads):
        with pytest.raises(NotFoundError, match="not those of one page"):
            text(some)


# ---- On the command line.


def test_kg_page_prints_the_bytes_of_a_page_and_nothing_else(sample_store: Path) -> None:
    page = next(ROOT.glob("data/seed/**/news/**/*.md"))
    path = page.as_posix()[page.as_posix().index("news/") :]
    printed = run_here("page", path, "--store", sample_store)
    assert (printed.returncode, printed.stdout, printed.stderr) == (0, page.read_bytes(), b"")


def test_kg_page_reports_in_one_line_that_there_is_no_such_page(sample_store: Path) -> None:
    printed = run_here("page", "news/2011/11/8/none.md", "--store", sample_store)
    assert printed.returncode == 2
    assert printed.stderr == b"kg: the graph has no page news/2011/11/8/none.md\n"


def test_kg_page_takes_several_names_only_to_verify_archives() -> None:
    printed = run_here("page", "a", "b")
    assert printed.returncode == 2
    assert b"only --verify takes several archives" in printed.stderr


def test_kg_page_verify_counts_what_is_identical(sample: tuple[Path, ...]) -> None:
    printed = run_here("page", "--verify", *sample)
    assert (printed.returncode, printed.stderr) == (0, b"")
    assert printed.stdout == b"114 of 114 pages identical\n64 of 64 item lists identical\n"


def test_kg_page_verify_lists_what_differs_and_ends_with_1(archive: WriteArchive) -> None:
    windows, binary = SHOPS.replace("\n", "\r\n"), b"\xff\x00"
    root = archive({EVENT: SHOPS, "news/2011/11/8/a.md": windows, "news/2011/11/8/b.md": binary, DAY: LIST})
    printed = run_here("page", "--verify", "--jobs", "1", root)
    assert printed.returncode == 1
    assert printed.stdout.decode().splitlines() == [
        "differs: news/2011/11/8/a.md: line 1: the lines end in CR LF, which is not kept",
        "differs: news/2011/11/8/b.md: page news/2011/11/8/b.md is not text (it holds NUL bytes): save it as UTF-8",
        "1 of 3 pages identical",
        "1 of 1 item lists identical",
    ]


def test_a_page_that_is_too_large_to_be_compared_differs(archive: WriteArchive) -> None:
    root = archive({EVENT: SHOPS, DAY: LIST})
    found = verify([root], Settings(jobs=1, page_bytes=len(LIST)))
    (told,) = [one for one in found if one.reason]
    assert f"page {EVENT} has {len(SHOPS):,} bytes, more than the {len(LIST):,} allowed" in str(told.reason)


def test_all_versions_of_a_history_are_compared_each_content_once(
    commit: Callable[[Mapping[str, str], int], Path],
) -> None:
    for at, word in enumerate(["Shops", "Banks", "Shops"]):
        root = commit({EVENT: SHOPS.replace("Shops", word), DAY: f"*{at}\n"}, 1_320_800_000 + at)
    found = verify([root], Settings(history=True, jobs=1))
    assert sorted(found, key=lambda one: one.path) == [
        *[Verified(DAY, is_list=True)] * 3,
        *[Verified(EVENT, is_list=False)] * 2,
    ]
    assert summary(verify([root], Settings(jobs=1))) == "1 of 1 pages identical\n1 of 1 item lists identical"


# ---- Real archives.

HERE = "tests/kg/mapping/test_rebuild.py::"


def needs(file: str, *programs: str) -> pytest.MarkDecorator:
    here = (CORPUS / file).exists()
    missing = [program for program in programs if not shutil.which(program)] if here else [file]
    return pytest.mark.skipif(bool(missing), reason=f"not here: {', '.join(missing)} (see NEWSGRAPH_CORPUS)")


def assert_all_identical(found: list[Verified], count: int) -> None:
    assert [one for one in found if one.reason is not None] == []
    assert len(found) == count


@pytest.mark.parametrize(
    ("folder", "count"),
    [
        pytest.param("the-context-en", 47, marks=needs("the-context-en")),
        pytest.param("the-context-en-revisions", 9, marks=needs("the-context-en-revisions")),
    ],
)
def test_every_english_page_is_made_again_byte_for_byte(folder: str, count: int) -> None:
    assert_all_identical(verify([CORPUS / folder], Settings()), count)


@pytest.mark.slow(also=HERE + "test_every_page_of_the_sample_comes_out_of_a_store_as_it_went_in")
@needs("the-context-zh-pages.tar.zst", "zstd")
def test_every_chinese_page_is_made_again_byte_for_byte(tmp_path: Path) -> None:
    packed = CORPUS / "the-context-zh-pages.tar.zst"
    (tmp_path / "pages.tar").write_bytes(
        subprocess.run(["zstd", "-dcq", str(packed)], check=True, capture_output=True).stdout
    )
    with tarfile.open(tmp_path / "pages.tar") as pages:
        pages.extractall(tmp_path / "pages", filter="data")
    assert_all_identical(verify([tmp_path / "pages"], Settings()), 13_750)


@pytest.mark.slow(also=HERE + "test_all_versions_of_a_history_are_compared_each_content_once")
@pytest.mark.parametrize(
    ("bundle", "history", "count"),
    [
        pytest.param(
            "the-context-zh-2014-history.bundle", True, 14_939, marks=needs("the-context-zh-2014-history.bundle", "git")
        ),
        pytest.param(
            "wikipedia-current-events.bundle", False, 5_749, marks=needs("wikipedia-current-events.bundle", "git")
        ),
    ],
)
def test_every_page_of_a_repository_is_made_again(bundle: str, history: bool, count: int, tmp_path: Path) -> None:
    root = tmp_path / "git"
    subprocess.run(["git", "clone", "--quiet", "--bare", str(CORPUS / bundle), str(root)], check=True)
    assert_all_identical(verify([root], Settings(history=history)), count)


def test_a_thing_is_not_a_page_because_its_label_is_the_path_of_one() -> None:
    graph = EmbeddedGraph()
    page, other = NamedNode("urn:page"), NamedNode("urn:other")
    named = [Quad(one, terms.LABEL, Literal("a.txt")) for one in (page, other)]
    graph.extend([*named, Quad(page, terms.TYPE, terms.PAGE)])
    assert {quad.subject for quad in find(graph, "a.txt")} == {page}
