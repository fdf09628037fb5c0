"""A merged event leads to the survivor, a withdrawn one is gone, and one that is no longer listed stays."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from kg.pipeline import run
from kg.rdf import terms
from kg.settings import Settings
from kg.store import amend
from kg.store.embedded import EmbeddedGraph
from kg.store.layout import Store
from tests.endpoint.conftest import Serving

BASE = "http://127.0.0.1:8000"
HEADER = "{{Current events header|2011|11|08}}\n"
SINCE = "2024-05-06T07:08:09Z"
SHOPS, BANKS, SECRET, PORTS = "Shops close early.", "Banks close early.", "Zanzibar pelicans whisper.", "Ports reopen."
PAGE = "### [2011-11-8](/news/2011/11/8/index.md)\n\n# {title} \n\n"

Get = Callable[..., tuple[int, dict[str, str], bytes]]


def git(root: Path, *arguments: str, time: str = "2011-11-09T00:00:00Z") -> None:
    who = {"NAME": "A", "EMAIL": "a@example.org", "DATE": time}
    environment = {f"GIT_{role}_{name}": value for role in ("AUTHOR", "COMMITTER") for name, value in who.items()}
    subprocess.run(["git", "-C", str(root), *arguments], check=True, capture_output=True, env=environment)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("gone") / "archive"
    page = root / "news" / "2011" / "11" / "8" / "zanzibar-pelicans-whisper.md"
    page.parent.mkdir(parents=True)
    page.write_text(PAGE.format(title=SECRET))
    day = root / "2011_November_8.txt"
    day.write_text(f"{HEADER}*{SHOPS}\n*{BANKS}\n*{PORTS}\n")
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-qm", "first")
    day.write_text(f"{HEADER}*{SHOPS}\n*{BANKS}\n")
    git(root, "commit", "-qam", "second", time="2011-11-10T12:00:00Z")
    return root


def events(store: Path) -> dict[str, str]:
    """Return the path of each event by its title."""
    graph = EmbeddedGraph.read_only(str(store / "current" / "db"))
    named = ((quad.subject, quad.object.value) for quad in graph.quads_for_pattern(None, terms.NAME, None))
    return {title: str(one.value).removeprefix(BASE) for one, title in named if "/revision/" not in str(one)}


@pytest.fixture(scope="module")
def store(archive: Path) -> Path:
    """A store in which one event is merged, one is withdrawn, and one is no longer listed."""
    store = archive.parent / "store"
    settings = Settings(store=str(store), jobs=1, history=True)
    run.build([archive], settings)
    paths = events(store)
    (archive.parent / "revisions.json").write_text(json.dumps(revisions(store)))
    (archive.parent / "events.json").write_text(json.dumps(paths))
    amend.merge(Store(store), BASE + paths[SHOPS], BASE + paths[BANKS])
    amend.withdraw(Store(store), BASE + paths[SECRET], datetime.fromisoformat(SINCE).astimezone(UTC))
    run.build([archive], settings)
    return store


def revisions(store: Path) -> dict[str, str]:
    graph = EmbeddedGraph.read_only(str(store / "current" / "db"))
    found = graph.quads_for_pattern(None, terms.CURRENT_REVISION, None)
    return {str(quad.subject.value).removeprefix(BASE): quad.object.value.removeprefix(BASE) for quad in found}


@pytest.fixture(scope="module")
def paths(store: Path) -> dict[str, str]:
    found: dict[str, str] = json.loads((store.parent / "events.json").read_text())
    return found


@pytest.fixture(scope="module")
def revision(store: Path, paths: dict[str, str]) -> dict[str, str]:
    """The path of the current revision that each event had in the first build, by its title."""
    found = json.loads((store.parent / "revisions.json").read_text())
    return {title: found[path] for title, path in paths.items() if path in found}


@pytest.fixture(scope="module")
def get(store: Path, serving: Serving) -> Iterator[Get]:
    with serving(Settings(store=str(store), port=0, query_memory=1_000_000_000)) as send:

        def ask(path: str, accept: str = "*/*", method: str = "GET") -> tuple[int, dict[str, str], bytes]:
            reply = send(path, accept, method)
            return reply.status, reply.headers, reply.body

        yield ask


# ---- Merged.


@pytest.mark.parametrize("suffix", ["", ".ttl", ".html", ".jsonld", ".nq"])
@pytest.mark.parametrize("form", ["", "/doc"])
def test_a_merged_event_leads_to_the_survivor_in_the_form_it_was_asked_for(get: Get, paths, form, suffix) -> None:
    status, headers, _ = get(f"{form}{paths[SHOPS]}{suffix}")
    assert (status, headers["location"]) == (308, f"{form}{paths[BANKS]}{suffix}")


@pytest.mark.parametrize("path", ["/event/2011-11-08/shops-close-early", "/news/2011/11/8/shops-close-early.md"])
def test_a_readable_name_of_a_merged_event_leads_to_the_survivor(get: Get, paths, path: str) -> None:
    status, headers, _ = get(path)
    assert (status, headers["location"]) == (308, paths[BANKS])


@pytest.mark.parametrize("suffix", ["", ".ttl"])
def test_a_revision_of_a_merged_event_leads_to_that_of_the_survivor(get: Get, paths, revision, suffix: str) -> None:
    content = revision[SHOPS].rpartition("/")[2]
    status, headers, _ = get(f"{revision[SHOPS]}{suffix}")
    assert (status, headers["location"]) == (308, f"{paths[BANKS]}/revision/{content}{suffix}")
    assert get(headers["location"], "text/turtle")[0] == 200


def test_a_revision_that_a_merged_event_never_had_leads_to_the_survivor(get: Get, paths) -> None:
    status, headers, _ = get(f"{paths[SHOPS]}/revision/0123456789ab")
    assert (status, headers["location"]) == (308, paths[BANKS])


@pytest.mark.parametrize("suffix", ["nt", "nq"])
def test_the_document_that_a_merged_event_leads_to_says_that_it_replaces_it(get: Get, paths, suffix: str) -> None:
    said = get(f"/doc{paths[SHOPS]}.{suffix}")
    body = get(said[1]["location"])[2].decode()
    old, new = BASE + paths[SHOPS], BASE + paths[BANKS]
    assert f"<{old}> {terms.REPLACED_BY} <{new}> ." in body


def test_the_survivor_has_both_wordings_and_its_own_title(get: Get, paths) -> None:
    triples = set(parse(get(f"/doc{paths[BANKS]}.nt")[2], format=RdfFormat.N_TRIPLES))
    survivor = NamedNode(BASE + paths[BANKS])
    names = {quad.object.value for quad in triples if quad.subject == survivor and quad.predicate == terms.NAME}
    wordings = {q.object.value for q in triples if q.subject != survivor and q.predicate == terms.NAME}
    assert (names, wordings) == ({BANKS}, {BANKS, SHOPS})


# ---- Withdrawn.


@pytest.mark.parametrize("form", ["{}", "/doc{}", "{}/revision/0123456789ab"])
@pytest.mark.parametrize("accept", ["text/html", "*/*", "application/json", "text/turtle"])
def test_a_withdrawn_event_is_gone_in_every_form(get: Get, paths, form: str, accept: str) -> None:
    status, headers, body = get(form.format(paths[SECRET]), accept)
    kind = {"text/html": "text/html", "text/turtle": "text/turtle"}.get(accept, "application/problem+json")
    kind = "application/json" if accept == "application/json" else kind
    assert (status, headers["content-type"].partition(";")[0]) == (410, kind)
    assert b"pelicans" not in body
    assert headers["vary"] == ("Accept, Accept-Language" if kind == "text/html" else "Accept")


@pytest.mark.parametrize(
    "path", ["/event/2011-11-08/zanzibar-pelicans-whisper", "/news/2011/11/8/zanzibar-pelicans-whisper.md"]
)
def test_a_readable_name_of_a_withdrawn_event_is_gone(get: Get, path: str) -> None:
    assert get(path)[0] == get(f"{path}.ttl")[0] == 410


def test_a_revision_of_a_withdrawn_event_is_gone(get: Get, revision) -> None:
    assert get(revision[SECRET])[0] == get(f"{revision[SECRET]}.ttl")[0] == get(f"/doc{revision[SECRET]}")[0] == 410


def test_the_remains_of_a_withdrawn_event_are_given_in_rdf(get: Get, paths) -> None:
    event = NamedNode(BASE + paths[SECRET])
    for path, accept in ((paths[SECRET], "application/n-triples"), (f"/doc{paths[SECRET]}.nt", "image/png")):
        said = {
            (quad.predicate, quad.object)
            for quad in parse(get(path, accept)[2], format=RdfFormat.N_TRIPLES)
            if quad.subject == event and quad.predicate != terms.IDENTIFIER
        }
        assert said == {
            (terms.TYPE, terms.EVENT),
            (terms.DEPRECATED, Literal("true", datatype=terms.BOOLEAN)),
            (terms.INVALIDATED_AT, Literal(SINCE, datatype=terms.DATE_TIME)),
        }


def test_a_problem_document_says_since_when_an_event_is_withdrawn(get: Get, paths) -> None:
    problem = json.loads(get(paths[SECRET])[2])
    assert (problem["status"], problem["title"]) == (410, "Gone")
    assert "2024-05-06" in problem["detail"]


def test_head_of_what_is_gone_has_no_body(get: Get, paths) -> None:
    status, _, body = get(paths[SECRET], "text/turtle", "HEAD")
    assert (status, body) == (410, b"")


# ---- No longer listed.


def test_an_event_that_is_no_longer_listed_stays_and_its_page_says_since_when(get: Get, paths) -> None:
    assert get(paths[PORTS])[0] == 303
    status, _, body = get(f"/doc{paths[PORTS]}.html")
    assert status == 200
    assert "No page has listed it since" in body.decode()
    assert 'datetime="2011-11-10T12:00:00Z"' in body.decode()


def test_an_event_that_is_still_listed_does_not_say_that_it_is_gone(get: Get, paths) -> None:
    assert "No page has listed" not in get(f"/doc{paths[BANKS]}.html")[2].decode()


def test_sparql_and_dumps_say_which_event_replaces_a_merged_one(store: Path, paths) -> None:
    graph = EmbeddedGraph.read_only(str(store / "current" / "db"))
    old, new = NamedNode(BASE + paths[SHOPS]), NamedNode(BASE + paths[BANKS])
    assert Quad(old, terms.REPLACED_BY, new) in graph
    assert {quad.predicate for quad in graph.quads_for_pattern(old, None, None)} == {
        terms.REPLACED_BY,
        terms.DEPRECATED,
    }
