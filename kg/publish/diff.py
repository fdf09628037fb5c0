"""Compares two snapshots or two revisions: events added, removed, reworded, changed; as text and as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from itertools import chain, groupby
from pathlib import Path
from typing import IO, Any, Final, Literal
from uuid import NAMESPACE_URL, uuid5

from kg.errors import ConfigurationError, NotFoundError, StoreError
from kg.events.comparison import ASPECTS, KINDS, Comparison, Content, Kind, content
from kg.rdf import Literal as RdfLiteral
from kg.rdf import NamedNode, terms
from kg.rdf.graph import Graph
from kg.rdf.lines import patch
from kg.store.layout import Store
from kg.store.snapshot import Snapshot

MARKS: Final[Mapping[Kind, str]] = {"added": "+", "removed": "-", "reworded": "~", "changed": "*"}


# ---- Comparing the graphs.


def find(store: Store, name: str) -> Snapshot:
    """Return a snapshot by its id, the beginning of its id, or the words ``current`` and ``previous``.

    Raises StoreError, which lists the existing ids, if there is not exactly one.
    """
    if name == "current" or not store.target:
        return store.current()
    ids = [folder.name for folder in store.snapshots()]
    if name == "previous":
        found = [one for one in ids if one < Path(store.target).name][-1:]
        if not found:
            raise StoreError(
                f"{store} has no snapshot before the current one: there will be one after the next build, "
                "and kg diff previous current then compares them"
            )
    else:
        found = [one for one in ids if one == name] or [one for one in ids if name and one.startswith(name)]
    if len(found) != 1:
        wrong = "is the beginning of several snapshots" if found else "is not a snapshot"
        raise StoreError(f"{name!r} {wrong} of {store}: there are {', '.join(ids)}")
    return store.read(store.snapshot(found[0]))


def events(old: Graph, new: Graph) -> list[Comparison]:
    """Return the changes of all events between two graphs, by day and IRI.

    An event whose page no longer lists it (prov:invalidatedAtTime) counts as removed, though its document stays. Memory
    grows with the number of changes; time also grows with the number of events, which are traversed once.
    """
    changes = []
    for event in _suspects(old, new):
        before, after = _listed(old, event), _listed(new, event)
        if before == after:
            continue
        aspects = ASPECTS if before and after else ()  # of an event in only one graph, only the title is reported
        changes.append(Comparison(before and _content(old, before, aspects), after and _content(new, after, aspects)))
    return sorted(changes, key=lambda change: (change.one.day, change.one.event))


def _suspects(old: Graph, new: Graph) -> set[NamedNode]:
    """Return all events that were added or removed, or have another current revision: its IRI fixes its content."""
    predicates = (terms.CURRENT_REVISION, terms.INVALIDATED_AT)
    return {event for predicate in predicates for event in _unmatched(old, new, predicate)}


def _unmatched(old: Graph, new: Graph, predicate: NamedNode) -> Iterator[NamedNode]:
    both = (_pairs(old, predicate), _pairs(new, predicate))
    return (subject for sets in patch.unmatched(*both, limit=patch.UNMATCHED) for subject, _ in chain(*sets))


def _pairs(graph: Graph, predicate: NamedNode) -> Iterator[tuple[NamedNode, str]]:
    for quad in graph.quads_for_pattern(None, predicate, None, None):
        if isinstance(quad.subject, NamedNode):
            yield quad.subject, str(quad.object)


def _listed(graph: Graph, event: NamedNode) -> NamedNode | None:
    """Return the current revision of an event, or None if there is none or the event is gone."""
    gone = next(_texts(graph, event, terms.INVALIDATED_AT), None)
    return None if gone else min(_nodes(graph, event, terms.CURRENT_REVISION), key=str, default=None)


def _content(graph: Graph, revision: NamedNode, aspects: Iterable[str] = tuple(ASPECTS)) -> Content:
    event = next(_nodes(graph, revision, terms.SPECIALIZATION_OF), revision)
    day = min(_texts(graph, event, terms.START_DATE), default="")
    said = graph.quads_for_pattern(revision, None, None, None)
    return content(revision, event.value, day, said, aspects)


def _nodes(graph: Graph, subject: NamedNode, predicate: NamedNode) -> Iterator[NamedNode]:
    objects = (quad.object for quad in graph.quads_for_pattern(subject, predicate, None, None))
    return (one for one in objects if isinstance(one, NamedNode))


def _texts(graph: Graph, subject: NamedNode, predicate: NamedNode) -> Iterator[str]:
    objects = (quad.object for quad in graph.quads_for_pattern(subject, predicate, None, None))
    return (one.value for one in objects if isinstance(one, NamedNode | RdfLiteral))


def revision(store: Store, iri: str) -> Content:
    """Return the content of a revision in the current snapshot, or else in the newest one that has it.

    A snapshot where captures show it comes before one that only knows its name (see kg.events.recognise). Raises
    NotFoundError if none has it, StoreError if there is no snapshot.
    """
    try:
        node = NamedNode(iri)
    except ValueError:
        raise NotFoundError(f"{iri!r} is not an IRI") from None
    having = [opened for one in chain([store.current()], store.kept()) if _has(opened := one.open(), node)]
    if not having:
        raise NotFoundError(f"no snapshot of {store} has a revision <{iri}>")
    shown = (opened for opened in having if next(_nodes(opened, node, terms.DERIVED_FROM), None))
    return _content(next(shown, having[0]), node)


def _has(graph: Graph, revision: NamedNode) -> bool:
    return next(_nodes(graph, revision, terms.SPECIALIZATION_OF), None) is not None


# ---- Printing.


def report(store: Store, old: str, new: str, wanted: Literal["text", "json"]) -> str:
    """Return what changed between two snapshots, or between two revisions, given by their IRIs.

    JSON of two snapshots is an object with ``from`` and ``to`` (ids), ``counts`` (by kind: ``added``, ``removed``,
    ``reworded``, ``changed``) and ``days``: a list, by date, of objects with ``date``, ``counts`` and ``events``. Each
    event has ``event`` (IRI), ``change`` (the kind), ``title``, ``from`` and ``to`` (IRIs of its revisions, null if
    absent); a reworded one has ``words``, a list of objects with ``op`` (``equal``, ``delete``, ``insert``) and
    ``text``; both it and a changed one have ``values``: by aspect (``category``, ``topics``, ``topicLabels``,
    ``mentions``, ``sources``), if that changed, an object with the lists ``added`` and ``removed``. JSON of two
    revisions is an object with ``from``, ``to``, ``words`` and ``values``. Raises StoreError, NotFoundError or
    ConfigurationError if these cannot be compared.
    """
    try:
        if _are_revisions(old, new):
            change = Comparison(revision(store, old), revision(store, new))
            return _to_json(_revisions_json(change)) if wanted == "json" else _revisions_text(change)
        first, second = find(store, old), find(store, new)
        changes = events(first.open(), second.open())
    except (OSError, RuntimeError) as error:  # RuntimeError is what pyoxigraph raises for a damaged block
        raise StoreError(f"the snapshots cannot be compared: {error}; build again") from error
    ids = {"from": first.id, "to": second.id}
    return _to_json(ids | _snapshots_json(changes)) if wanted == "json" else _snapshots_text(ids, changes)


def write_patch(store: Store, old: str, new: str, output: Path | IO[bytes]) -> None:
    """Write an RDF Patch: applied to the triples of the snapshot ``old``, it gives those of ``new``.

    In its header, ``id`` and ``prev`` are UUIDs made from the ids of the snapshots, so that the ``prev`` of the next
    patch is the ``id`` of this one; ``from`` and ``to`` are the ids themselves. ``output`` is only opened after both
    snapshots were read. Raises StoreError if there are no such snapshots or the output cannot be written,
    ConfigurationError if these are revisions.
    """
    if _are_revisions(old, new):
        raise ConfigurationError("a patch is made of two snapshots, not of revisions: use the format text or json")
    first, second = find(store, old), find(store, new)
    header: dict[str, patch.Term] = {"id": _uuid(second), "prev": _uuid(first)}
    header |= {"from": RdfLiteral(first.id), "to": RdfLiteral(second.id)}
    try:
        with patch.differences(first.open(), second.open()) as rows, _opened(output) as file:
            patch.write(file, header, rows)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise StoreError(f"the patch cannot be written: {error.strerror or error}") from error


def _opened(output: Path | IO[bytes]) -> AbstractContextManager[IO[bytes]]:
    return output.open("wb") if isinstance(output, Path) else nullcontext(output)


def _uuid(one: Snapshot) -> NamedNode:
    return NamedNode(f"uuid:{uuid5(NAMESPACE_URL, f'{one.manifest.base}snapshot/{one.id}')}")


def _are_revisions(old: str, new: str) -> bool:
    iris = [":" in name for name in (old, new)]
    if iris[0] != iris[1]:
        raise ConfigurationError("a snapshot and a revision cannot be compared: give two of a kind")
    return iris[0]


def _to_json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _counts(changes: Iterable[Comparison]) -> dict[str, int]:
    counted = Counter(change.kind for change in changes)
    return {kind: counted[kind] for kind in KINDS}


def _by_day(changes: Iterable[Comparison]) -> Iterator[tuple[str, list[Comparison]]]:
    return ((day, list(some)) for day, some in groupby(changes, key=lambda change: change.one.day))


def _snapshots_json(changes: list[Comparison]) -> dict[str, Any]:
    days = [
        {"date": day, "counts": _counts(some), "events": [_event_json(change) for change in some]}
        for day, some in _by_day(changes)
    ]
    return {"counts": _counts(changes), "days": days}


def _event_json(change: Comparison) -> dict[str, Any]:
    document = {"event": change.one.event, "change": change.kind, "title": change.one.title, **_ends(change)}
    if change.kind == "reworded":
        document["words"] = change.words_json
    if change.before and change.after:
        document["values"] = change.values_json
    return document


def _revisions_json(change: Comparison) -> dict[str, Any]:
    return {**_ends(change), "words": change.words_json, "values": change.values_json}


def _ends(change: Comparison) -> dict[str, Any]:
    contents = {"from": change.before, "to": change.after}
    return {name: content and content.revision for name, content in contents.items()}


def _snapshots_text(ids: Mapping[str, str], changes: list[Comparison]) -> str:
    lines = [f"snapshot {ids['from']} -> {ids['to']}", f"events: {_counted(changes)}"]
    for day, some in _by_day(changes):
        lines += ["", f"{day}: {_counted(some)}"]
        lines += chain.from_iterable(_event_text(change) for change in some)
    return "\n".join(lines) + "\n"


def _counted(changes: Iterable[Comparison]) -> str:
    return ", ".join(f"{count:,} {kind}" for kind, count in _counts(changes).items() if count) or "no change"


def _event_text(change: Comparison) -> Iterator[str]:
    yield f"{MARKS[change.kind]} {_words_text(change)}"
    yield f"  <{change.one.event}>"
    yield from (f"  {line}" for line in _values_text(change))


def _revisions_text(change: Comparison) -> str:
    ends = [f"revision <{change.before and change.before.revision}>", f"      -> <{change.one.revision}>"]
    return "\n".join([*ends, _words_text(change), *_values_text(change)]) + "\n"


def _words_text(change: Comparison) -> str:
    """Return the title with what was deleted and inserted marked as by ``git diff --word-diff``."""
    marked = {"equal": "{}", "delete": "[-{}-]", "insert": "{{+{}+}}"}
    return "".join(marked[edit.op].format(edit.text) for edit in change.words) or change.one.title


def _values_text(change: Comparison) -> Iterator[str]:
    for aspect, one in change.values.items():
        yield from (f"- {aspect} {value}" for value in one.removed)
        yield from (f"+ {aspect} {value}" for value in one.added)
