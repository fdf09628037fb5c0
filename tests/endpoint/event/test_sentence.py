"""The sentence of an event links the things that it names: at the printed links, or else where the names occur."""

from __future__ import annotations

from endpoint.event.sentence import Run, linked, names
from endpoint.html.reader import Reader
from endpoint.http.urls import Addresses
from kg.rdf.prefixes import expand
from kg.rdf.serialize import Nodes

BASE = "http://127.0.0.1:8000/"
EVENT, REVISION, ENTRY = f"{BASE}event/2011-11-08/a", f"{BASE}event/2011-11-08/a/revision/b", f"{BASE}page/p/c#item-1"


def entity(title: str) -> str:
    return f"{BASE}entity/en/{title}"


def reader(printed: str, *named: str) -> Reader:
    event = {expand("schema:about"): [{"iri": one} for one in named], expand("ng:currentRevision"): [{"iri": REVISION}]}
    nodes: Nodes = {
        EVENT: event,
        REVISION: {expand("prov:wasDerivedFrom"): [{"iri": ENTRY}]},
        ENTRY: {expand("ng:printedText"): [{"value": printed}]},
    }
    return Reader(nodes, Addresses(BASE))


def test_the_printed_links_are_found_with_the_words_that_they_show() -> None:
    printed = "*The [[Syria]]n army leaves [[Homs, Syria|the city]] after [[a treaty (2011)|talks]]."
    found = linked(
        reader(printed, entity("Syria"), entity("Homs,_Syria")), EVENT, "The Syrian army leaves the city after talks."
    )
    assert found == [
        Run("The "),
        Run("Syrian", "/entity/en/Syria"),
        Run(" army leaves "),
        Run("the city", "/entity/en/Homs,_Syria"),
        Run(" after talks."),
    ]  # fmt: skip


def test_repeated_words_are_linked_where_the_printed_text_links_them() -> None:
    printed = "*Talks begin: the talks in [[Geneva]] follow [[Geneva II|talks]] of last year."
    found = linked(
        reader(printed, entity("Geneva_II"), entity("Geneva")),
        EVENT,
        "Talks begin: the talks in Geneva follow talks of last year.",
    )
    assert [(run.text, run.href) for run in found if run.href] == [
        ("Geneva", "/entity/en/Geneva"),
        ("talks", "/entity/en/Geneva_II"),
    ]  # fmt: skip
    assert "".join(run.text for run in found[:-1]).endswith("follow talks")


def test_an_entity_that_no_text_links_is_found_by_its_whole_name_without_the_disambiguation() -> None:
    found = linked(
        reader("", entity("Hama"), entity("Mercury_(planet)")),
        EVENT,
        "Hamadan is far; hama is near, and so is Mercury.",
    )
    assert names(found) == ["hama", "Mercury"]


def test_a_name_in_a_language_without_spaces_is_found_within_the_text() -> None:
    found = linked(reader("", f"{BASE}entity/zh/霍姆斯"), EVENT, "叙利亚政府军包围霍姆斯。")
    assert names(found) == ["霍姆斯"]


def test_a_reference_without_a_target_is_not_a_link() -> None:
    assert linked(reader("*[[Homs]] falls.", "urn:homs"), EVENT, "Homs falls.") == [Run("Homs falls.")]
