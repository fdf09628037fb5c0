"""The nine queries of the benchmark, each with a variant: about other things, with other names, in another order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random
from urllib.parse import quote

from pyoxigraph import NamedNode, QuerySolutions, Store

PREFIXES = """PREFIX ng: <https://w3id.org/newsgraph/ns#>
PREFIX schema: <https://schema.org/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX wgs: <http://www.w3.org/2003/01/geo/wgs84_pos#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""
FIELD = re.compile(r"\{(\w+)\}")
VARIABLE = re.compile(r"\?(\w+)")
NAMES = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Given:
    """The things that a query asks about: IRIs in angle brackets, a word, a date, a box of latitudes and longitudes."""

    place: str
    country: str
    event: str
    word: str
    since: str
    box: tuple[float, float, float, float]

    @property
    def fields(self) -> dict[str, object]:
        """The value for each name in braces."""
        south, north, west, east = self.box
        return {"south": south, "north": north, "west": west, "east": east, **vars(self)}


@dataclass(frozen=True)
class Query:
    """A query: what comes before its triple patterns, these, and what comes after them; ``{place}`` is what is given.

    ``plain`` are triple patterns of one group, in any order. ``listed`` is the address of a list of events
    that gives the same without SPARQL, if there is one.
    """

    name: str
    before: str
    plain: tuple[str, ...]
    after: str = "}"
    listed: str = ""

    def text(self, given: Given) -> str:
        """Return the query as written here."""
        return self._text(given, self.plain)

    def variant(self, given: Given, random: Random) -> str:
        """Return the query with its patterns in another order and its variables renamed."""
        text = self._text(given, random.sample(self.plain, len(self.plain)))
        names = sorted(set(VARIABLE.findall(text)))
        others = dict(zip(names, random.sample(NAMES, len(names)), strict=True))
        return VARIABLE.sub(lambda match: f"?{others[match[1]]}", text)

    def address(self, given: Given) -> str:
        """Return the address of the list that gives the same, "" if there is none."""
        return FIELD.sub(lambda match: quote(str(given.fields[match[1]]).strip("<>")), self.listed)

    def _text(self, given: Given, patterns: list[str] | tuple[str, ...]) -> str:
        text = " ".join((self.before, " . ".join(patterns), self.after))
        values = given.fields
        return PREFIXES + FIELD.sub(lambda match: str(values[match[1]]), text)


NINE = (
    Query(
        "events in a place by date",
        "SELECT ?event ?date ?title WHERE {",
        ("?event ng:place {place}", "?event a ng:Event", "?event schema:startDate ?date", "?event rdfs:label ?title"),
        'FILTER (?date >= "{since}"^^xsd:date) } ORDER BY ?date ?event',
        "/events?place={place}&from={since}&sort=oldest&page=1",
    ),
    Query(
        "CONSTRUCT of an event",
        "CONSTRUCT { {event} ?property ?value . ?value rdfs:label ?label } WHERE {",
        ("{event} ?property ?value",),
        "OPTIONAL { ?value rdfs:label ?label } }",
    ),
    Query(
        "a country by month",
        "SELECT ?month (COUNT(DISTINCT ?event) AS ?events) WHERE {",
        (
            "?place schema:containedInPlace* {country}",
            "?event ng:place ?place",
            "?event a ng:Event",
            "?event schema:startDate ?date",
        ),
        "BIND (SUBSTR(STR(?date), 1, 7) AS ?month) } GROUP BY ?month ORDER BY ?month",
        "/events?place={country}&page=1",
    ),
    Query(
        "places named with a place",
        "SELECT ?other ?label (COUNT(DISTINCT ?event) AS ?events) WHERE {",
        ("?event ng:place {place}", "?event ng:place ?other", "?other rdfs:label ?label"),
        "FILTER (?other != {place}) } GROUP BY ?other ?label ORDER BY DESC(?events) ?other LIMIT 20",
        "/events?place={place}&page=1",
    ),
    Query(
        "wordings of an event",
        "SELECT ?title ?wording WHERE {",
        (
            "{event} ng:revision ?revision",
            "?revision rdfs:label ?title",
            "?revision prov:wasDerivedFrom ?entry",
            "?entry ng:printedText ?wording",
        ),
        "} ORDER BY ?title",
    ),
    Query(
        "a word in titles",
        "SELECT ?event ?title WHERE {",
        ("?event a ng:Event", "?event rdfs:label ?title"),
        'FILTER (CONTAINS(LCASE(?title), "{word}")) } ORDER BY ?event',
        "/events?q={word}&page=1",
    ),
    Query(
        "events in a box",
        "SELECT ?event ?place ?lat ?long WHERE {",
        ("?place wgs:lat ?lat", "?place wgs:long ?long", "?event ng:place ?place"),
        "FILTER (?lat > {south} && ?lat < {north} && ?long > {west} && ?long < {east}) }",
        "/events?bbox={west},{south},{east},{north}&page=1",
    ),
    Query(
        "top publishers",
        "SELECT ?publisher (COUNT(DISTINCT ?event) AS ?events) WHERE {",
        ("?event ng:source ?source", "?source dcterms:publisher ?publisher"),
        "} GROUP BY ?publisher ORDER BY DESC(?events) ?publisher LIMIT 20",
        "/events?page=1",
    ),
    Query(
        "triples by property",
        "SELECT ?property (COUNT(*) AS ?triples) WHERE {",
        ("?thing ?property ?value",),
        "} GROUP BY ?property ORDER BY DESC(?triples) ?property",
    ),
)


