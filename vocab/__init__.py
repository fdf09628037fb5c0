"""The vocabulary of newsgraph: the Turtle file, and its terms as a closed namespace."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

NAMESPACE: Final = "https://w3id.org/newsgraph/ns#"

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


def term(name: str) -> str:
    """Return the IRI of the vocabulary's term ``name``; raise AttributeError if there is no such term."""
    if name not in CLASSES and name not in PROPERTIES:
        raise AttributeError(f"the vocabulary has no term {name!r}")
    return NAMESPACE + name


def turtle() -> str:
    """Return the vocabulary as its Turtle source."""
    return files(__name__).joinpath("newsgraph.ttl").read_text(encoding="utf-8")


def context() -> str:
    """Return the JSON-LD context of the vocabulary as its JSON source."""
    return files(__name__).joinpath("context.jsonld").read_text(encoding="utf-8")
