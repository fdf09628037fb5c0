"""The tables of a snapshot: what events, places, sources and the rest become, and the links between them."""

from __future__ import annotations

from typing import Final

from kg.publish.tables.cells import begun, class_word, day, ended, first, number, point, subject
from kg.publish.tables.table import CellKind, Column, TableSchema, links, names, resources
from kg.rdf import NamedNode, terms

WIKIPEDIA: Final = "https://en.wikipedia.org/wiki/"
GEONAMES: Final = "https://sws.geonames.org/"
WIKIDATA: Final = "http://www.wikidata.org/entity/"
PLACES: Final = {terms.COUNTRY: "country", terms.ADMINISTRATIVE_AREA: "division", terms.CITY: "city"}
THINGS: Final = PLACES | {
    terms.SCHEMA_PLACE: "place",
    terms.PERSON: "person",
    terms.FOAF_PERSON: "person",
    terms.ORGANIZATION: "organization",
    terms.EVENT_SERIES: "story",
}
"""Words for the classes of things, the most specific first."""

LABEL: Final = Column(
    "label",
    CellKind.TEXT,
    terms.LABEL,
    "What it is known by: in English, if it has such a name.",
)
ON_WIKIPEDIA: Final = Column("wikipedia", CellKind.IRI, terms.SAME_AS, "The article of the English Wikipedia on it.")
ON_WIKIDATA: Final = Column("wikidata", CellKind.IRI, terms.EXACT_MATCH, "The item of Wikidata on it.")


def _names(name: str, refers: str, about: str) -> Column:
    return Column(name, CellKind.IRI, None, about, refers)


EVENT: Final = (terms.SCHEMA_EVENT, _names("event", "events", "The IRI of the event."))
REVISION: Final = (terms.REVISION_CLASS, _names("revision", "revisions", "The IRI of the revision."))
PLACE: Final = (terms.SCHEMA_PLACE, _names("place", "places", "The IRI of the place."))
SOURCE: Final = (terms.SOURCE_CLASS, _names("source", "sources", "The address of the news report."))
STORY: Final = (terms.EVENT_SERIES, _names("story", "stories", "The IRI of the story."))
"""The classes of the subjects of links, each with the column of its resources."""


def _link(name: str, title: str, of: tuple[NamedNode, Column], target: tuple[str, NamedNode, str]) -> TableSchema:
    """Return a table of links; ``target`` is the second column: its name, its property, the table it refers to."""
    column, property_, refers = target
    return links(name, title, *of, Column(column, CellKind.IRI, property_, refers=refers))


