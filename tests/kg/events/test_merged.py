"""A ledger shipped with a dump, and the events that it merges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pyoxigraph import NamedNode, Quad

from kg.cli import main
from kg.errors import LedgerError
from kg.events.ledger import Ledger
from kg.events.ledger_file import append, export, missing, published, read
from kg.events.lines import Claim, hashed
from kg.events.merged import surviving
from kg.events.timeline import Event, Observed, Span
from kg.pipeline import run
from kg.pipeline.run import Built
from kg.rdf import terms
from kg.rdf.lines import statements
from kg.settings import Settings
from kg.store import amend
from kg.store.embedded import EmbeddedGraph
from kg.store.layout import Store

BASE = "http://127.0.0.1:8000/"
DAY = date(2011, 11, 8)
A, B, C = (f"2011-11-08/{letter * 10}" for letter in "abc")

Archive = Callable[..., Path]


def wording(text: str, key: str) -> Claim:
    return Claim(DAY, "en", key, "wording", hashed(text))


def merged(old: str, new: str) -> Claim:
    return Claim(DAY, "en", old, "merged", new)


def day(number: int, *bullets: str) -> str:
    return f"{{{{Current events header|2011|11|{number:02}}}}}\n;News\n" + "".join(f"*{one}\n" for one in bullets)


def page(day: str, title: str, *lists: str) -> str:
    return f"### [{day}](/news/{day.replace('-', '/')}/index.md)\n\n# {title} \n\n\n\n{''.join(lists)}"


def nquads(built: Built) -> bytes:
    with statements.reading(built.snapshot.open()) as lines:
        return b"".join(sorted(lines))


def events(graph: EmbeddedGraph) -> dict[str, str]:
    """Return the IRI of each event with a title, by that title; no two are the same."""
    named = ((quad.subject, quad.object.value) for quad in graph.quads_for_pattern(None, terms.NAME, None))
    found = [(title, str(one.value)) for one, title in named if "/revision/" not in str(one)]
    assert len(dict(found)) == len(found)
    return dict(found)


def objects(graph: EmbeddedGraph, iri: str, predicate: NamedNode) -> set[str]:
    return {quad.object.value for quad in graph.quads_for_pattern(NamedNode(iri), predicate, None)}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(store=str(tmp_path / "store"), jobs=1)


# ---- The shipped file.


def test_a_shipped_ledger_gives_the_same_iris_elsewhere(archive: Archive, settings: Settings, tmp_path: Path) -> None:
    file, name = tmp_path / "shipped.tsv", "2011_November_8.txt"
    path = "news/2011/11/8/shops-close.md"
    first = archive({path: page("2011-11-8", "Shops close early.")}, "first")
    grown = archive({path: page("2011-11-8", "Shops stay open."), name: day(8, "Banks close.")}, "grown")
    run.build([first], replace(settings, ledger=str(file)))
    here = run.build([grown], replace(settings, ledger=str(file)))
    there = run.build([grown], replace(settings, store=str(tmp_path / "other"), ledger=str(file)))
    alone = run.build([grown], replace(settings, store=str(tmp_path / "alone")))
    assert nquads(there) == nquads(here) != nquads(alone)
    assert file.read_bytes() == (tmp_path / "store" / "ledger.tsv").read_bytes()


def test_the_whole_ledger_is_written_after_a_build(archive: Archive, settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "shipped.tsv"
    append(file, [wording("elsewhere", A)])
    run.build([archive({"2011_November_8.txt": day(8, "Banks close.")})], replace(settings, ledger=str(file)))
    claims = list(read(file))
    assert wording("elsewhere", A) in claims
    assert claims == list(read(Path(settings.store) / "ledger.tsv"))
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []


def test_a_shipped_ledger_that_contradicts_the_store_is_refused(
    archive: Archive, settings: Settings, tmp_path: Path
) -> None:
    root = archive({"2011_November_8.txt": day(8, "Banks close.")})
    run.build([root], settings)
    ledger = Path(settings.store) / "ledger.tsv"
    before, file = ledger.read_bytes(), tmp_path / "shipped.tsv"
    append(file, [one._replace(key=A) for one in read(ledger) if isinstance(one, Claim)])
    with pytest.raises(LedgerError, match="two events of 2011-11-08 claim the same"):
        run.build([root], replace(settings, ledger=str(file)))
    assert ledger.read_bytes() == before


@pytest.mark.parametrize(("name", "why"), [("no/such/file", "there is no such folder"), (".", "cannot be read")])
def test_a_ledger_that_cannot_be_read_or_written_is_refused(tmp_path: Path, name: str, why: str) -> None:
    with pytest.raises(LedgerError, match=why):
        published(str(tmp_path / name))


def test_a_ledger_that_cannot_be_written_is_an_error_and_leaves_no_draft(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(LedgerError, match="cannot be written"):
        export(tmp_path / "ledger.tsv", str(tmp_path / "folder"))
    assert [one.name for one in tmp_path.iterdir()] == ["folder"]


def test_only_what_the_store_lacks_is_taken(tmp_path: Path) -> None:
    append(tmp_path / "l.tsv", [wording("a", A), wording("b", B)])
    known = Ledger([wording("a", A)])
    assert missing(published(str(tmp_path / "l.tsv")), known) == [wording("b", B)]
    assert known.of(DAY).find(DAY, "en", ["b"]) == B
    assert missing(published(""), known) == []


# ---- Merges in a ledger.


def test_a_chain_of_merges_leads_to_the_last_event() -> None:
    ledger = Ledger([wording("a", A), merged(A, B), merged(B, C)])
    assert ledger.merged == {A: C, B: C}
    assert ledger.of(DAY).survivor(A) == C
    assert ledger.of(DAY).survivor(C) == C


@pytest.mark.parametrize("claims", [[merged(A, A)], [merged(A, B), merged(B, A)], [merged(A, B), merged(A, C)]])
def test_a_ledger_that_merges_in_a_circle_or_into_two_events_is_refused(claims: list[Claim]) -> None:
    with pytest.raises(LedgerError, match="merges the event"):
        Ledger(claims)


def test_slugs_of_a_merged_event_are_those_of_the_survivor() -> None:
    claims = Ledger([Claim(DAY, "en", A, "slug", "a"), Claim(DAY, "en", B, "slug", "b"), merged(A, B)]).of(DAY)
    assert claims.slugs() == {B: ["2011-11-08/a", "2011-11-08/b"]}


def test_days_of_merged_events_are_followed_together() -> None:
    other, third = date(2015, 1, 10), date(2018, 1, 10)
    ledger = Ledger([wording("a", A), Claim(third, "en", C, "wording", hashed("c")), merged(A, C)])
    assert ledger.together([(DAY,), (other,), (third,)]) == [(DAY, third), (other,)]
    assert Ledger([wording("a", A)]).together([(other,), (DAY,)]) == [(DAY,), (other,)]


@pytest.mark.parametrize("value", ["yesterday", "2024-05-06", "2024-05-06T07:08:09", ""])
def test_a_withdrawal_without_a_time_in_utc_is_not_a_line_of_a_ledger(tmp_path: Path, value: str) -> None:
    append(tmp_path / "l.tsv", [Claim(DAY, "en", A, "withdrawn", value)])
    with pytest.raises(LedgerError, match="is not a line of a ledger"):
        list(read(tmp_path / "l.tsv"))


def test_intervals_of_one_content_that_overlap_become_one() -> None:
    def event(key: str, *hours: tuple[int, int | None]) -> Event:
        spans = [Span(moment(start), moment(end) if end else None) for start, end in hours]
        return Event(key, "en", revisions={"same": Observed(None, spans=spans)}, current="same")

    def moment(hour: int) -> datetime:
        return datetime(2011, 11, 8, hour, tzinfo=UTC)

    claims = Ledger([wording("a", A), merged(A, B)]).of(DAY)
    [one] = surviving([event(A, (1, 3), (9, None)), event(B, (2, 4), (6, 7), (7, 8))], claims)
    spans = [(span.start.hour, span.until and span.until.hour) for span in one.revisions["same"].spans]
    assert (one.key, spans) == (B, [(1, 4), (6, 8), (9, None)])


# ---- A build with merged events.


def merged_build(root: Path, settings: Settings, old: str, new: str) -> tuple[dict[str, str], Built]:
    """Build, merge two events given by their titles, and build again; return the IRIs of the first build."""
    before = events(run.build([root], settings).snapshot.open())
    amend.merge(Store(Path(settings.store)), before[old], before[new])
    return before, run.build([root], settings)


def test_two_bullets_of_a_page_become_one_event_with_the_title_of_the_survivor(
    archive: Archive, settings: Settings
) -> None:
    root = archive({"2011_November_8.txt": day(8, "Shops close.", "All shops are closed.", "Banks close.")})
    before, built = merged_build(root, settings, "Shops close.", "All shops are closed.")
    graph = built.snapshot.open()
    old, new = before["Shops close."], before["All shops are closed."]
    assert events(graph) == {title: iri for title, iri in before.items() if iri != old}
    assert objects(graph, old, terms.REPLACED_BY) == {new}
    assert objects(graph, old, terms.DEPRECATED) == {"true"}
    assert len(objects(graph, new, terms.REVISION)) == 2
    assert objects(graph, new, terms.IDENTIFIER) == {"2011-11-08/shops-close", "2011-11-08/all-shops-are-closed"}
    assert built.report["tally"]["merged"] == 1


def test_events_of_two_days_become_one_on_the_day_of_the_survivor(archive: Archive, settings: Settings) -> None:
    pages = {"2011_November_8.txt": day(8, "Shops close."), "2012_January_8.txt": day(8, "Shops are closed.")}
    pages["2012_January_8.txt"] = pages["2012_January_8.txt"].replace("2011|11", "2012|01")
    before, built = merged_build(archive(pages), settings, "Shops are closed.", "Shops close.")
    graph, survivor = built.snapshot.open(), before["Shops close."]
    assert events(graph) == {"Shops close.": survivor}
    assert objects(graph, survivor, terms.START_DATE) == {"2011-11-08"}
    assert len(objects(graph, survivor, terms.CURRENT_REVISION)) == 1


def test_relations_and_parts_point_to_the_survivor_and_never_to_itself(archive: Archive, settings: Settings) -> None:
    lines = "\n### Related:\n\n1. [Shops close. ](/news/2011/11/8/shops.md) _Context: A_\n"
    bullets = "Unrest spreads in the city. [https://example.org/u (U)]\n**Shops close.\n**Banks close."
    root = archive(
        {
            "2011_November_8.txt": day(8, bullets),
            "news/2011/11/9/ports.md": page("2011-11-9", "Ports close.", lines),
        }
    )
    before, built = merged_build(root, settings, "Shops close.", "Unrest spreads in the city.")
    graph, survivor = built.snapshot.open(), before["Unrest spreads in the city."]
    assert objects(graph, before["Ports close."], terms.RELATION) == {survivor}
    assert objects(graph, before["Banks close."], terms.SUPER_EVENT) == {survivor}
    assert objects(graph, survivor, terms.SUPER_EVENT) == set()
    assert objects(graph, before["Shops close."], terms.NAME) == set()


def test_a_survivor_that_no_page_lists_any_more_has_the_content_of_the_other(
    archive: Archive, settings: Settings
) -> None:
    root = archive({"2011_November_8.txt": day(8, "Shops close.", "All shops are closed.")})
    before, _ = merged_build(root, settings, "Shops close.", "All shops are closed.")
    (root / "2011_November_8.txt").write_text(day(8, "Shops close."))
    assert events(run.build([root], settings).snapshot.open()) == {"Shops close.": before["All shops are closed."]}


def test_a_second_build_with_merges_changes_nothing(archive: Archive, settings: Settings, tmp_path: Path) -> None:
    root = archive({"2011_November_8.txt": day(8, "Shops close.", "All shops are closed.")})
    _, built = merged_build(root, settings, "Shops close.", "All shops are closed.")
    ledger = (Path(settings.store) / "ledger.tsv").read_bytes()
    again = run.build([root], settings)
    assert (again.report["months"]["new"], nquads(again)) == (0, nquads(built))
    assert (Path(settings.store) / "ledger.tsv").read_bytes() == ledger


# ---- Commands.


@pytest.fixture
def known(archive: Archive, settings: Settings) -> dict[str, str]:
    """The IRIs of the events of a store, by their titles."""
    chinese = "### [2011-11-8](/news/2011/11/8/index.md)\n\n# 商店关门。 \n\n"
    root = archive({"2011_November_8.txt": day(8, *(f"{one} close." for one in ("Shops", "Banks", "Ports")))})
    other = archive({"news/2011/11/8/商店关门.md": chinese}, "other")
    return events(run.build([root, other], settings).snapshot.open())


def kg(settings: Settings, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["ledger", *arguments, "--store", settings.store])


def test_merge_and_withdraw_take_effect_with_the_next_build(settings: Settings, known: dict[str, str]) -> None:
    merging = kg(settings, "merge", known["Shops close."], known["Banks close."])
    withdrawing = kg(settings, "withdraw", known["Ports close."])
    for result in (merging, withdrawing):
        assert (result.exit_code, result.output.endswith("takes effect with the next build\n")) == (0, True)
    kinds = [one.kind for one in read(Path(settings.store) / "ledger.tsv") if isinstance(one, Claim)]
    assert kinds[-2:] == ["merged", "withdrawn"]


def test_show_prints_what_the_ledger_says_of_an_event(settings: Settings, known: dict[str, str]) -> None:
    kg(settings, "merge", known["Shops close."], known["Banks close."])
    kg(settings, "withdraw", known["Ports close."])
    shops, banks, ports = (kg(settings, "show", known[f"{one} close."]).output for one in ("Shops", "Banks", "Ports"))
    assert f"wording 2011-11-08 en {hashed('shopsclose')}\nslug 2011-11-08 en shops-close\n" in shops
    assert f"merged into {known['Banks close.']}\n" in shops
    assert f"merged from {known['Shops close.']}\n" in banks
    assert "\nwithdrawn 20" in ports


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (("merge", "Banks close.", "Banks close."), "cannot be merged into itself"),
        (("merge", "Banks close.", "Shops close."), "cannot be merged into itself"),
        (("merge", "Shops close.", "商店关门。"), "is merged already"),
        (("merge", "商店关门。", "Banks close."), "is of the zh edition"),
        (("merge", "商店关门。", "Ports close."), "is withdrawn since"),
        (("merge", "Ports close.", "Banks close."), "is withdrawn since"),
        (("merge", "商店关门。", "Shops close."), "is merged already: name"),
        (("withdraw", "Shops close."), "is merged already"),
        (("withdraw", "Ports close."), "is withdrawn since"),
        (("withdraw", f"{BASE}event/2011-11-08/aaaaaaaaaa"), "knows no event"),
        (("withdraw", f"{BASE}event/2011-11-08/shops-close"), "is not the IRI of an event"),
        (("withdraw", "https://example.org/event/2011-11-08/aaaaaaaaaa"), "is not the IRI of an event"),
        (("show", "nothing"), "is not the IRI of an event"),
        (("show", f"{BASE}event/2011-11-08/aaaaaaaaaa"), "knows no event"),
    ],
)
def test_things_that_cannot_be_merged_withdrawn_or_shown_are_refused_in_one_line(
    settings: Settings, known: dict[str, str], command: tuple[str, ...], why: str
) -> None:
    kg(settings, "merge", known["Shops close."], known["Banks close."])
    kg(settings, "withdraw", known["Ports close."])
    before = (Path(settings.store) / "ledger.tsv").read_bytes()
    result = kg(settings, command[0], *(known.get(one, one) for one in command[1:]))
    assert (result.exit_code, result.output.count("\n")) == (2, 1)
    assert why in result.output
    assert (Path(settings.store) / "ledger.tsv").read_bytes() == before


def test_a_store_without_a_snapshot_has_no_events_to_merge(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["ledger", "withdraw", f"{BASE}event/{A}", "--store", str(tmp_path / "none")])
    assert (result.exit_code, result.output.count("\n")) == (2, 1)
    assert not (tmp_path / "none").exists()


# ---- Difficult pages: what is one event, and what stays two.


def test_one_event_under_several_slugs_is_one_event_to_which_all_of_them_lead(
    archive: Archive, settings: Settings
) -> None:
    paths = ("news/2011/11/8/shops-close.md", "news/2011/11/8/p-shops-close.md", "news/2011/11/8/shops-close-1.md")
    root = archive({path: page("2011-11-8", "Shops close.") for path in paths})
    graph = run.build([root], settings).snapshot.open()
    [iri] = events(graph).values()
    assert objects(graph, iri, terms.IDENTIFIER) == {f"2011-11-08/{Path(path).stem}" for path in paths}


def test_the_same_story_on_two_days_stays_two_events(archive: Archive, settings: Settings) -> None:
    root = archive({f"2011_November_{n}.txt": day(n, "Shops close. [https://example.org/s (S)]") for n in (8, 9)})
    graph = run.build([root], settings).snapshot.open()
    found = {quad.subject for quad in graph.quads_for_pattern(None, terms.TYPE, terms.EVENT)}
    assert len(found) == 2
    replaced = (quad.subject for quad in graph.quads_for_pattern(None, terms.REPLACED_BY, None))
    assert not any("/event/" in str(one) for one in replaced)


def test_a_page_written_over_by_another_title_wins_and_the_headings_of_all_are_labels(
    archive: Archive, settings: Settings
) -> None:
    titles = {"Shops close": "Homs", "Shops close!": "Hama", "Shops close, he says": "Idlib"}
    lines = "".join(
        f"##### {heading}\n### [{title} ](/news/2011/11/8/shops-close.md)\n\n" for title, heading in titles.items()
    )
    shown = page("2011-11-8", "Shops close, he says").replace("# Shops", "##### Aleppo\n# Shops")
    root = archive(
        {
            "news/2011/11/8/index.md": f"## [2011-11-8](/news/2011/11/8/index.md)\n\n{lines}",
            "news/2011/11/8/shops-close.md": shown,
        }
    )
    graph = run.build([root], settings).snapshot.open()
    [(title, iri)] = events(graph).items()
    assert title == "Shops close, he says"
    assert objects(graph, iri, terms.MENTION_LABEL) == {"Aleppo", "Homs", "Hama", "Idlib"}


def test_a_relation_to_a_page_that_is_not_there_leads_to_an_event_all_the_same(
    archive: Archive, settings: Settings
) -> None:
    line = "\n### Related:\n\n1. [Ports close. ](/news/2011/11/7/ports-close.md) _Context: Homs_\n"
    root = archive({"news/2011/11/8/shops-close.md": page("2011-11-8", "Shops close.", line)})
    graph = run.build([root], settings).snapshot.open()
    found = events(graph)
    assert objects(graph, found["Shops close."], terms.RELATION) == {found["Ports close."]}
    assert Quad(NamedNode(found["Ports close."]), terms.TYPE, terms.EVENT) in graph


def test_a_page_that_lists_itself_under_another_slug_is_not_related_to_itself(
    archive: Archive, settings: Settings
) -> None:
    line = "\n### Related:\n\n1. [Shops close. ](/news/2011/11/8/p-shops-close.md) _Context: Homs_\n"
    root = archive(
        {
            "news/2011/11/8/shops-close.md": page("2011-11-8", "Shops close.", line),
            "news/2011/11/8/p-shops-close.md": page("2011-11-8", "Shops close."),
        }
    )
    graph = run.build([root], settings).snapshot.open()
    assert len(events(graph)) == 1
    assert list(graph.quads_for_pattern(None, terms.RELATION, None)) == []


def test_the_page_of_an_old_wording_is_the_same_event_through_the_changes_of_the_new_one(
    archive: Archive, settings: Settings
) -> None:
    old = "news/2011/11/8/2011-uprising-pshops-are-shut.md"
    line = f"\n### Changes:\n\n1. [2011 uprising:Shops are shut ](/{old}) _2017-08-25 03:34:27 (First version)_\n"
    root = archive(
        {
            old: page("2011-11-8", "2011 uprising:Shops are shut"),
            "news/2011/11/8/all-stores-closed.md": page("2011-11-8", "All stores closed.", line),
        }
    )
    graph = run.build([root], settings).snapshot.open()
    [(title, iri)] = events(graph).items()
    assert title == "All stores closed."
    assert objects(graph, iri, terms.IDENTIFIER) == {
        "2011-11-08/2011-uprising-pshops-are-shut",
        "2011-11-08/all-stores-closed",
    }
