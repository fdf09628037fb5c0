"""The vocabulary of newsgraph: the Turtle file, and its terms as a closed namespace."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

NAMESPACE: Final = "https://w3id.org/newsgraph/ns#"
ONTOLOGY: Final = NAMESPACE.rstrip("#")
VERSION: Final = "0.3.0"
EARLIER: Final = ("0.1.0", "0.2.0")
"""The earlier versions, with their Turtle in ``vocab/versions/``, oldest first."""

CLASSES: Final = ("Entity", "Entry", "Event", "Page", "Revision", "Source")
PROPERTIES: Final = (
    "category",
    "currentRevision",
    "depth",
    "lastWritten",
    "mentionLabel",
    "observedFrom",
    "observedUntil",
    "place",
    "printedLabel",
    "printedText",
    "revision",
    "source",
    "target",
    "topic",
    "topicLabel",
)

SCHEME: Final = NAMESPACE + "categories"
"""The scheme of the concepts for the headings of archives."""
CONCEPTS: Final = (
    "armed-conflicts-and-attacks",
    "arts-and-culture",
    "business-and-economy",
    "deaths",
    "disasters-and-accidents",
    "environment",
    "health-and-environment",
    "health-and-medicine",
    "international-relations",
    "law-and-crime",
    "other",
    "politics-and-elections",
    "religion",
    "science-and-technology",
    "sports",
)

CONTEXT: Final = ONTOLOGY.removesuffix("ns") + "context.jsonld"
"""The address of the JSON-LD context, even if another server has a copy of it."""
FRAMES: Final = ("category", "entity", "event", "page", "period", "publisher", "revision", "source", "story")


def term(name: str) -> str:
    """Return the IRI of the vocabulary's term ``name``. Raises AttributeError if there is no such term."""
    if name not in CLASSES and name not in PROPERTIES:
        raise AttributeError(f"the vocabulary has no term {name!r}")
    return NAMESPACE + name


def turtle(version: str = VERSION) -> str:
    """Return a version of the vocabulary as its Turtle source. Raises LookupError if there is no such version.

    Since version 0.3.0 its scheme of categories is part of it.
    """
    if version not in (VERSION, *EARLIER):
        raise LookupError(f"the vocabulary has no version {version!r}")
    if version == VERSION:
        return f"{_read('newsgraph.ttl')}\n{categories()}"
    return _read(f"versions/{version}.ttl")


def categories() -> str:
    """Return the scheme of categories as its Turtle source."""
    return _read("categories.ttl")


def shapes() -> str:
    """Return the SHACL shapes of the graph as their Turtle source."""
    return _read("shapes.ttl")


def context() -> str:
    """Return the JSON-LD context of the vocabulary as its JSON source."""
    return _read("context.jsonld")


def frame(name: str) -> str:
    """Return the JSON-LD frame for one kind of resource as its JSON source. Raises LookupError if there is none."""
    if name not in FRAMES:
        raise LookupError(f"the vocabulary has no frame {name!r}")
    return _read(f"frames/{name}.jsonld")


def _read(name: str) -> str:
    return files(__name__).joinpath(name).read_text(encoding="utf-8")