def first(graph: Store) -> Given:
    """Return the subjects of the nine queries: Homs, Syria, the first event in Homs, a ceasefire, a box there."""
    place = _one(graph, '?found a schema:Place ; rdfs:label "Homs"@en')
    country = _one(graph, '?found a schema:Place ; rdfs:label "Syria"@en')
    event = _one(graph, f"?found a ng:Event ; ng:place {place}")
    return Given(place, country, event, "ceasefire", "2000-01-01", (34.0, 35.5, 36.0, 38.0))


def drawn(graph: Store, random: Random) -> Given:
    """Return things drawn by a seed: a place with 20 events, a country of ten places, an event, a word of a title."""
    placed = "?event ng:place ?found . ?found wgs:lat ?lat ; wgs:long ?long"
    named = _groups(graph, f"{placed} . FILTER NOT EXISTS {{ ?found a schema:Country }}", "?event", 20)
    countries = _groups(graph, "?found a schema:Country . ?place schema:containedInPlace ?found", "?place", 10)
    place, event = random.choice(named), random.choice(_found(graph, "?found a ng:Event"))
    since, title = (
        one.value for one in next(_rows(graph, f"SELECT * {{ {event} schema:startDate ?since ; rdfs:label ?title }}"))
    )
    words = [word.lower() for word in re.findall(r"[A-Za-z]{5,}", title)]
    lat, long = (
        float(one.value) for one in next(_rows(graph, f"SELECT * {{ {place} wgs:lat ?lat ; wgs:long ?long }}"))
    )
    box = (lat - 0.75, lat + 0.75, long - 1, long + 1)
    return Given(place, random.choice(countries), event, random.choice(words or ["people"]), since, box)


def _one(graph: Store, pattern: str) -> str:
    return _found(graph, pattern)[0]


def _found(graph: Store, pattern: str) -> list[str]:
    return [str(row[0]) for row in _rows(graph, f"SELECT DISTINCT ?found {{ {pattern} }} ORDER BY ?found")]


def _groups(graph: Store, pattern: str, counted: str, least: int) -> list[str]:
    having = f"HAVING (COUNT(DISTINCT {counted}) >= {least})"
    found = _rows(graph, f"SELECT ?found {{ {pattern} }} GROUP BY ?found {having} ORDER BY ?found")
    return [str(row[0]) for row in found if isinstance(row[0], NamedNode)]


def _rows(graph: Store, query: str) -> QuerySolutions:
    found = graph.query(PREFIXES + query)
    assert isinstance(found, QuerySolutions)  # SELECT
    return found
