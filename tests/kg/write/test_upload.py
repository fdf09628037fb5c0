from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import RdfFormat

from kg.errors import UploadError, UploadTooLargeError
from kg.rdf.formats import by_name, by_suffix
from kg.store.embedded import EmbeddedGraph
from kg.write.upload import triples
from tests.paths import CHECKS

BASE = "http://a.example/g"
PAYLOADS = CHECKS / "payloads"
HOSTILE = sorted((*PAYLOADS.glob("xml/*.rdf"), *PAYLOADS.glob("*/*.ttl"), *PAYLOADS.glob("terms/*.jsonld")))


def read(text: str | bytes, name: str = "turtle") -> EmbeddedGraph:
    store = EmbeddedGraph()
    content = text if isinstance(text, bytes) else text.encode()
    store.load(triples(content, by_name(name), BASE, depth=256), format=RdfFormat.N_QUADS)
    return store


def test_relative_iris_are_resolved_and_blank_nodes_get_labels_of_their_own() -> None:
    first, second = read("<> <p> _:x ."), read("<> <p> _:x .")
    assert "<http://a.example/g> <http://a.example/p>" in str(next(iter(first)))
    assert set(first) != set(second)


def test_a_byte_order_mark_is_not_part_of_the_text() -> None:
    assert len(read(b"\xef\xbb\xbf<urn:a> <urn:b> 1 .")) == 1


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("<urn:a> <urn:b> 1 . <urn:c>", "turtle"),
        ("<urn:a> <urn:b> <urn:c> <urn:g> .", "nquads"),
        ("GRAPH <urn:g> { <urn:a> <urn:b> 1 }", "trig"),
        ('{"@id": "urn:g", "@graph": [{"@id": "urn:a", "urn:b": 1}]}', "jsonld"),
        ('{"@context": "http://127.0.0.1:9/", "@id": "urn:a", "urn:b": 1}', "jsonld"),
        ('<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>', "rdfxml"),
        ("<rdf:RDF>", "rdfxml"),
        ("", "jsonld"),
        ("<urn:a> <urn:b> '\\u0000' .", "turtle"),
        (f"<urn:a> <urn:b> <urn:{'x' * 3000}> .", "turtle"),
        (b"<urn:a> <urn:b> '\xff' .", "turtle"),
        ("<a> <urn:b> 1 .", "ntriples"),
    ],
)
def test_what_is_not_rdf_or_not_for_this_graph_is_refused_whole(text: str | bytes, name: str) -> None:
    with pytest.raises(UploadError):
        read(text, name)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("<urn:a> <urn:b> " + "(" * 300 + ")" * 300 + " .", "turtle"),
        ("<urn:a> <urn:b> " + "[ <urn:b> " * 300, "turtle"),
        ("<urn:a> <urn:b> " + "<<( <urn:s> <urn:p> " * 200 + "1" + " )>>" * 200 + " .", "turtle"),
        ("<urn:a> <urn:b> " + "<<( <urn:s> <urn:p> " * 300 + "<urn:o>" + " )>>" * 300 + " .", "ntriples"),
        ("[" * 300 + "]" * 300, "jsonld"),
        ("<a>" * 300 + "</a>" * 300, "rdfxml"),
    ],
)
def test_a_document_that_nests_too_deep_is_refused_before_it_is_parsed(text: str, name: str) -> None:
    with pytest.raises(UploadTooLargeError):
        read(text, name)


def test_brackets_in_strings_comments_and_iris_do_not_count() -> None:
    text = f'<urn:a#{"(" * 300}> <urn:b> \'{"(" * 300}\', """{"[" * 300}""" . # {"(" * 300}\n'
    assert len(read(text)) == 2
    assert len(read('{"@id": "urn:a", "urn:b": "' + "[" * 300 + '"}', "jsonld")) == 1


@pytest.mark.skipif(not PAYLOADS.exists(), reason="the hostile inputs are not here")
@pytest.mark.parametrize("file", HOSTILE, ids=lambda file: file.name)
def test_hostile_documents_are_read_or_refused_but_never_crash(file: Path) -> None:
    found = by_suffix(file.suffix[1:])
    assert found is not None
    try:
        triples(file.read_bytes(), found, BASE, depth=256)
    except UploadError:
        return
