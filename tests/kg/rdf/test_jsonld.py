"""JSON-LD in its four forms: lossless for every kind of document, and plain JSON for those who read it as JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyld import jsonld
from pyoxigraph import NamedNode, RdfFormat, parse, serialize

import vocab
from kg.errors import FormatError
from kg.lookup.describe import describe
from kg.pipeline.run import Built
from kg.rdf import terms
from kg.rdf.formats import JSONLD_FORMS, PLAIN_JSON, Format, by_name
from kg.rdf.jsonld.compaction import context
from kg.rdf.jsonld.document import FORMS, FRAMES, LINE, compacted, expanded, framed, load, text
from kg.rdf.prefixes import PREFIXES, expand
from kg.rdf.serialize import represent
from kg.store.embedded import EmbeddedGraph
from tests.examples import most
from tests.paths import ROOT

BASE = "http://127.0.0.1:8000/"
SEED_EVENT = f"{BASE}event/2011-11-08/dnucad6lq6"
OPTIONS = {"documentLoader": load}
QUADS = "application/n-quads"
EACH = 3

each_form = pytest.mark.parametrize("form", JSONLD_FORMS, ids=lambda one: one.name)


def full(name: str) -> str:
    prefix, colon, local = name.partition(":")
    return context()[prefix] + local if colon and prefix in context() else name


def definitions() -> Iterator[tuple[str, dict[str, str]]]:
    """The terms of the context for classes and properties."""
    for name, what in context().items():
        if isinstance(what, dict):
            yield name, what
        elif isinstance(what, str) and ":" in what and not what.endswith(("#", "/")):
            yield name, {"@id": what}


def canonical(quads: bytes | str) -> str:
    """The canonical N-Quads of a graph (RDF Dataset Canonicalization)."""
    text = quads.decode() if isinstance(quads, bytes) else quads
    return _canonical("\n".join(sorted(text.splitlines())))


@cache
def _canonical(quads: str) -> str:
    return str(jsonld.normalize(quads, {"algorithm": "URDNA2015", "inputFormat": QUADS, "format": QUADS}))


def read_by_pyld(document: Any, **options: Any) -> str:
    return canonical(jsonld.to_rdf(document, {"format": QUADS, **OPTIONS, **options}))


# ---- The context and the frames


@pytest.mark.parametrize("name", [*vocab.CLASSES, *vocab.PROPERTIES])
def test_the_context_has_a_plain_name_for_every_term_of_the_vocabulary(name: str) -> None:
    assert vocab.term(name) in {full(what.get("@id", what.get("@reverse", ""))) for _, what in definitions()}


@pytest.mark.parametrize(
    "term",
    sorted(one.value for one in terms.GRAPH),
)
def test_the_context_has_a_plain_name_for_every_term_that_is_written(term: str) -> None:
    # Two classes are only written beside our own; the format itself handles datatypes and rdf:type.
    beside = {terms.SCHEMA_EVENT.value, terms.PROV_ENTITY.value, terms.TYPE.value}
    if term not in beside and not term.startswith(PREFIXES["xsd"]):
        assert term in {full(what.get("@id", "")) for _, what in definitions()}


def test_no_two_plain_names_stand_for_the_same_term() -> None:
    named = [full(what["@id"]) for _, what in definitions() if "@id" in what and what["@id"] != "@type"]
    assert len(named) == len(set(named))


def test_there_is_a_frame_for_every_kind_of_resource_and_no_other() -> None:
    assert set(FRAMES.values()) == set(vocab.FRAMES)
    with pytest.raises(LookupError, match="no frame"):
        vocab.frame("../context")


def inner(frame: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for value in frame.values():
        if isinstance(value, dict):
            yield value
            yield from inner(value)


@pytest.mark.parametrize("name", vocab.FRAMES)
def test_a_frame_loses_nothing_that_it_does_not_match(name: str) -> None:
    frame = json.loads(vocab.frame(name))
    assert frame["@context"] == vocab.CONTEXT
    assert full(context()[frame["type"]]) in {expand(one) for one in FRAMES}
    for one in inner(frame):
        patterns = [key for key in one if not key.startswith("@")]
        assert not patterns or {"id", "type"} & set(patterns), "matches only some nodes, and drops the others"
        assert set(one) <= set(context()) | {"@embed", "@omitDefault"}


# ---- Lossless


@pytest.fixture(scope="module")
def described(sample_build: Built) -> dict[str, list[Any]]:
    """Descriptions of some resources of every kind in the sample; the last one is of the most named resource."""
    store = sample_build.snapshot.open()
    named = Counter(quad.object.value for quad in store if isinstance(quad.object, NamedNode))
    found: dict[str, list[Any]] = {}
    for kind in FRAMES:
        typed = store.quads_for_pattern(None, NamedNode(expand("rdf:type")), NamedNode(expand(kind)))
        iris = sorted(quad.subject.value for quad in typed)
        chosen = [*iris[:: max(1, len(iris) // EACH)], max(iris, key=lambda iri: named[iri])]
        found[kind] = [describe(store, iri, f"{iri}.doc") for iri in chosen]
    return found


@pytest.mark.parametrize("form", [*JSONLD_FORMS, by_name("turtle")], ids=lambda one: one.name)
@pytest.mark.parametrize("kind", FRAMES)
def test_every_form_of_every_kind_of_document_holds_the_triples_of_the_description(
    described: dict[str, list[Any]], kind: str, form: Format
) -> None:
    assert len(described[kind]) > EACH
    for quads in described[kind]:
        expected = canonical(serialize(quads, format=RdfFormat.N_QUADS) or b"")
        body = represent(quads, form)
        if form in JSONLD_FORMS:
            assert read_by_pyld(json.loads(body)) == expected
        read_by_engine = parse(body, format=form.rdf)
        assert canonical(serialize(read_by_engine, format=RdfFormat.N_QUADS) or b"") == expected


def test_plain_json_holds_the_triples_together_with_the_context(described: dict[str, list[Any]]) -> None:
    for quads in (one for many in described.values() for one in many):
        document = json.loads(represent(quads, PLAIN_JSON))
        assert "@context" not in document
        expected = canonical(serialize(quads, format=RdfFormat.N_QUADS) or b"")
        assert read_by_pyld(document, expandContext=vocab.CONTEXT) == expected


def test_three_readers_read_every_representation_to_the_same_graph(sample_store: Path) -> None:
    script = Path(__file__).parent / "roundtrip.py"
    command = [sys.executable, str(script), str(sample_store), "--resources", "12", "--seed", "1"]
    run = subprocess.run(
        command, capture_output=True, check=False, timeout=120, text=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith("seed 1: 12 resources, 288 readings in")
    assert run.stdout.endswith(", 0 differ\n")


THINGS = [f"http://e.example/{number}" for number in range(4)]
NAMES = ["ng:place", "ng:revision", "dcterms:hasPart", "foaf:primaryTopic", "schema:name", "rdfs:label", "schema:about"]
NAMES += ["schema:startDate", "prov:wasDerivedFrom", "wgs:lat", "schema:position", "owl:deprecated", "skos:prefLabel"]
literals = st.fixed_dictionaries(
    {"value": st.sampled_from(["", "x", "@id", "title", "12", "012", "true", "é\n\"'\\", "2011-11-08", '"id"'])},
    optional={"language": st.sampled_from(["en", "zh", "de-ch"])},
)
typed = st.builds(
    lambda value, kind: {"value": value, "datatype": PREFIXES["xsd"] + kind},
    st.sampled_from(["12", "012", "-0", "1.50", "true", "2011-11-08", "word", "123456789012345678901234567890"]),
    # Not double: PyLD writes every double as a number with an exponent.
    st.sampled_from(["decimal", "date", "boolean", "integer"]),
)
links = st.sampled_from([*THINGS, "http://e.example/elsewhere", "urn:x"]).map(lambda iri: {"iri": iri})
classes = st.lists(st.sampled_from([*FRAMES, "prov:Entity"]).map(lambda name: {"iri": expand(name)}), max_size=2)
graphs = st.dictionaries(
    st.sampled_from(THINGS),
    st.builds(
        lambda types, rest: {**({expand("rdf:type"): types} if types else {}), **rest},
        classes,
        st.dictionaries(
            st.sampled_from(NAMES).map(expand),
            st.lists(literals | typed | links, min_size=1, max_size=3, unique_by=json.dumps),
            min_size=1,
        ),
    ),
    min_size=1,
)


@given(graphs)
@example({THINGS[0]: {expand("ng:place"): [{"iri": THINGS[0]}]}})
@settings(max_examples=most(30))
def test_no_graph_loses_or_gains_a_triple_in_any_form(graph: Any) -> None:
    expected = set(parse(json.dumps(expanded(graph)), format=RdfFormat.JSON_LD))
    for name, form in FORMS.items():
        if name != PLAIN_JSON.name:
            document = json.loads(text(form(graph)))
            assert set(parse(json.dumps(document), format=RdfFormat.JSON_LD)) == expected, name
            found = jsonld.to_rdf(document, {"format": QUADS, **OPTIONS})
            assert set(parse(found, format=RdfFormat.N_QUADS)) == expected, name


def test_blank_nodes_stay_and_have_no_frame() -> None:
    graph = {"_:a": {expand("rdfs:label"): [{"value": "x"}], expand("schema:about"): [{"iri": "_:b"}]}, "_:b": {}}
    assert framed(graph) == compacted(graph)
    assert "_:" in framed(graph)["@graph"][0]["id"]


def test_nodes_for_which_the_frame_has_no_place_are_included() -> None:
    label = {expand("rdfs:label"): [{"value": "x", "language": "en"}]}
    document = framed({THINGS[0]: label, THINGS[1]: label})
    assert document["included"] == [{"id": THINGS[1], "label": {"en": "x"}}]


# ---- Compared with the standard's own algorithms


def unordered(value: Any) -> Any:
    """A JSON value with every array sorted, since RDF has no order."""
    if isinstance(value, dict):
        return {name: unordered(one) for name, one in value.items()}
    return sorted(map(unordered, value), key=json.dumps) if isinstance(value, list) else value


def test_each_form_is_what_the_processor_makes_of_the_others(described: dict[str, list[Any]]) -> None:
    for quads in (many[-1] for many in described.values()):
        made = {one.name: json.loads(represent(quads, one)) for one in JSONLD_FORMS}
        flat, many = made["jsonld-flattened"], made["jsonld-compacted"]
        again = jsonld.flatten(made["jsonld"], {"@context": vocab.CONTEXT}, OPTIONS)
        assert [one["id"] for one in flat["@graph"]] == [one["id"] for one in again["@graph"]]
        assert unordered(flat["@graph"]) == unordered(many["@graph"])
        long = jsonld.expand(many, OPTIONS)
        assert {one["@id"]: unordered(one) for one in long} == {
            one["@id"]: unordered(one) for one in made["jsonld-expanded"]
        }


def test_whoever_has_the_flattened_form_can_make_the_framed_one_with_the_frame(sample_build: Built) -> None:
    quads = describe(sample_build.snapshot.open(), SEED_EVENT)
    frame = {**json.loads(vocab.frame("event")), "id": SEED_EVENT}
    del frame["type"]
    made = jsonld.frame(json.loads(represent(quads, by_name("jsonld-flattened"))), frame, OPTIONS)
    served = json.loads(represent(quads, by_name("jsonld")))
    assert set(made) == set(served)
    assert len(made["revisions"]) == len(served["revisions"]) == 3
    assert read_by_pyld(made) == read_by_pyld(served)


# ---- Plain JSON


@pytest.fixture(scope="module")
def event(sample_build: Built) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(represent(describe(sample_build.snapshot.open(), SEED_EVENT), by_name("jsonld")))
    return found


def test_an_event_reads_like_plain_json(event: dict[str, Any]) -> None:
    sentence = "The Syrian government continues its crackdown on protesters and army defectors in the city of Homs"
    assert list(event)[:6] == ["@context", "id", "type", "title", "label", "date"]
    assert (event["id"], event["type"], event["date"]) == (SEED_EVENT, ["Event", "schema:Event"], "2011-11-08")
    assert event["title"]["en"].startswith(sentence)
    (place,) = event["places"]
    assert (place["id"], place["label"]) == (f"{BASE}entity/en/Homs", {"en": "Homs"})
    assert (float(place["lat"]), float(place["long"])) == (34.72405, 36.72559)
    assert [one["publisher"]["label"]["none"] for one in event["sources"]] == ["Al Jazeera", "BBC"]
    assert {one["id"] for one in event["revisions"]} >= {event["currentRevision"]}
    assert event["revisions"][0]["derivedFrom"][0]["printedLabel"] == "Update"


def objects(value: Any) -> Iterator[dict[str, Any]]:
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            yield one
            for name, inner_ in one.items():
                if name != "@context":
                    yield from objects(inner_)


def test_no_document_has_a_name_with_a_prefix_or_a_keyword(described: dict[str, list[Any]]) -> None:
    for quads in (one for many in described.values() for one in many):
        for found in objects(json.loads(represent(quads, by_name("jsonld")))):
            assert not [name for name in found if ":" in name or (name.startswith("@") and name != "@context")]


def test_what_may_have_several_values_is_always_an_array(described: dict[str, list[Any]]) -> None:
    arrays = {name for name, what in definitions() if what.get("@container") == "@set"}
    for quads in (one for many in described.values() for one in many):
        for found in objects(json.loads(represent(quads, by_name("jsonld")))):
            assert all(isinstance(found[name], list) for name in arrays & set(found))


def test_the_events_of_a_place_are_the_newest_first(described: dict[str, list[Any]]) -> None:
    document = json.loads(represent(described["schema:Place"][-1], by_name("jsonld")))
    dates = [one["date"] for one in document["events"]]
    assert dates == sorted(dates, reverse=True)
    assert all("id" in one and "label" in one for one in document["events"])


def test_names_come_in_the_order_of_the_context(event: dict[str, Any]) -> None:
    order = {name: position for position, name in enumerate(context())}
    for found in objects(event):
        places = [order[name] for name in found if name in order]
        assert places == sorted(places)


def test_the_context_of_a_document_has_only_what_the_document_uses(graph: EmbeddedGraph) -> None:
    document = json.loads(represent(describe(graph, f"{BASE}day/2011-11-08"), by_name("jsonld")))
    assert "lastWritten" not in document["@context"]
    assert document["@context"].items() <= context().items()


def test_nodes_that_fit_are_written_on_one_line() -> None:
    document = {"id": "x", "type": ["A", "B"], "places": [{"label": "y" * 100}], "empty": [], "none": {}}
    assert text(document) == (
        '{\n  "id": "x",\n  "type": ["A", "B"],\n  "places": [{"label": "' + "y" * 100 + '"}],\n'
        '  "empty": [],\n  "none": {}\n}'
    )
    assert max(map(len, text(compacted({THINGS[0]: {}})).splitlines())) <= LINE


def test_text_that_looks_like_a_keyword_or_a_term_stays_text() -> None:
    document = compacted({THINGS[0]: {terms.NAME.value: [{"value": "@id"}, {"value": "title"}]}})
    assert sorted(document["@graph"][0]["title"]["none"]) == ["@id", "title"]


def test_whole_numbers_and_truth_values_are_those_of_json() -> None:
    said = {
        expand("schema:position"): [{"value": "3", "datatype": PREFIXES["xsd"] + "integer"}],
        expand("owl:deprecated"): [{"value": "true", "datatype": PREFIXES["xsd"] + "boolean"}],
    }
    assert framed({THINGS[0]: said}) | {"@context": ...} == {
        "@context": ..., "id": THINGS[0], "position": 3, "deprecated": True,
    }  # fmt: skip


# ---- Nothing is fetched


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/context", "https://schema.org", "file:///etc/passwd", f"{vocab.CONTEXT}x", ""]
)
def test_a_context_by_reference_is_refused(url: str) -> None:
    with pytest.raises(FormatError, match="nothing is fetched"):
        load(url)
    with pytest.raises(jsonld.JsonLdError):
        jsonld.expand({"@context": url or "http://e.example/", "title": "x"}, OPTIONS)


def test_our_own_context_comes_from_the_package() -> None:
    (found,) = jsonld.expand({"@context": vocab.CONTEXT, "date": "2011-11-08"}, OPTIONS)
    assert found == {str(terms.START_DATE.value): [{"@value": "2011-11-08", "@type": PREFIXES["xsd"] + "date"}]}
