"""A name -> the resource it stands for now: events may be merged into others, or withdrawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from pyoxigraph import Store

from kg.events.ledger import HASHED, hashed
from kg.lookup.describe import find
from kg.rdf import Literal, NamedNode, terms

REVISION = "/revision/"


@dataclass(frozen=True, slots=True)
class Location:
    """What a name stands for: the IRI that the graph describes, and since when that is withdrawn, if it is."""

    iri: str
    withdrawn: str | None = None


def locate(store: Store, iris: Iterable[str], identifiers: Iterable[str] = ()) -> Location | None:
    """Return what the first of some names that the graph knows stands for, or None if it knows none.

    IRIs come before ``identifiers``, as in ``kg.lookup.describe.find``. An event that is merged stands for the
    survivor, and a revision of it for that of the survivor with the same content, else for the survivor. All revisions
    of a withdrawn event, and its readable paths, stand for what is left of it.
    """
    candidates = list(iris)
    names = [form for name in identifiers for form in (name, _hashed(name))]
    iri = find(store, candidates) or _amended(store, candidates) or find(store, (), names)
    if iri is None:
        return None
    current = _survivor(store, iri) or iri
    return Location(current, _withdrawn(store, current))


def _hashed(path: str) -> str:
    """Return a readable path, a day and a slug, as the graph has it for a withdrawn event."""
    day, slash, slug = path.partition("/")
    return f"{day}{slash}{HASHED}{hashed(slug)}"


def _amended(store: Store, iris: Iterable[str]) -> str | None:
    """Return the survivor's revision, else the survivor or the withdrawn event, for a revision that is no more."""
    parts = [iri.rpartition(REVISION) for iri in iris if REVISION in iri]
    known = [(event, content) for event, _, content in parts if find(store, [event])]
    survivors = [(survivor, content) for event, content in known if (survivor := _survivor(store, event))]
    withdrawn = [event for event, _ in known if _withdrawn(store, event)]
    moved = find(store, [f"{survivor}{REVISION}{content}" for survivor, content in survivors])
    return moved or next(chain((survivor for survivor, _ in survivors), withdrawn), None)


def _survivor(store: Store, iri: str) -> str | None:
    return next(_values(store, iri, terms.REPLACED_BY), None)


def _withdrawn(store: Store, iri: str) -> str | None:
    deprecated = next(_values(store, iri, terms.DEPRECATED), None)
    return next(_values(store, iri, terms.INVALIDATED_AT), None) if deprecated else None


def _values(store: Store, iri: str, predicate: NamedNode) -> Iterator[str]:
    for quad in store.quads_for_pattern(NamedNode(iri), predicate, None, None):
        if isinstance(quad.object, NamedNode | Literal):
            yield quad.object.value
