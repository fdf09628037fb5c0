"""The vocabulary by HTTP: its page, its formats, its versions, its terms, and the redirects of w3id.org."""

from __future__ import annotations

import html
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
import rdflib
from pyoxigraph import NamedNode, Quad, RdfFormat, parse

import vocab
from endpoint.documents.diagram import COLUMNS, diagram
from endpoint.documents.ontology import ontology, written
from kg.rdf.prefixes import expand

BASE = "http://127.0.0.1:8000/"
ALL = (*vocab.CLASSES, *vocab.PROPERTIES)
VERSIONS = (*vocab.EARLIER, vocab.VERSION)
GRAPHS = {
    "ttl": ("text/turtle", RdfFormat.TURTLE),
    "jsonld": ("application/ld+json", RdfFormat.JSON_LD),
    "rdf": ("application/rdf+xml", RdfFormat.RDF_XML),
    "nt": ("application/n-triples", RdfFormat.N_TRIPLES),
    "trig": ("application/trig", RdfFormat.TRIG),
    "nq": ("application/n-quads", RdfFormat.N_QUADS),
}
each = pytest.mark.parametrize("name", ALL)
of_every_version = pytest.mark.parametrize("path", ["/vocab", *(f"/vocab/{version}" for version in VERSIONS)])


class Elements(HTMLParser):
    """The elements of a page: their names, and their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def values(self, attribute: str) -> set[str]:
        return {attributes[attribute] for _, attributes in self.found if attribute in attributes}


@pytest.fixture(scope="module")
def page(send) -> str:
    reply = send("/vocab", "text/html")
    assert (reply.status, reply.type) == (200, "text/html")
    return reply.text


def triples(body: bytes, format: RdfFormat) -> set[Quad]:
    return {Quad(quad.subject, quad.predicate, quad.object) for quad in parse(body, format=format)}


# ---- The page


@each
def test_the_page_shows_everything_that_the_file_says_of_a_term(name: str, page: str) -> None:
    known = ontology(vocab.VERSION)
    [term] = [one for kind in ("rdfs:Class", "rdf:Property") for one in known.terms(kind) if one.name == name]
    start = page.index(f'id="{name}"')
    section = html.unescape(page[start : page.index("</section>", start)])
    assert f"ng:{name}" in section
    for text in (term.iri, term.label, term.comment, term.example, term.reason, term.origin):
        assert text in section
    for links in term.relations.values():
        for link in links:
            assert f'href="{link.href}"' in section
            assert f">{link.name}</a>" in section


def test_the_page_leads_from_each_term_to_all_that_have_it(page: str) -> None:
    elements = Elements(page)
    anchors = {link[1:] for link in elements.values("href") if link.startswith("#")}
    assert set(ALL) <= anchors
    assert anchors <= elements.values("id")
    assert len([one for _, one in elements.found if "id" in one]) == len(elements.values("id"))


def test_the_page_lists_every_term_of_others_with_its_use(page: str) -> None:
    text = html.unescape(page)
    known = ontology(vocab.VERSION)
    others = {iri for iri in written() if not iri.startswith(vocab.NAMESPACE)}
    listed = {known.expand(term.link.name): term for terms in known.used().values() for term in terms}
    assert others <= listed.keys()
    for term in listed.values():
        assert f'href="{term.link.href}"' in text
        assert term.note in text


def test_the_page_keeps_to_the_policy_on_scripts_and_styles(page: str) -> None:
    elements = Elements(page)
    assert not elements.values("style")
    assert not [tag for tag, _ in elements.found if tag == "style"]
    assert [one for tag, one in elements.found if tag == "script"] == [{"type": "application/ld+json"}]
    assert not [name for _, one in elements.found for name in one if name.startswith("on")]


def test_the_page_tells_namespace_prefix_version_licence_creator_and_changes(page: str) -> None:
    for text in (vocab.NAMESPACE, vocab.VERSION, f"{vocab.ONTOLOGY}/{vocab.VERSION}", "the newsgraph project"):
        assert text in page
    for release in ontology(vocab.VERSION).releases():
        assert f'href="/vocab/{release.version}"' in page
        assert all(change in html.unescape(page) for change in release.changes)


@pytest.mark.parametrize("name", vocab.CONCEPTS)
def test_the_page_shows_every_concept_of_the_scheme(name: str, page: str) -> None:
    [concept] = [one for one in ontology(vocab.VERSION).concepts() if one.name == name]
    start = page.index(f'id="{name}"')
    section = html.unescape(page[start : page.index("</section>", start)])
    for text in (f"{vocab.NAMESPACE}{name}", concept.definition, *concept.labels, *concept.others):
        assert text in section


def test_the_address_of_a_concept_leads_to_it(send) -> None:
    answer = send("/vocab/law-and-crime")
    assert (answer.status, answer.headers["location"]) == (303, "/vocab#law-and-crime")


def test_the_page_embeds_what_the_vocabulary_says(page: str) -> None:
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert triples(vocab.turtle().encode(), RdfFormat.TURTLE) <= triples(text.encode(), RdfFormat.JSON_LD)


def test_the_page_of_an_earlier_version_leads_to_the_current_one(send) -> None:
    text = send("/vocab/0.1.0", "text/html").text
    assert 'This is an earlier version. <a href="/vocab">' in text
    assert 'id="Event"' in text
    assert "This is an earlier version" not in send(f"/vocab/{vocab.VERSION}", "text/html").text


# ---- The diagram


def test_the_diagram_has_every_class_and_every_property() -> None:
    drawn = diagram(ontology(vocab.VERSION))
    assert {f"ng:{name}" for name in vocab.CLASSES} <= {name for names in COLUMNS for name in names}
    shown = {line.name for box in drawn.boxes for line in box.lines}
    shown |= {label.name for arrow in drawn.arrows for label in arrow.labels}
    assert {f"ng:{name}" for name in vocab.PROPERTIES} <= shown


def test_an_arrow_of_the_diagram_is_what_the_vocabulary_says() -> None:
    known = ontology(vocab.VERSION)
    arrows = {(one.start.link.name, one.end.link.name): one.labels for one in diagram(known).arrows}
    assert [label.name for label in arrows["ng:Event", "ng:Revision"]] == ["ng:currentRevision", "ng:revision"]
    for (start, end), labels in arrows.items():
        for label in labels:
            iri = known.expand(label.name)
            assert known.expand(start) in known.values(iri, "rdfs:domain", "schema:domainIncludes")
            assert known.expand(end) in known.values(iri, "rdfs:range", "schema:rangeIncludes")


def test_no_box_of_the_diagram_covers_another_and_all_are_inside() -> None:
    drawn = diagram(ontology(vocab.VERSION))
    for box in drawn.boxes:
        assert box.x >= 0
        assert box.x + box.width <= drawn.width
        assert box.y + box.height <= drawn.height
        below = [other for other in drawn.boxes if other.x == box.x and other.y > box.y]
        assert all(other.y >= box.y + box.height for other in below)


# ---- Formats


@of_every_version
def test_every_format_says_the_same_by_suffix_and_by_negotiation(path: str, send) -> None:
    graphs = {}
    for suffix, (media_type, format) in GRAPHS.items():
        reply = send(f"{path}.{suffix}")
        assert (reply.status, reply.type) == (200, media_type)
        negotiated = send(path, media_type)
        assert (negotiated.body, negotiated.headers["content-location"]) == (reply.body, f"{path}.{suffix}")
        graphs[suffix] = triples(reply.body, format)
    assert all(graph == graphs["ttl"] for graph in graphs.values())


# rdflib's own parser uses names that rdflib calls deprecated.
@pytest.mark.filterwarnings("ignore:.* is deprecated, use Dataset:DeprecationWarning")
@of_every_version
def test_rdflib_reads_the_same_from_turtle_and_json_ld(path: str, send) -> None:
    graphs = [
        rdflib.Dataset(default_union=True).parse(data=send(f"{path}.{suffix}").text, format=parser)
        for suffix, parser in (("ttl", "turtle"), ("jsonld", "json-ld"))
    ]
    turtle, jsonld = ({tuple(quad)[:3] for quad in graph} for graph in graphs)
    assert turtle == jsonld
    assert len(turtle) > 80


@of_every_version
def test_a_document_says_of_itself_what_it_is_about(path: str, send) -> None:
    document = NamedNode(BASE + path[1:])
    topic = Quad(document, NamedNode(expand("foaf:primaryTopic")), NamedNode(vocab.ONTOLOGY))
    said = triples(send(path, "application/n-triples").body, RdfFormat.N_TRIPLES)
    assert topic in said
    text = send(path, "text/html").text
    [embedded] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    assert topic in triples(embedded.encode(), RdfFormat.JSON_LD)
    assert document.value in text


def test_the_turtle_is_the_file_with_its_comments_and_the_document_after_it(send) -> None:
    text = send("/vocab.ttl").text
    assert text.startswith(vocab.turtle())
    assert f"<{BASE}vocab>" in text[len(vocab.turtle()) :]


def test_a_document_has_links_to_its_formats_its_identifier_and_other_versions(send) -> None:
    link = send("/vocab", "text/turtle").headers["link"]
    for part in (
        '</vocab.jsonld>; rel="alternate"; type="application/ld+json',
        f'<{vocab.ONTOLOGY}>; rel="canonical"',
        '</vocab/0.2.0>; rel="predecessor-version"',
        'creativecommons.org/publicdomain/zero/1.0/>; rel="license"',
    ):
        assert part in link
    for version in (*vocab.EARLIER, vocab.VERSION):
        assert f'<{vocab.ONTOLOGY}/{version}>; rel="canonical"' in send(f"/vocab/{version}").headers["link"]
    assert '</vocab>; rel="latest-version"' in send("/vocab/0.1.0").headers["link"]


def test_a_document_is_not_sent_again_to_who_has_it(send) -> None:
    tags = {path: send(path, "text/turtle").headers["etag"] for path in ("/vocab", "/vocab/0.1.0", "/vocab.nt")}
    assert len(set(tags.values())) == 3
    for path, tag in tags.items():
        assert send(path, "text/turtle", If_None_Match=tag).status == 304


@pytest.mark.parametrize(
    "path", ["/vocab/9.9.9", "/vocab/events", "/vocab/Event.exe", "/vocab.exe", "/vocab/0.1.0.exe"]
)
def test_an_unknown_address_is_404(path: str, send) -> None:
    assert send(path, "text/html").status == 404


@of_every_version
def test_an_unknown_format_is_406(path: str, send) -> None:
    assert send(path, "image/png").status == 406


# ---- Terms


@each
def test_a_term_has_an_address_that_leads_to_it(name: str, send, page: str) -> None:
    reply = send(f"/vocab/{name}", "text/html")
    assert (reply.status, reply.headers["location"]) == (303, f"/vocab#{name}")
    assert f'id="{name}"' in page
    assert send(f"/vocab/{name}.ttl").headers["location"] == f"/vocab.ttl#{name}"


def test_who_follows_a_term_with_an_accept_header_finds_triples_about_it(send) -> None:
    reply = send("/vocab/place", "text/turtle")
    found = triples(send(reply.headers["location"].partition("#")[0], "text/turtle").body, RdfFormat.TURTLE)
    assert (
        Quad(NamedNode(vocab.term("place")), NamedNode(expand("rdfs:range")), NamedNode(expand("schema:Place")))
        in found
    )


def test_a_property_of_a_resource_leads_to_its_term(send, page: str) -> None:
    text = send("/doc/event/2011-11-08/abcdefghij.html").text
    used = set(re.findall(r'href="/vocab#(\w+)"', text))
    assert {"place", "source"} <= used
    assert used <= Elements(page).values("id")


# ---- The redirects of w3id.org


def redirected(path: str) -> str | None:
    """Return where vocab/w3id/.htaccess sends a path below https://w3id.org/newsgraph/, as Apache would."""
    rules = (Path(vocab.__file__).parent / "w3id" / ".htaccess").read_text(encoding="utf-8")
    [server] = re.findall(r"\[E=SERVER:(.*?)\]", rules)
    for pattern, target in re.findall(r"^RewriteRule (\S+) (%\S+) \[R=30[23],L\]$", rules, re.MULTILINE):
        if match := re.search(pattern, path):
            parts = re.sub(r"\$(\d)", lambda one: match[int(one[1])] or "", target)
            return parts.replace("%{ENV:SERVER}", "").replace(server, "")
    return None


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("", "/"),
        ("ns", "/vocab"),
        ("ns/", "/vocab"),
        *((f"ns/{version}", f"/vocab/{version}") for version in VERSIONS),
        *((f"ns.{suffix}", f"/vocab.{suffix}") for suffix in (*GRAPHS, "html", "json")),
        *((f"ns/0.1.0.{suffix}", f"/vocab/0.1.0.{suffix}") for suffix in (*GRAPHS, "html", "json")),
        (vocab.CONTEXT.partition("/newsgraph/")[2], "/context.jsonld"),
    ],
)
def test_w3id_leads_to_an_address_that_answers(path: str, target: str, send) -> None:
    assert redirected(path) == target
    assert send(target, "*/*").status == 200


@pytest.mark.parametrize("path", ["nsx", "ns/Event", "ns.exe", "ns/1", "context", "ns#Event"])
def test_w3id_leads_nowhere_else(path: str) -> None:
    assert redirected(path) is None


def test_the_identifiers_in_the_file_are_those_that_w3id_redirects(send) -> None:
    document = json.loads(send("/vocab.jsonld").body)
    text = json.dumps(document)
    ours = set(re.findall(r'"https://w3id\.org/newsgraph/([^"#]*)"', text))
    assert ours >= {"ns", f"ns/{vocab.VERSION}"}
    assert all(redirected(path) for path in ours if path != "ns#")
