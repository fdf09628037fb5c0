"""No RDF that a writer may write breaks a page: every route, and every document in every format, answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import wait
from dataclasses import replace
from typing import Final
from urllib.parse import quote
from xml.parsers import expat

import pytest
from icalendar import Calendar
from pyoxigraph import RdfFormat, parse

from endpoint.app import create_app
from endpoint.discovery.openapi import template
from endpoint.http.negotiate import DOCUMENT_FORMATS
from kg.derived.artefacts import Artefacts
from kg.derived.kinds import PREPARED
from kg.rdf import NamedNode, terms
from kg.rdf.formats import LIST_FORMATS
from kg.settings import Settings
from kg.store.layout import Store
from kg.workers.workers import Workers
from kg.write.tokens import digest
from kg.write.writer import Writer
from tests.conftest import BASE, TURTLE, publish_turtle
from tests.endpoint.addresses import EXAMPLES
from tests.endpoint.conftest import WRITE_TOKEN, Reply, Send, Writable, listening, sender

CONTROL: Final = r'"a\u0001 b\uFFFE c\r"'
"""A text with characters that XML has not, and one that it changes."""
ADDRESS: Final = "http://[::1]:99999/%2F?#//"
VALUES: Final = {
    "number": "1",
    "control": CONTROL,
    "tagged": r'"\u0001"@en-x-odd',
    "empty": '""',
    "date": '"9999999-13-45"^^<http://www.w3.org/2001/XMLSchema#date>',
    "time": '"yesterday"^^<http://www.w3.org/2001/XMLSchema#dateTime>',
    "unknown": '"x"^^<urn:datatype>',
    "digit": '"\u0663"',
    "nan": '"NaN"^^<http://www.w3.org/2001/XMLSchema#double>',
    "long": f'"{"9" * 6_000}"',
    "blank": "_:b",
    "scheme": "<urn:x>",
    "script": "<javascript:alert(1)>",
    "bare": "<x:>",
    "address": f"<{ADDRESS}>",
    "endless": f"<http://example.org/{'x' * 9_000}>",
    "triple": f"<<( <urn:a> <urn:b> {CONTROL} )>>",
    "itself": "",
}
"""What is said by every property; the last is the subject itself."""
KINDS: Final = {
    "event/2011-11-08/odd-{}": "EVENT",
    "event/2011-11-08/abcdefghij/revision/{}": "REVISION_CLASS",
    "entity/en/Odd_{}": "ENTITY",
    "entity/en/Gone_{}": "ENTITY",
    "entity/en/Place_{}": "SCHEMA_PLACE",
    "entity/en/Story_{}": "EVENT_SERIES",
    "day/{}": "PERIOD_OF_TIME",
    "category/{}": "CONCEPT",
    "publisher/{}": "ORGANIZATION",
    "page/{}/0123456789abcdef": "PAGE",
}
SAID: Final = sorted({str(one) for one in vars(terms).values() if isinstance(one, NamedNode)})
ENDING: Final = [str(one) for one in (terms.REPLACED_BY, terms.DEPRECATED, terms.INVALIDATED_AT)]
ALONE: Final = (
    f"[] <x:> {CONTROL} .",
    f"<{BASE}> <{BASE}> <{BASE}> .",
    f"<{BASE}entity> a <{BASE}entity> .",
    f"<{BASE}entity/en/%FF%2f> <http://example.org/1> {CONTROL} .",
    f"<{BASE}entity/en/{'x' * 9_000}> a <urn:class> .",
    "<http://example.org/a,b;c> <x:> <http://example.org/> .",
)
"""What a store may hold, from an archive or a release that let it in, though no writer may write it now."""
WRITTEN: Final = (
    "<urn:x> <urn:p> 1 .",
    "<urn:x> <urn:p> <urn:y> .",
    '[] a "a class", 1, [], <urn:class>, <x:> ; <urn:p> [ <urn:q> "x"@en ] .',
    f"<{BASE}entity/en/Written> a <urn:class> ; <urn:p> <<( <urn:a> <urn:b> 1 )>> .",
    "<urn:x> <http://www.w3.org/1999/02/22-rdf-syntax-ns#reifies> <<( <urn:a> <urn:b> 'c' )>> .",
    "<urn:s> <https://schema.org/sameAs> <urn:t>, <http://>, <x://y/z>, [], 1 .",
)


def odd_things(kind: str, class_: str) -> str:
    """Return statements about things of a kind: one thing for each odd value, which it has in every property."""
    told = []
    for name, value in VALUES.items():
        subject = f"<{BASE}{kind.format(name)}>"
        told.append(f"{subject} a {getattr(terms, class_)} .")
        told += [f"{subject} {one} {value or subject} ." for one in SAID if "Gone" in kind or one not in ENDING]
    return "\n".join(told)


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Iterator[Writable]:
    """A server of odd RDF, to which more was written, with all artefacts of its snapshot."""
    store = tmp_path_factory.mktemp("odd") / "store"
    held = (*(odd_things(*one) for one in KINDS.items()), *ALONE)
    publish_turtle(store, "\n".join((TURTLE.read_text(encoding="utf-8"), *held)))
    own = replace(settings, store=str(store), writable=True, query_seconds=20.0, threads=16)
    own = replace(own, write_token_sha256=digest(WRITE_TOKEN))
    with (
        Workers(Store(store), own) as pool,
        Writer(Store(store), own, pool) as writer,
        listening(own, pool, writer) as number,
    ):
        writable = Writable(store, number, sender(number))
        assert [writable.update(f"INSERT DATA {{ {one} }}").status for one in WRITTEN] == [200] * len(WRITTEN)
        done = wait(Artefacts.of(own).prepare(PREPARED, pool.snapshot)).done
        assert [one.result() for one in done] == [None] * len(PREPARED)
        yield writable


def addresses(settings: Settings, workers: Workers) -> list[str]:
    found = {
        template(rule) for rule in create_app(settings, workers).url_map.iter_rules() if "GET" in (rule.methods or ())
    }
    return [EXAMPLES.get(path, path) for path in sorted(found) if "{" not in path or path in EXAMPLES]


def wrong(address: str, reply: Reply) -> tuple[str, int, str] | None:
    """Return the fault of a reply: a server error, or XML that cannot be parsed."""
    if reply.status >= 500:
        return address, reply.status, reply.text[:300]
    if reply.status == 200 and reply.type.endswith("xml") and not reply.headers.get("content-encoding"):
        try:
            expat.ParserCreate().Parse(reply.body, True)
        except expat.ExpatError as error:
            return address, reply.status, str(error)
    return None


def asked(send: Send, paths: list[str], accepts: tuple[str, ...]) -> list[tuple[str, int, str]]:
    found = (wrong(f"{accept} {path}", send(path, accept)) for path in paths for accept in accepts)
    return [one for one in found if one]


@pytest.mark.slow(also="tests/endpoint/test_odd_data.py::test_every_document_answers_in_every_format")
def test_every_route_answers(odd: Writable, settings: Settings, workers: Workers) -> None:
    paths = addresses(settings, workers)
    assert len(paths) > 50
    assert asked(odd.read, paths, ("*/*", "text/html", "application/json", "application/rdf+xml")) == []
    assert asked(odd.read, [*paths[:8], "/graphs?default"], ("application/ld+json", "text/turtle")) == []


QUICK: Final = [kind for kind in KINDS if kind.startswith(("event/2011-11-08/odd", "entity/en/Gone", "day", "page"))]
"""The kinds whose documents the quick tests request too: each has a kind of address, or of reply, of its own."""


@pytest.mark.parametrize(
    "kind", [*QUICK, *(pytest.param(kind, marks=pytest.mark.slow) for kind in KINDS if kind not in QUICK)]
)
def test_every_document_answers_in_every_format(odd: Writable, kind: str) -> None:
    iris = [kind.format(name) for name in VALUES]
    paths = [f"/{'' if kind.startswith('page/') or '/revision/' in kind else 'doc/'}{iri}" for iri in iris]
    formats = DOCUMENT_FORMATS if "Odd" in kind else DOCUMENT_FORMATS[:4]
    suffixed = [f"{path}.{one.suffix}" for path in paths for one in formats]
    others = [f"/{of}/{iri}" for of in ("timemap/link", "timegate", "feed/atom", "feed/activity") for iri in iris]
    others += [f"/reconcile/{of}?id={iri}" for of in ("preview", "view", "flyout/entity") for iri in iris]
    others += [f"/events?place={iri}&relation=near" for iri in iris]
    others += [f"/events?{name}={iri}" for name in ("category", "entity", "story", "publisher") for iri in iris[::4]]
    assert odd.read(suffixed[0]).status == (410 if "Gone" in kind else 200)
    assert asked(odd.read, [*suffixed, *others, *(f"/linkset{path}" for path in paths)], ("*/*",)) == []


def test_lists_and_searches_answer_and_count_each_event_once(odd: Writable) -> None:
    words = ("a", "x", "9999999-13-45", "yesterday", "2011-11-08", "javascript", "NaN", "http://[::1]:99999/%2F?#//")
    paths = [f"/search?q={quote(word, safe='')}" for word in words]
    paths += ["/events?bbox=-180,-90,180,90", "/events?sort=oldest", "/events?from=0001&to=9999", "/events?q=a"]
    assert asked(odd.read, paths, ("application/json", "text/html")) == []
    told = json.loads(odd.read("/events", "application/json").body)
    iris = [one["iri"] for one in told["events"]]
    assert told["total"] == len(iris) == len(set(iris)) > len(VALUES) // 2
    assert "date" not in told["events"][-1]


@pytest.mark.parametrize("suffix", [one.suffix for one in LIST_FORMATS])
def test_a_list_of_whatever_there_is_is_read_in_every_format(odd: Writable, suffix: str) -> None:
    reply = odd.read(f"/events.{suffix}")
    assert (reply.status, wrong(suffix, reply)) == (200, None)
    if suffix in ("json", "geojson", "jsonld"):
        assert json.loads(reply.body)
    elif suffix == "ndjson":
        assert all(json.loads(line)["iri"] for line in reply.body.splitlines())
    elif suffix == "ttl":
        assert list(parse(reply.body, RdfFormat.TURTLE))
    elif suffix == "ics":
        assert [event.errors for event in Calendar.from_ical(reply.body).walk() if event.errors] == []


def test_things_with_foreign_iris_are_described_as_well(odd: Writable) -> None:
    iris = ("urn:x", "x:", "urn:class", "javascript:alert(1)", "http://example.org/a,b;c", "http://[::1]:99999/%2F?#//")
    paths = [f"/source/{quote(iri, safe='')}" for iri in iris]
    types = tuple(dict.fromkeys(one.media_type for one in DOCUMENT_FORMATS))
    assert asked(odd.read, paths, types) == []
    assert odd.read("/source/urn%3Ax", "text/turtle").status == 200


def test_no_statement_about_a_thing_redirects_visitors_elsewhere(odd: Writable) -> None:
    moved = odd.read("/entity/en/Gone_address", "text/turtle")
    assert (moved.status, moved.headers["location"]) == (308, f"/source/{quote(ADDRESS, safe='')}")
    assert odd.read("/reconcile/view?id=entity/en/Gone_address").headers["location"] == moved.headers["location"]


def test_feeds_and_sitemaps_are_xml_and_say_the_rest_of_a_title(odd: Writable) -> None:
    feed = odd.read("/feed/atom")
    assert "<title>a\ufffd b\ufffd c" in feed.text
    assert wrong("feed", feed) is None
    parser = expat.ParserCreate()
    found: list[str] = []
    parser.CharacterDataHandler = found.append
    parser.Parse(odd.read("/sitemap.xml").body, True)
    for address in (one for one in found if one.startswith(BASE)):
        assert wrong(address, odd.read(f"/{address.removeprefix(BASE)}")) is None
