"""JSON-LD over HTTP: the context, the frames, profiles, plain JSON with its Link header, and what pages embed."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from pyld import jsonld
from pyoxigraph import RdfFormat, parse
from rdflib import Dataset

import vocab
from kg.rdf.formats import JSONLD_FORMS, PROFILE, Format
from kg.rdf.prefixes import expand
from tests.paths import ROOT

PATH = "/doc/event/2011-11-08/abcdefghij"
IRI = "http://127.0.0.1:8000/event/2011-11-08/abcdefghij"
HOST = "http://mirror.example"
LD = "application/ld+json"
CONTEXT = f"{PROFILE}context"

each_form = pytest.mark.parametrize("form", JSONLD_FORMS, ids=lambda one: one.name)


def quads(text: str | bytes) -> set[Any]:
    return set(parse(text, format=RdfFormat.N_QUADS))


# ---- The context and the frames


def test_the_context_is_the_file_of_the_vocabulary_and_may_be_kept_and_used_by_all(send) -> None:
    reply = send("/context.jsonld", "*/*")
    assert (reply.status, reply.text) == (200, vocab.context())
    assert reply.headers["content-type"] == f'{LD}; profile="{CONTEXT}"'
    assert reply.headers["access-control-allow-origin"] == "*"
    assert {"public", "max-age=604800"} <= set(reply.headers["cache-control"].split(", "))
    assert re.fullmatch(r'"[0-9a-f]{32}"', reply.headers["etag"])


def test_the_context_is_not_sent_again_to_who_has_it(send) -> None:
    tag = send("/context.jsonld").headers["etag"]
    again = send("/context.jsonld", If_None_Match=tag)
    assert (again.status, again.body) == (304, b"")
    assert again.headers["cache-control"]
    assert send("/context.jsonld", method="HEAD").headers["etag"] == tag


@pytest.mark.parametrize("name", vocab.FRAMES)
def test_a_frame_can_be_used_as_it_is_served(send, name: str) -> None:
    reply = send(f"/frames/{name}.jsonld")
    assert reply.headers["content-type"] == f'{LD}; profile="{PROFILE}frame"'
    frame, written = json.loads(reply.body), json.loads(vocab.frame(name))
    assert frame == {**written, "@context": json.loads(vocab.context())["@context"]}
    jsonld.frame([], frame)


def test_there_is_no_other_frame(send) -> None:
    assert send("/frames/word.jsonld").status == 404
    assert send("/frames/..%2fcontext.jsonld").status == 404


# ---- Profiles


@each_form
def test_a_profile_names_the_form_and_the_reply_says_which_it_is(send, form: Format) -> None:
    reply = send(PATH, f'{LD};profile="{form.profiles[0]}"')
    assert (reply.status, reply.headers["content-type"]) == (200, f'{LD}; profile="{form.profiles[0]}"')
    assert reply.headers["content-location"] == f"{PATH}.{form.suffix}"
    assert reply.headers["vary"] == "Accept, Accept-Encoding"
    assert send(reply.headers["content-location"], "text/html").body == reply.body


def test_each_form_is_another_representation_of_the_same_graph(send) -> None:
    replies = [send(f"{PATH}.{form.suffix}") for form in JSONLD_FORMS]
    assert len({reply.headers["etag"] for reply in replies}) == len({reply.body for reply in replies}) == 4
    expected = quads(send(f"{PATH}.nq").body)
    for reply in replies:
        assert quads(jsonld.to_rdf(json.loads(reply.body), {"format": "application/n-quads"})) == expected


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        (LD, "framed"),
        (f'{LD};profile="http://a.example/unknown"', "framed"),
        (f'{LD};profile="http://a.example/unknown {PROFILE}flattened {PROFILE}compacted"', "flattened"),
        (f'{LD};profile="{PROFILE}expanded";q=0.4, {LD};profile="{PROFILE}compacted";q=0.6', "compacted"),
    ],
)
def test_unknown_profiles_are_ignored_and_weights_count(send, accept: str, form: str) -> None:
    assert send(PATH, accept).headers["content-type"] == f'{LD}; profile="{PROFILE}{form}"'


def test_the_forms_have_the_shape_that_the_standard_gives_them(send) -> None:
    framed, compacted, flattened, expanded = (json.loads(send(f"{PATH}.{form.suffix}").body) for form in JSONLD_FORMS)
    assert framed["id"] == IRI
    assert isinstance(framed["places"][0]["label"], dict)
    assert set(compacted) == set(flattened) == {"@context", "@graph"}
    assert [one["id"] for one in flattened["@graph"]] == sorted(one["id"] for one in flattened["@graph"])
    assert compacted["@graph"][0]["id"] == expanded[0]["@id"] == IRI
    assert all(name.startswith(("@", "http")) for node in expanded for name in node)


def test_links_to_the_other_forms_name_their_profiles(send) -> None:
    link = send(PATH, "text/turtle").headers["link"]
    for form in JSONLD_FORMS:
        assert f'<{PATH}.{form.suffix}>; rel="alternate"; type="{LD}"; profile="{form.profiles[0]}"' in link


def test_a_name_that_ends_like_a_form_is_still_a_name(send) -> None:
    assert send(f"{PATH}.nothing.jsonld").status == 404
    assert send("/event/2011-11-08/abcdefghij.expanded.jsonld").headers["location"] == f"{PATH}.expanded.jsonld"


# ---- Plain JSON


def test_plain_json_is_the_framed_document_without_a_context(send) -> None:
    framed = json.loads(send(f"{PATH}.jsonld").body)
    del framed["@context"]
    reply = send(PATH, "application/json")
    assert (reply.headers["content-type"], json.loads(reply.body)) == ("application/json", framed)


def test_plain_json_links_to_the_context_and_nothing_else_does(send) -> None:
    wanted = f'</context.jsonld>; rel="{CONTEXT}"; type="{LD}"'
    assert send(PATH, "application/json").headers["link"].count(CONTEXT) == 1
    assert wanted in send(PATH, "application/json").headers["link"]
    assert wanted in send("/vocab.json").headers["link"]
    assert CONTEXT not in send(PATH, LD).headers["link"]


def test_a_processor_reads_plain_json_of_a_mirror_as_the_graph_by_the_link(send) -> None:
    asked = []

    def load(url: str, options: dict[str, Any]) -> dict[str, Any]:
        asked.append(url)
        reply = send(urlsplit(url).path, options.get("headers", {}).get("Accept") if asked[1:] else "application/json")
        found = jsonld.parse_link_header(reply.headers.get("link", "")).get(CONTEXT)
        linked = urljoin(url, found["target"]) if found and reply.type == "application/json" else None
        return {
            "contentType": reply.type,
            "contextUrl": linked,
            "documentUrl": url,
            "document": json.loads(reply.body),
        }

    found = jsonld.to_rdf(f"{HOST}{PATH}", {"format": "application/n-quads", "documentLoader": load})
    assert asked == [f"{HOST}{PATH}", f"{HOST}/context.jsonld"]
    assert quads(found) == quads(send(f"{PATH}.nq").body)


@pytest.mark.filterwarnings("ignore:.* is deprecated, use Dataset:DeprecationWarning")  # in rdflib's own parser
@pytest.mark.parametrize("suffix", ["json", *(form.suffix for form in JSONLD_FORMS)])
def test_rdflib_reads_every_form_by_its_address(send, port: int, suffix: str) -> None:
    dataset = Dataset(default_union=True)
    dataset.parse(f"http://127.0.0.1:{port}{PATH}.{suffix}", format="json-ld")
    assert len(dataset) == len(quads(send(f"{PATH}.nq").body))


@pytest.mark.parametrize("path", [f"{PATH}.jsonld", f"{PATH}.json", "/vocab.jsonld", "/catalog.json"])
def test_the_loaders_of_pyld_can_read_the_links_of_json(send, path: str) -> None:
    links = jsonld.parse_link_header(send(path).headers["link"])
    assert not isinstance(links.get("alternate"), list)
    formats = links[f"alternate {expand('dcterms:hasFormat')}"]
    assert {one["type"] for one in formats} >= {"text/turtle", "text/html"}


# ---- The page for web developers

DOCS = (ROOT / "docs" / "jsonld.md").read_text(encoding="utf-8")


def test_the_docs_list_exactly_the_forms_that_exist() -> None:
    rows = re.findall(
        r"^\| (\w+)[^|]* \| `(http://www\.w3\.org/ns/json-ld#\w+)` \| `\.([\w.]+)` \|$", DOCS, re.MULTILINE
    )
    found = [(form.profiles[0].removeprefix(PROFILE), form.profiles[0], form.suffix) for form in JSONLD_FORMS]
    assert rows == found


def test_the_names_of_the_docs_are_those_of_the_context_and_of_an_event(send) -> None:
    table = DOCS[DOCS.index("| name | what |") : DOCS.index("Places, days,")]
    names = [name for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)]
    assert set(names) <= set(json.loads(vocab.context())["@context"])
    assert {"id", "type", "title", "date", "places", "sources", "revisions"} <= set(names)
    assert {*json.loads(send(f"{PATH}.json").body)} - {"language", "paths", "images"} <= set(names)


def test_the_frame_is_used_as_the_docs_say(send) -> None:
    frame = json.loads(send("/frames/event.jsonld").body)
    del frame["type"]
    frame["id"] = IRI
    event = jsonld.frame(json.loads(send(f"{PATH}.flattened.jsonld").body), frame)
    served = json.loads(send(f"{PATH}.jsonld").body)
    assert event["places"] == served["places"]
    assert {one["id"] for one in event["revisions"]} == {one["id"] for one in served["revisions"]}


# ---- What pages embed


def embedded(page: str) -> list[str]:
    return re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)


def test_the_page_of_an_event_embeds_what_search_engines_read(send) -> None:
    (block,) = embedded(send(f"{PATH}.html").text)
    document = json.loads(block)
    assert document["@context"] == {"@vocab": "https://schema.org/"}
    assert [one["@type"] for one in document["@graph"]] == ["NewsArticle", "Event"]
    assert document["@graph"][0]["url"] == f"http://127.0.0.1:8000{PATH}"
    assert document["@graph"][1]["@id"] == IRI


def test_markup_in_a_sentence_cannot_end_the_block(send) -> None:
    page = send("/doc/event/2011-11-07/klmnopqrst.html").text
    (block,) = embedded(page)
    assert "<" not in block
    assert "<script>alert('x')</script>" in json.loads(block)["@graph"][0]["headline"]


@pytest.mark.parametrize(
    ("path", "kind"),
    [("entity/en/Homs", "Place"), ("day/2011-11-08", "Thing"), ("publisher/example-times", "Organization")],
)
def test_other_pages_embed_what_they_are_about_and_no_event(send, path: str, kind: str) -> None:
    (block,) = embedded(send(f"/doc/{path}.html").text)
    page, about = json.loads(block)["@graph"]
    assert (page["@type"], about["@type"]) == ("WebPage", kind)
    assert page["mainEntity"]["@id"] == about["@id"] == f"http://127.0.0.1:8000/{path}"
