"""An answer has an address that names its query and result; later it says whether the answer is still the same."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import bibtexparser
import pytest
import rispy

from kg.pipeline.run import build
from kg.publish.answers.canonical import canonical
from kg.publish.answers.cited import CitedAnswer, CitedQuery
from kg.query.evaluate import answer
from kg.rdf.formats import by_name
from kg.settings import Settings
from kg.store.embedded import EmbeddedGraph
from kg.store.layout import Store
from tests.conftest import TURTLE, publish_turtle, run_here
from tests.endpoint.conftest import Reply, Send

Serving = Callable[[Settings], AbstractContextManager[Send]]
PAGES = {
    "2011_November_8.txt": "*Shops in [[Homs]] close.\n*A ship sinks.\n",
    "2011_November_9.txt": "*Ports reopen.\n",
}
MORE = {"2011_November_10.txt": "*A bridge falls.\n"}
TITLES = "SELECT ?title { ?event a ng:Event ; rdfs:label ?title }"
SHIP = 'SELECT ?event { ?event rdfs:label "A ship sinks."@en }'


@dataclass(frozen=True)
class Cited:
    """A server of a graph that was rebuilt with one more page, answers cited before that, and its snapshots."""

    send: Send
    store: Store
    titles: str
    ship: str
    before: str

    def told(self, address: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.get(address, "application/json").body)
        return found

    def get(self, address: str, accept: str = "text/html") -> Reply:
        return self.send(address, accept)


def cite(send: Send, **asked: str) -> str:
    reply = send(f"/answer?{urlencode(asked)}")
    assert reply.status == 302
    return reply.headers["location"]


@pytest.fixture(scope="module")
def cited(tmp_path_factory: pytest.TempPathFactory, serving: Serving) -> Iterator[Cited]:
    folder = tmp_path_factory.mktemp("cited")
    settings = replace(Settings(), store=str(folder / "store"), jobs=1, port=0, query_memory=1_000_000_000)
    write(folder / "archive", PAGES)
    before = build([folder / "archive"], settings).snapshot.id
    with serving(settings) as send:
        titles, ship = cite(send, query=TITLES), cite(send, query=SHIP)
    write(folder / "archive", MORE)
    build([folder / "archive"], settings)
    with serving(settings) as send:
        yield Cited(send, Store(folder / "store"), titles, ship, before)


def write(root: Path, pages: Mapping[str, str]) -> None:
    root.mkdir(exist_ok=True)
    for name, text in pages.items():
        (root / name).write_text(text)


def test_an_answer_is_compared_with_that_in_the_newest_snapshot(cited: Cited) -> None:
    told = cited.told(cited.titles)
    assert (told["same"], told["snapshot"], told["found"]["rows"]) == (True, cited.before, 3)
    assert (told["newest"]["same"], told["newest"]["rows"]) == (False, 4)
    assert (told["added"], told["removed"], told["differing"]) == (['"A bridge falls."@en'], [], 1)
    page = cited.get(cited.titles).text
    assert "The newest snapshot gives another answer." in page
    assert "A bridge falls." in page
    assert "Only now: 1 row" in page
    assert "Only then: 0 rows" in page


def test_an_answer_that_a_page_more_does_not_touch_is_the_same_in_both(cited: Cited) -> None:
    told = cited.told(cited.ship)
    assert (told["same"], told["newest"]["same"], told["differing"]) == (True, True, 0)
    assert "and so does the newest one" in cited.get(cited.ship).text


def test_the_snapshot_of_an_answer_answers_in_every_format(cited: Cited) -> None:
    query = quote(TITLES)
    rows = [
        cited.send(f"/sparql?query={query}&format=csv{more}").text.count("\n") - 1
        for more in ("", f"&snapshot={cited.before}")
    ]
    assert rows == [4, 3]
    assert cited.send(f"/sparql?query={query}&snapshot=nothing").status == 404
    assert cited.send(f"/sparql?query={query}&snapshot={cited.before}&asOf=2011-11-08").status == 400


def test_a_different_hash_is_reported_as_different(cited: Cited) -> None:
    address = cited.titles.rpartition("=")[0] + "=" + "0" * 64
    assert cited.told(address)["same"] is False
    assert "Not the same" in cited.get(address).text


def test_an_answer_is_cited_in_bibtex_and_ris(cited: Cited) -> None:
    parameters = cited.titles.partition("?")[2]
    [read] = bibtexparser.parse_string(cited.send(f"/cite.bib?{parameters}").text).entries
    entry = {name: one.value for name, one in read.fields_dict.items()}
    [record] = rispy.loads(cited.send(f"/cite.ris?{parameters}").text)
    assert entry["url"].endswith(cited.titles)
    assert record["urls"] == [entry["url"]]
    assert entry["version"] == record["edition"] == cited.before
    assert cited.told(cited.titles)["sha256"] in entry["note"]
    assert cited.send("/cite.bib?query=ASK%7B%7D").status == 400
    assert cited.send(f"/cite.bib?iri=event/2011-11-08/x&{parameters}").status == 400


def test_a_question_is_cited_with_all_its_values(cited: Cited) -> None:
    address = cite(cited.send, question="one-day", param="date=2011-11-09")
    assert "param=date%3D2011-11-09" in address
    told = cited.told(address)
    assert (told["question"], told["same"], told["found"]["rows"]) == ("one-day", True, 1)
    page = cited.get("/questions/one-day?date=2011-11-09").text
    assert f"/answer?question=one-day&amp;param=date%3D2011-11-09&amp;snapshot={told['snapshot']}" in page
    assert "param=date%3D2011-11-08" in cite(cited.send, question="one-day")


def test_result_pages_link_to_their_citation_unless_the_query_varies(cited: Cited) -> None:
    assert "Cite this answer" in cited.get(f"/sparql?query={quote(TITLES)}").text
    assert "Cite this answer" not in cited.get("/sparql?query=SELECT%20(RAND()%20AS%20%3Fx)%20%7B%7D").text


def test_graphs_and_boolean_answers_are_cited_too(cited: Cited) -> None:
    for query in (
        "ASK { ?event a ng:Event }",
        "CONSTRUCT { ?event rdfs:label ?title } WHERE { ?event rdfs:label ?title }",
    ):
        address = cite(cited.send, query=query, snapshot=cited.before)
        assert cited.told(address)["same"] is True
        assert cited.get(address).status == 200
    assert cited.told(address)["differing"] > 0


@pytest.mark.parametrize(
    "parameters",
    [
        "",
        "query=",
        "query=ASK%7B%7D&question=one-day",
        "query=SELCT",
        "query=SELECT%20(RAND()%20AS%20%3Fx)%20%7B%7D",
        "question=nothing",
        "question=one-day&param=date",
        "question=one-day&param=date=soon",
        "query=ASK%7B%7D&snapshot=../..",
        "query=ASK%7B%7D&sha256=1",
    ],
)
def test_an_address_that_names_no_answer_is_a_bad_request(cited: Cited, parameters: str) -> None:
    assert cited.send(f"/answer?{parameters}").status == 400


def test_for_a_snapshot_that_never_existed_the_page_says_so(cited: Cited) -> None:
    address = cited.titles.replace(cited.before, "20111109T060000000000Z")
    told = cited.told(address)
    assert (told["same"], told["newest"]["rows"]) == (None, 4)
    assert "no such snapshot" in told["gone"]


def test_a_removed_answer_is_reported_and_a_pinned_one_stays(
    tmp_path: Path, serving: Serving, settings: Settings, graph: EmbeddedGraph
) -> None:
    own, text = replace(settings, store=str(tmp_path), query_seconds=20.0), TURTLE.read_text(encoding="utf-8")
    homs = 'SELECT ?place { ?place rdfs:label "Homs"@en }'
    titles = "SELECT ?title { ?event rdfs:label ?title }"
    first, second, third = (f"2011110{number}T060000000000Z" for number in (1, 2, 3))
    more = f'{text}\n<http://a.example/e> <http://www.w3.org/2000/01/rdf-schema#label> "A road opens." .\n'
    gone, same = (
        f"/{CitedAnswer(CitedQuery(one), first, canonical(answer(graph, one, by_name('tsv'))).sha256).path}"
        for one in (titles, homs)
    )
    publish_turtle(tmp_path, text, first, keep=1)
    publish_turtle(tmp_path, text, second, keep=1)
    done = run_here("query", "--cite", "--keep", titles, "--store", tmp_path).stdout.decode()
    assert f"Snapshot {second} is pinned" in done
    pinned = done.partition("http://127.0.0.1:8000")[2].split()[0]
    publish_turtle(tmp_path, more, third, keep=1)
    with serving(own) as send:
        reply = send(gone, "text/html")
        assert reply.status == 410
        assert "The snapshot that answered is gone. The newest one gives another answer" in reply.text
        assert "is kept no longer" in reply.text
        assert "The newest one gives the same answer" in send(same, "text/html").text
        assert send(f"/cite.bib?{gone.partition('?')[2]}").status == 200
        told = json.loads(send(pinned, "application/json").body)
        assert (told["same"], told["snapshot"], told["added"]) == (True, second, ['"A road opens."'])