EVENTS: Final = resources(
    "events",
    "events as they are worded now",
    terms.SCHEMA_EVENT,
    (Column("event", CellKind.IRI, None, "The IRI of the event."), subject),
    (Column("date", CellKind.DATE, terms.START_DATE), day(terms.START_DATE)),
    (Column("language", CellKind.TEXT, terms.LANGUAGE), first(terms.LANGUAGE)),
    (Column("title", CellKind.TEXT, terms.LABEL), first(terms.LABEL)),
    (
        Column("current_revision", CellKind.IRI, terms.CURRENT_REVISION, refers="revisions"),
        first(terms.CURRENT_REVISION),
    ),
)
REVISIONS: Final = resources(
    "revisions",
    "wordings of events, former and current",
    terms.REVISION_CLASS,
    (Column("revision", CellKind.IRI, None, "The IRI of the revision."), subject),
    (Column("event", CellKind.IRI, terms.SPECIALIZATION_OF, refers="events"), first(terms.SPECIALIZATION_OF)),
    (Column("title", CellKind.TEXT, terms.LABEL), first(terms.LABEL)),
    (
        Column("observed_from", CellKind.TIME, terms.OBSERVED_FROM, "The earliest such time, in UTC."),
        begun(terms.OBSERVED_FROM),
    ),
    (
        Column("observed_until", CellKind.TIME, terms.OBSERVED_UNTIL, "In UTC; none while the archive shows it."),
        ended(terms.OBSERVED_FROM, terms.OBSERVED_UNTIL),
    ),
)
PLACE_ROWS: Final = resources(
    "places",
    "places that events name",
    terms.SCHEMA_PLACE,
    (Column("place", CellKind.IRI, None, "The IRI of the place."), subject),
    (LABEL, first(terms.LABEL)),
    (
        Column("kind", CellKind.TEXT, None, "One of country, division (province, state, governorate), city and place."),
        class_word(PLACES, "place"),
    ),
    (Column("country", CellKind.TEXT, terms.ADDRESS_COUNTRY), first(terms.ADDRESS_COUNTRY)),
    (
        Column("latitude", CellKind.NUMBER, terms.LATITUDE, "Degrees north (WGS 84)."),
        number(terms.LATITUDE),
    ),
    (
        Column("longitude", CellKind.NUMBER, terms.LONGITUDE, "Degrees east (WGS 84)."),
        number(terms.LONGITUDE),
    ),
    (Column("geonames", CellKind.IRI, terms.EXACT_MATCH, "The place in GeoNames."), first(terms.EXACT_MATCH, GEONAMES)),
    (ON_WIKIDATA, first(terms.EXACT_MATCH, WIKIDATA)),
    (ON_WIKIPEDIA, first(terms.SAME_AS, WIKIPEDIA)),
    (
        Column("geometry", CellKind.POINT, None, "The point (WGS 84), its longitude first."),
        point(terms.LATITUDE, terms.LONGITUDE),
    ),
)
ENTITIES: Final = resources(
    "entities",
    "places, persons, topics, stories and other things that events name",
    terms.ENTITY,
    (Column("entity", CellKind.IRI, None, "The IRI of the thing."), subject),
    (LABEL, first(terms.LABEL)),
    (
        Column("kind", CellKind.TEXT, None, f"One of {', '.join(dict.fromkeys(THINGS.values()))}, if known."),
        class_word(THINGS),
    ),
    (ON_WIKIDATA, first(terms.EXACT_MATCH, WIKIDATA)),
    (ON_WIKIPEDIA, first(terms.SAME_AS, WIKIPEDIA)),
)
SOURCES: Final = resources(
    "sources",
    "news reports that events cite",
    terms.SOURCE_CLASS,
    (Column("source", CellKind.IRI, None, "The address of the news report."), subject),
    (Column("publisher", CellKind.IRI, terms.PUBLISHER, refers="publishers"), first(terms.PUBLISHER)),
)
PUBLISHERS: Final = resources(
    "publishers",
    "publishers and authors of news reports",
    terms.ORGANIZATION,
    (Column("publisher", CellKind.IRI, None, "The IRI of the publisher."), subject),
    (LABEL, first(terms.LABEL)),
    (Column("website", CellKind.IRI, terms.URL), first(terms.URL)),
)
CATEGORIES: Final = resources(
    "categories",
    "categories that archives put events in",
    terms.CONCEPT,
    (Column("category", CellKind.IRI, None, "The IRI of the category."), subject),
    (LABEL, first(terms.LABEL)),
    (Column("concept", CellKind.IRI, terms.EXACT_MATCH), first(terms.EXACT_MATCH)),
)
STORIES: Final = resources(
    "stories",
    "stories, each of which several events belong to",
    terms.EVENT_SERIES,
    (Column("story", CellKind.IRI, None, "The IRI of the story."), subject),
    (LABEL, first(terms.LABEL)),
    (Column("start_date", CellKind.DATE, terms.START_DATE), day(terms.START_DATE)),
    (Column("end_date", CellKind.DATE, terms.END_DATE), day(terms.END_DATE)),
)
TABLES: Final[tuple[TableSchema, ...]] = (
    EVENTS,
    REVISIONS,
    PLACE_ROWS,
    ENTITIES,
    SOURCES,
    PUBLISHERS,
    CATEGORIES,
    STORIES,
    _link("event_locations", "places where events happened", EVENT, ("place", terms.LOCATION, "places")),
    _link(
        "event_places",
        "places that events name, whether they happened there or not",
        EVENT,
        ("place", terms.PLACE, "places"),
    ),
    _link("event_entities", "all that events name", EVENT, ("entity", terms.ABOUT, "entities")),
    _link("event_topics", "topics that events are listed under", EVENT, ("topic", terms.TOPIC, "entities")),
    _link("event_categories", "the categories of events", EVENT, ("category", terms.CATEGORY, "categories")),
    _link("event_sources", "news reports that events cite", EVENT, ("source", terms.SOURCE, "sources")),
    _link("event_relations", "events and others related to them", EVENT, ("related", terms.RELATION, "events")),
    _link("revision_sources", "news reports that wordings cite", REVISION, ("source", terms.SOURCE, "sources")),
    _link("source_authors", "agencies whose reports others publish", SOURCE, ("author", terms.AUTHOR, "publishers")),
    _link("story_events", "the events of stories", STORY, ("event", terms.SUB_EVENT, "events")),
    _link("place_containers", "places that others lie in", PLACE, ("container", terms.CONTAINED_IN_PLACE, "places")),
    names(
        "entity_names",
        "names of things in all languages",
        terms.ENTITY,
        _names("entity", "entities", "The IRI of the thing."),
        Column("language", CellKind.TEXT, None, "A language tag (RFC 5646), if it is known."),
        Column("name", CellKind.TEXT, None, "The name."),
        Column("preferred", CellKind.TRUTH, None, "Whether it is the one that it is known by in this language."),
    ),
)
"""All tables, those of resources before those of the links between them."""
