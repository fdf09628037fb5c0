"""The licences and the attribution of a dataset are those stated by the dialects of its pages, and no others."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import wait
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from kg.derived.artefacts import Artefacts
from kg.derived.kinds import PREPARED
from kg.dialects.wikipedia import PORTAL
from kg.rdf import terms
from kg.settings import Settings
from kg.store.layout import Store
from kg.workers.workers import Workers
from tests.endpoint.conftest import Send, listening, sender
from tests.plugins.conftest import CSV, Kg, install

BASE = "http://127.0.0.1:8000/"
BY_SA = "https://creativecommons.org/licenses/by-sa/4.0/"
ODC_BY = "https://opendatacommons.org/licenses/by/1-0/"
OF_PLACES = {
    "https://creativecommons.org/licenses/by/4.0/",
    "https://creativecommons.org/publicdomain/mark/1.0/",
}
"""The licences of the tables of places, which every dataset has from newsgraph."""
TABLE = "date,title\n2024-01-02,A bridge opens.\n"
CLAIMING = re.compile(r'<a href="([^"]+)" rel="license')


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "tables"
    folder.mkdir()
    (folder / "events.csv").write_text(TABLE, encoding="utf-8")
    return folder


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


@contextmanager
def served(site: Path, kg: Kg, root: Path, store: Path, *, silent: bool = False) -> Iterator[Send]:
    """Build a dataset with the dialect for tables, which may state nothing about its archive; serve it without."""
    install(CSV, site)
    if silent:
        with (site / "newsgraph_csv.py").open("a") as module:
            module.write("Csv.publication = Publication()\n")
    done = kg("build", root, "--store", store, "--jobs", "1")
    assert done.returncode == 0, done.stderr.decode()
    settings = replace(Settings(), store=str(store), port=0, threads=4)
    with Workers(Store(store), settings) as workers:
        wait(Artefacts.of(settings).prepare(PREPARED, workers.snapshot))
        with listening(settings, workers) as number:
            yield sender(number)


def event(store: Path) -> str:
    """Return the address of the document about the event of the table."""
    found = Store(store).current().open().quads_for_pattern(None, terms.NAME, Literal("A bridge opens.", language="en"))
    [iri] = {str(quad.subject.value) for quad in found if "/revision/" not in str(quad.subject)}
    return f"/doc/{iri.removeprefix(BASE)}"


def quads(body: bytes) -> list[Quad]:
    return list(parse(body, format=RdfFormat.TURTLE, base_iri=BASE))


def licensed(body: bytes) -> dict[str, set[str]]:
    """Return the licences that a document in Turtle claims, by the things that have them."""
    found: dict[str, set[str]] = {}
    for quad in quads(body):
        if quad.predicate == terms.LICENSE:
            found.setdefault(str(quad.subject.value), set()).add(str(quad.object.value))
    return found


def linked(headers: dict[str, str]) -> list[str]:
    return re.findall(r'<([^>]+)>; rel="license"', headers["link"])


def claims(send: Send, path: str) -> dict[str, set[str]]:
    """Return the licences that are claimed for the data, by place."""
    turtle, page, catalog = (send(path, "text/turtle"), send(path, "text/html"), send("/catalog", "text/turtle"))
    own = [iris for subject, iris in licensed(catalog.body).items() if subject.startswith(BASE)]
    stream = send("/feed/ldes", "application/trig")
    return {
        "a document in Turtle": licensed(turtle.body).get(f"{BASE}{path[1:]}", set()),
        "a document in HTML": set(CLAIMING.findall(page.text)),
        "links of a document": set(linked(turtle.headers)) | set(linked(page.headers)),
        "the catalogue": set().union(*own),
        "the catalogue in HTML": set(CLAIMING.findall(send("/catalog", "text/html").text)),
        "links of the catalogue": set(linked(catalog.headers)),
        "an Atom feed": set(re.findall(r'rel="license" href="([^"]+)"', send("/feed/atom").text)),
        "the event stream": {
            str(quad.object.value)
            for quad in parse(stream.body, format=RdfFormat.TRIG)
            if quad.predicate == terms.LICENSE
        },
    }


def rights(send: Send) -> str:
    [text] = {
        str(quad.object.value)
        for quad in quads(send("/catalog", "text/turtle").body)
        if quad.subject == NamedNode(f"{BASE}catalog#rights") and quad.predicate == terms.LABEL
    }
    return text


def licence_in_openapi(send: Send) -> object:
    return json.loads(send("/openapi.json").body)["info"].get("license")


def test_a_dataset_of_one_dialect_claims_its_licence_and_no_other(site: Path, kg: Kg, root: Path, store: Path) -> None:
    with served(site, kg, root, store) as send:
        found = claims(send, event(store))
        assert found == {where: {ODC_BY} for where in found}
        for path in (event(store), "/catalog", "/feed/atom", "/cite", "/llms.txt"):
            assert not re.search("by-sa|BY-SA|Wikipedia’s|Portal:", send(path).text), path
        assert licence_in_openapi(send) == {"name": ODC_BY, "url": ODC_BY}
        assert "Tables of events by the clerks of Example Town:" in send("/", "text/html").text
        assert "as linked data, from Tables of events. Every" in send("/llms.txt").text
        assert rights(send).startswith("Tables by the clerks of Example Town. Names and containment")
        catalog = send("/catalog", "text/turtle")
        named = {one for iris in licensed(catalog.body).values() for one in iris}
        assert named == {ODC_BY, *OF_PLACES}
        described = {
            quad.subject.value for quad in quads(catalog.body) if str(quad.object).endswith("LicenseDocument>")
        }
        assert described == named
        sources = {quad.object for quad in quads(catalog.body) if quad.predicate == NamedNode(terms.DERIVED_FROM.value)}
        assert NamedNode("https://example.org/tables") in sources
        assert NamedNode(PORTAL.source) not in sources


@pytest.mark.slow(
    also="tests/plugins/test_publication.py::test_a_dataset_of_one_dialect_claims_its_licence_and_no_other"
)
def test_a_dataset_of_several_dialects_states_each_licence(site: Path, kg: Kg, root: Path, store: Path) -> None:
    (root / "2018_January_1.txt").write_text("* Shops open.\n")
    with served(site, kg, root, store) as send:
        found = claims(send, event(store))
        assert found == {where: {BY_SA, ODC_BY} for where in found}
        assert linked(send(event(store), "text/turtle").headers) == [BY_SA, ODC_BY]
        assert licence_in_openapi(send) == {"name": f"CC BY-SA 4.0 and {ODC_BY}"}
        assert "Tables by the clerks of Example Town." in rights(send)
        assert PORTAL.rights in rights(send)
        assert "is not known" not in rights(send)


def test_a_dataset_of_a_dialect_that_says_nothing_claims_no_licence(
    site: Path, kg: Kg, root: Path, store: Path
) -> None:
    with served(site, kg, root, store, silent=True) as send:
        found = claims(send, event(store))
        assert found == {where: set() for where in found}
        assert rights(send).startswith("Under which licence the text is, is not known. Names and containment")
        assert "Under which licence the text is, is not known." in send("/catalog", "text/html").text
        assert "Text: no licence is known." in send("/", "text/html").text
        assert "The licence of the text is not known;" in send("/llms.txt").text
        assert licence_in_openapi(send) is None


@pytest.mark.slow(
    also="tests/plugins/test_publication.py::test_a_dataset_of_a_dialect_that_says_nothing_claims_no_licence"
)
def test_where_one_of_several_dialects_says_nothing_the_catalogue_says_so(
    site: Path, kg: Kg, root: Path, store: Path
) -> None:
    (root / "2018_January_1.txt").write_text("* Shops open.\n")
    with served(site, kg, root, store, silent=True) as send:
        found = claims(send, event(store))
        assert found == {where: {BY_SA} for where in found}
        assert "Under which licence a part of the text is, is not known." in rights(send)


@pytest.mark.slow(
    also="tests/plugins/test_publication.py::test_a_dataset_of_one_dialect_claims_its_licence_and_no_other"
)
def test_prose_does_not_name_the_source_of_a_dataset(site: Path, kg: Kg, root: Path, store: Path) -> None:
    install(CSV, site)
    (root / "README.md").write_text("Tables of events, with a row for each.\n")
    for _ in range(2):  # the second build uses the months kept by the first one
        assert kg("build", root, "--store", store, "--jobs", "1").returncode == 0
        assert Store(store).current().manifest.licences == (ODC_BY,)
