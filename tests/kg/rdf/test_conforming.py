"""Independent parsers read what is written in any format as the same triples, or writing it is refused."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import rdflib
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyoxigraph import QueryResultsFormat, RdfFormat, Store, parse
from rdflib.util import from_n3

from kg.errors import FormatError
from kg.query import evaluate
from kg.rdf import BlankNode, Literal, NamedNode, Quad, Triple, conforming
from kg.rdf.formats import RDF_FORMATS, RESULT_FORMATS, Format, by_name
from kg.rdf.prefixes import PREFIXES
from kg.rdf.serialize import represent
from kg.store.embedded import EmbeddedGraph
from tests.examples import most

RDFLIB = {
    RdfFormat.N_TRIPLES: "nt",
    RdfFormat.TURTLE: "turtle",
    RdfFormat.RDF_XML: "xml",
    RdfFormat.TRIG: "trig",
    RdfFormat.N_QUADS: "nquads",
    RdfFormat.JSON_LD: "json-ld",
}
RAPPER = {RdfFormat.N_TRIPLES: "ntriples", RdfFormat.TURTLE: "turtle", RdfFormat.RDF_XML: "rdfxml"}
N3_JS = {
    RdfFormat.N_TRIPLES: "N-Triples",
    RdfFormat.TURTLE: "Turtle",
    RdfFormat.TRIG: "TriG",
    RdfFormat.N_QUADS: "N-Quads",
}
ODD = "\x00\x01\x08\x0b\x0c\x1f\x7f\x85\r\n\t \"'\\<>&]\u2028\u202e\u200f\ufeff\ufffe\uffff\ud7ff\U0001ffff"
text = st.text(st.one_of(st.sampled_from(ODD), st.characters(exclude_categories=["Cs"])), max_size=8)
ends = st.text(st.sampled_from("a1_-.~:@!$'()*,;=%é·ªʰⰀ中/#?"), max_size=6).map(lambda end: end.replace("%", "%41"))
namespaces = st.sampled_from(["http://x.example/", "urn:x:", PREFIXES["ng"], PREFIXES["schema"], "http://x.example/#"])
# Resolving an IRI takes "." and ".." out of its path (RFC 3986, section 5.2.4), which not every parser does.
dotted = re.compile(r"[/:]\.\.?(?:[/?]|$)")
names = st.builds(lambda start, end: start + end.replace("#", "-"), namespaces, ends)
iris = names.filter(lambda name: not dotted.search(name)).map(NamedNode)
literals = st.one_of(
    text.map(Literal),
    st.builds(
        lambda value, tag: Literal(value, language=tag), text, st.sampled_from(["en", "zh-hans", "ar", "de-1996"])
    ),
    st.builds(lambda value, kind: Literal(value, datatype=kind), text, iris),
)
triples = st.lists(st.builds(Triple, iris, iris, st.one_of(iris, literals)), min_size=1, max_size=4)

Statement = tuple[str, str, str, str]


def statement(quad: Quad | Triple) -> Statement:
    value = quad.object
    assert isinstance(quad.subject, NamedNode)
    assert not isinstance(value, BlankNode | Triple)
    kind = (value.language or value.datatype.value) if isinstance(value, Literal) else "iri"
    return quad.subject.value, quad.predicate.value, value.value, kind


def by_rdflib(content: bytes, format: RdfFormat) -> set[Statement]:
    graph = rdflib.Dataset()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # rdflib's own parsers use what rdflib deprecates
        graph.parse(data=content, format=RDFLIB[format])
    found = set()
    for subject, predicate, value, *_ in graph.quads():
        kind = (
            (value.language or str(value.datatype or rdflib.XSD.string)) if isinstance(value, rdflib.Literal) else "iri"
        )
        found.add((str(subject), str(predicate), str(value), kind))
    return found


def written(found: list[Triple], format: Format) -> bytes | None:
    """Return the written text, None if writing is refused."""
    assert format.rdf is not None
    try:
        return conforming.text(found, format.rdf)
    except FormatError:
        return None


@settings(max_examples=most(300))
@given(triples)
@example([Triple(NamedNode("urn:s"), NamedNode("http://x.example/123"), Literal("a"))])
@example([Triple(NamedNode("urn:s"), NamedNode(PREFIXES["ng"] + "p."), NamedNode(PREFIXES["ng"] + "o."))])
@example([Triple(NamedNode("urn:s"), NamedNode("urn:p"), Literal(f'a\\. b:c\\. "{PREFIXES["ng"]}'))])
@example([Triple(NamedNode("urn:s"), NamedNode("urn:p"), Literal("a\r\nb\rc"))])
def test_what_is_written_is_read_by_rdflib_or_refused(found: list[Triple]) -> None:
    for format in RDF_FORMATS:
        assert format.rdf is not None
        content = written(found, format)
        if content is None:
            assert format.rdf == RdfFormat.RDF_XML
            assert any(unfit(one) for one in found)
        else:
            assert by_rdflib(content, format.rdf) == set(map(statement, found)), content


def unfit(triple: Triple) -> bool:
    """Whether a triple cannot be written in RDF/XML, or cannot be read from it by our parser."""
    value = triple.object.value if isinstance(triple.object, Literal) else ""
    named = conforming.END_OF_NAME.search(triple.predicate.value)
    ascii_name = named is not None and named[0].isascii()
    return not ascii_name or any(not xml_has(one) for one in value)


def xml_has(character: str) -> bool:
    """Whether XML 1.0 allows a character (section 2.2)."""
    code = ord(character)
    return code in (9, 10, 13) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000


@pytest.mark.parametrize("format", list(RAPPER))
@settings(max_examples=most(40), deadline=None)
@given(found=triples.filter(lambda found: all("\0" not in statement(one)[2] for one in found)))
def test_what_is_written_is_read_by_rapper_or_refused(format: RdfFormat, found: list[Triple]) -> None:
    """Except U+0000, which ends a string in C."""
    program = shutil.which("rapper")
    if program is None:
        pytest.skip("rapper is not installed (Debian package raptor2-utils)")
    try:
        content = conforming.text(found, format)
    except FormatError:
        return
    command = [program, "-q", "-i", RAPPER[format], "-o", "ntriples", "-", "urn:base"]
    read = subprocess.run(command, input=content, capture_output=True, check=True)
    assert set(map(statement, parse(read.stdout, format=RdfFormat.N_TRIPLES))) == set(map(statement, found))


@pytest.fixture(scope="module")
def n3_js(node: Callable[[str], list[str]]) -> Iterator[Callable[[str, bytes], Any]]:
    """A function that returns the triples that N3.js reads from a text in a format."""
    with subprocess.Popen(node("read.mjs"), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        stdin, stdout = process.stdin, process.stdout
        assert stdin
        assert stdout

        def read(format: str, content: bytes) -> Any:
            stdin.write(json.dumps({"format": format, "content": content.decode()}).encode() + b"\n")
            stdin.flush()
            return json.loads(stdout.readline())

        yield read
        stdin.close()


@pytest.mark.parametrize("format", list(N3_JS))
@settings(max_examples=most(100), deadline=None)
@given(found=triples)
def test_what_is_written_is_read_by_n3_js_or_refused(
    n3_js: Callable[[str, bytes], Any],
    format: RdfFormat,
    found: list[Triple],
) -> None:
    try:
        content = conforming.text(found, format)
    except FormatError:
        return
    assert set(map(tuple, n3_js(N3_JS[format], content))) == set(map(statement, found)), content


@settings(max_examples=most(300))
@given(st.lists(st.tuples(iris, literals), min_size=1, max_size=4))
def test_results_in_every_format_are_read_by_others_or_refused(rows: list[tuple[NamedNode, Literal]]) -> None:
    values = " ".join(f"({iri} {literal})" for iri, literal in rows)
    graph = EmbeddedGraph()
    for format in RESULT_FORMATS:
        try:
            body = evaluate.answer(graph, f"SELECT ?a ?b {{ VALUES (?a ?b) {{ {values} }} }}", format).body
        except FormatError:
            assert format.results == QueryResultsFormat.XML
            assert any(not xml_has(one) for _, literal in rows for one in literal.value)
            continue
        assert READERS[format.name](body) == [(iri.value, literal.value) for iri, literal in rows], body


def by_elementtree(body: bytes) -> list[tuple[str, ...]]:
    name = "{http://www.w3.org/2005/sparql-results#}"
    results = ET.fromstring(body).iter(f"{name}result")
    return [tuple(one[0].text or "" for one in result) for result in results]


def by_json(body: bytes) -> list[tuple[str, ...]]:
    return [(one["a"]["value"], one["b"]["value"]) for one in json.loads(body)["results"]["bindings"]]


def by_csv(body: bytes) -> list[tuple[str, ...]]:
    _, *rows = csv.reader(io.StringIO(body.decode(), newline=""), strict=True)
    return [tuple(row) for row in rows]


def by_tsv(body: bytes) -> list[tuple[str, ...]]:
    # rdflib's reader of TSV is not used: for it, U+0085 and U+2028 also end a line.
    _, *rows, last = body.decode().split("\n")
    assert last == ""
    return [tuple(str(from_n3(term)) for term in row.split("\t")) for row in rows]


READERS: dict[str, Any] = {"json": by_json, "xml": by_elementtree, "csv": by_csv, "tsv": by_tsv}


def test_a_graph_of_the_store_is_written_as_others_read_it() -> None:
    store = Store()
    store.add(Quad(NamedNode("urn:s"), NamedNode("urn:p"), Literal("a\rb")))
    content = represent(list(store), by_name("rdfxml"))
    assert by_rdflib(content, RdfFormat.RDF_XML) == {
        ("urn:s", "urn:p", "a\rb", "http://www.w3.org/2001/XMLSchema#string")
    }
