"""Whatever is written about days, events, places and the rest, no page of the site is an error of the server."""

from __future__ import annotations

from concurrent.futures import wait
from typing import Final

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse, serialize

from kg.derived.artefacts import Artefacts
from kg.derived.kinds import PREPARED
from kg.rdf import terms
from kg.store.layout import Store
from tests.conftest import BASE, TURTLE
from tests.endpoint.conftest import Writable
from tests.examples import most

SERVED: Final = list(parse(TURTLE.read_bytes(), RdfFormat.TURTLE))
THINGS: Final = sorted(
    {one.subject for one in SERVED if isinstance(one.subject, NamedNode) and one.subject.value.startswith(BASE)}
    | {
        NamedNode(f"{BASE}{path}") for path in ("day/20111108", "day/2011-W45-2", "month/2011-11", "year/2011", "day/x")
    },
    key=str,
)
PREDICATES: Final = sorted(
    {one for one in vars(terms).values() if isinstance(one, NamedNode)} | {one.predicate for one in SERVED}, key=str
)
XSD: Final = [
    NamedNode(f"http://www.w3.org/2001/XMLSchema#{name}")
    for name in ("string", "date", "dateTime", "gYear", "gYearMonth", "integer", "double", "anyURI")
]
DATES: Final = (
    *("8 November 2011", "20111108", "20110930", "2011-W45-2", "2011-11-08Z", "2011-11-08+14:00", "-0044-03-15"),
    *("12011-11-08", "2011-11", "2011", "0000-00-00", "9999-12-31", "0001-01-01", "2011-11-08T25:00:00Z", "٢٠١١-١١-٠٨"),
    *("2011-11-09T06:00:00Z", "NaN", "INF", "1e400", "-90", "180.5", "", " ", "9" * 400),
)
TEXTS: Final = st.sampled_from(DATES) | st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn", "Co")), max_size=20)
OBJECTS: Final = (
    st.sampled_from(THINGS)
    | st.builds(lambda text, datatype: Literal(text, datatype=datatype), TEXTS, st.sampled_from(XSD))
    | st.builds(lambda text, tag: Literal(text, language=tag), TEXTS, st.sampled_from(("en", "zh", "x-odd", "ar")))
)
TRIPLES: Final = st.builds(Triple, st.sampled_from(THINGS), st.sampled_from(PREDICATES), OBJECTS)
LISTS: Final = ("/", "/events", "/places", "/topics", "/publishers", "/on-this-day/11-08", "/week/2011-W45", "/catalog")
HISTORY: Final = "/event/2011-11-08/abcdefghij/history"


def failures(odd: Writable, written: list[Triple]) -> list[tuple[str, int, str]]:
    """Write triples, request the pages of what they are about and those of lists, and remove them again."""
    fresh = [one for one in dict.fromkeys(written) if one not in SERVED]
    lines = serialize(fresh, format=RdfFormat.N_TRIPLES).decode()
    assert odd.update(f"INSERT DATA {{ {lines} }}").status == 200
    store = Store(odd.store)
    wait(Artefacts(store).prepare(PREPARED, store.current()))
    paths = [f"/doc/{one.value.removeprefix(BASE)}" for one in dict.fromkeys(one.subject for one in fresh)]
    replies = [(path, odd.read(path, "text/html")) for path in (*paths, *LISTS, HISTORY)]
    assert odd.update(f"DELETE DATA {{ {lines} }}").status == 200
    return [(path, reply.status, reply.text[:300]) for path, reply in replies if reply.status >= 500]


def test_days_with_any_label_have_pages(writable: Writable) -> None:
    days = [NamedNode(f"{BASE}day/2011-10-{number:02}") for number in range(1, 32)]
    labels = [Triple(day, terms.LABEL, Literal(text)) for day, text in zip(days, DATES, strict=False)]
    of_days = [Triple(day, terms.TYPE, terms.PERIOD_OF_TIME) for day in days]
    assert len(DATES) < len(days)
    assert failures(writable, labels + of_days) == []


GENERATED: Final = (Phase.explicit, Phase.reuse, Phase.generate)
"""No shrinking, since each try is a write and dozens of requests."""


@settings(max_examples=2, phases=GENERATED)
@given(st.lists(TRIPLES, min_size=20, max_size=60))
def test_no_page_fails_because_of_what_is_written(writable: Writable, written: list[Triple]) -> None:
    assert failures(writable, written) == []


@pytest.mark.slow(also="tests/endpoint/test_odd_writes.py::test_no_page_fails_because_of_what_is_written")
@settings(max_examples=most(40), phases=GENERATED)
@given(st.lists(TRIPLES, min_size=20, max_size=200))
def test_no_page_fails_because_of_much_that_is_written(writable: Writable, written: list[Triple]) -> None:
    assert failures(writable, written) == []
