"""The facets of events: the relations between a value and an event."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from kg.rdf import NamedNode, terms


class Facet(IntEnum):
    """How a value relates to an event. The values of each facet are stored together in the index, in this order."""

    CATEGORY = 0
    """The heading that it is listed under (``ng:category``)."""
    TOPIC = 1
    """The topics that it is listed under (``ng:topic``)."""
    NAMES = 2
    """A place that its sentence names (``ng:place``)."""
    IN = 3
    """A place where it happened (``schema:location``), or one that contains that (``schema:containedInPlace``)."""
    POINT = 4
    """A place where it happened that is a point, not an area."""
    ENTITY = 5
    """Anything that it names: its topics, places and mentions (``schema:about``)."""
    STORY = 6
    """A story that it is a part of (``schema:subEvent`` of the story)."""
    PUBLISHER = 7
    """Who publishes a source that it cites (``ng:source``, ``dcterms:publisher``)."""
    LANGUAGE = 8
    """The language that it is in (``dcterms:language``)."""


SAID: Final[dict[NamedNode, tuple[Facet, ...]]] = {
    terms.CATEGORY: (Facet.CATEGORY,),
    terms.TOPIC: (Facet.TOPIC, Facet.ENTITY),
    terms.PLACE: (Facet.NAMES, Facet.ENTITY),
    terms.LOCATION: (Facet.IN,),
    terms.ABOUT: (Facet.ENTITY,),
}
"""The facets of the objects of an event's properties; gathering adds the others."""
