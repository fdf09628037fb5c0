"""A graph in a remote SPARQL 1.1 service (SPARQL 1.1 Protocol, section 2.1)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import groupby
from typing import IO, Any, Final, Self

from pyoxigraph import RdfFormat, parse, serialize

from kg.errors import ConfigurationError, FederationError
from kg.rdf import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple
from kg.rdf.graph import UNBOUND, Bindings, GraphName, Pattern, Row, Subject, Term
from kg.rdf.prefixes import PREFIXES
from kg.remote import client
from kg.remote.addresses import Service, rules
from kg.store.service.client import SparqlService
from kg.store.sparql import Terms, bound, text, values

TRIPLES: Final = "application/n-triples"
PATTERNS: Final = 2_000
"""The most patterns in one query; more take several queries. Virtuoso 7.2 takes no query of 10,000 lines."""
NESTED: Final = 16
"""How deep triple terms may be nested: the engine's parser would overflow its stack."""
DECLARATIONS: Final = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in PREFIXES.items())
COUNT: Final = "SELECT (COUNT(*) AS ?n) WHERE { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
NAMED: Final = "SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }"
IN_DEFAULT: Final = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
IN_NAMED: Final = "CONSTRUCT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }"

Send = Callable[[str, str], bytes]
"""Sends a query, with the media type of its answer, and returns that."""
_Shape = tuple[bool, tuple[NamedNode, ...], bool, GraphName | None]


class RemoteGraph:
    """A dataset behind the query address of a SPARQL 1.1 service; ``calls`` counts the requests.

    Terms are only put into queries by kg.store.sparql. A service does not report empty named graphs, and cannot be
    asked about a blank node, which raises NotSupportedError. Any other failure, or an answer that is too slow or too
    large, raises FederationError.
    """

    def __init__(self, endpoint: str, services: str, *, seconds: float = 30.0, limit: int = 50_000_000) -> None:
        """Use the service at the address ``endpoint``, if ``services`` allows it (see kg.remote.addresses.rules).

        ``seconds`` and ``limit`` are the time and the bytes of one answer. Raises ConfigurationError if the service
        must not be asked.
        """
        service, private = _permitted(endpoint, services)

        def ask(query: str, accept: str) -> bytes:
            return client.post(service, query, client.Bounds(private, time.monotonic() + seconds, limit), accept=accept)

        self._host = service.host
        self._send: Send = ask
        self.calls = 0

    @classmethod
    def held(cls, service: SparqlService, name: str) -> Self:
        """Return a named graph that a service holds for a store, as a dataset with only that as its default graph.

        It raises RemoteStoreError where others raise FederationError.
        """
        made = cls.__new__(cls)
        made._host, made._send, made.calls = service.host, partial(service.read, name), 0
        return made

    def match(self, patterns: Sequence[Pattern]) -> list[list[Quad]]:
        """Return the quads of each of many patterns; see kg.rdf.graph.Graph."""
        found: list[list[Quad]] = [[] for _ in patterns]
        numbered = list(enumerate(patterns))
        for start in range(0, len(numbered), PATTERNS):
            for number, quad in self._matched(_query(numbered[start : start + PATTERNS])):
                found[number].append(quad)
        for pattern, quads in zip(patterns, found, strict=True):
            if len(pattern.predicates) > 1:
                quads.sort(key=lambda quad: pattern.predicates.index(quad.predicate))
        return found

    def _matched(self, query: str) -> Iterator[tuple[int, Quad]]:
        for number, subject, predicate, object_, graph in self._rows(query):
            yield int(number.value), Quad(subject, predicate, object_, graph or DefaultGraph())

    def quads_for_pattern(
        self,
        subject: Subject | None,
        predicate: NamedNode | None,
        object: Term | None,
        graph_name: GraphName | None = None,
        /,
    ) -> Iterator[Quad]:
        """Yield the quads of one pattern, once all of them are there."""
        return iter(self.match([Pattern(subject, (predicate,) if predicate else (), object, graph_name)])[0])

    def __contains__(self, quad: Quad, /) -> bool:
        found = self.match([Pattern(quad.subject, (quad.predicate,), quad.object)])[0]
        return any(one.graph_name == quad.graph_name for one in found)

    def __len__(self) -> int:
        ((number,),) = self._rows(COUNT)
        return int(number.value)

    def select(self, query: str, bindings: Bindings = UNBOUND) -> Iterator[Row]:
        """Yield the rows of a SELECT query."""
        return self._rows(DECLARATIONS + bound(query, bindings))

    def ask(self, query: str, bindings: Bindings = UNBOUND) -> bool:
        """Return the answer to an ASK query."""
        return bool(self._json(DECLARATIONS + bound(query, bindings), "boolean"))

    def construct(self, query: str, bindings: Bindings = UNBOUND) -> Iterator[Triple]:
        """Yield the triples of a CONSTRUCT query, once all of them are there."""
        return (quad.triple for quad in self._read(DECLARATIONS + bound(query, bindings)))

    def named_graphs(self) -> Iterator[NamedNode | BlankNode]:
        """Yield the names of the named graphs that have triples."""
        return (name for (name,) in self._rows(NAMED) if isinstance(name, NamedNode | BlankNode))

    def contains_named_graph(self, name: NamedNode, /) -> bool:
        """Return whether there is a named graph of this name that has triples."""
        return self.ask("ASK WHERE { GRAPH ?g { ?s ?p ?o } }", {"g": name})

    def dump(
        self,
        output: IO[bytes],
        format: RdfFormat,
        from_graph: GraphName | None = None,
        prefixes: dict[str, str] | None = None,
    ) -> None:
        """Write all quads, or the triples of one graph, subject by subject, once all of them are there."""
        serialize(self._all(from_graph), output, format=format, prefixes=prefixes)

    def _all(self, name: GraphName | None) -> Iterator[Any]:
        if name is not None:
            yield from (quad.triple for quad in self._of(name))
            return
        yield from self._of(DefaultGraph())
        for one in list(self.named_graphs()):
            if isinstance(one, NamedNode):
                yield from self._of(one)

    def _of(self, name: GraphName) -> Iterator[Quad]:
        quads = self._read(bound(IN_NAMED, {"g": name}) if isinstance(name, NamedNode) else IN_DEFAULT)
        for quad in sorted(quads, key=lambda one: str(one.subject)):
            yield Quad(quad.subject, quad.predicate, quad.object, name)

    # ---- asking

    def _read(self, query: str) -> Iterator[Quad]:
        body = self._ask(query, TRIPLES)
        if any(line.count(b"<<") > NESTED for line in body.splitlines()):
            raise self._wrong(ValueError("triple terms are nested too deep"))
        try:
            yield from parse(body, RdfFormat.N_TRIPLES, rename_blank_nodes=True)
        except (SyntaxError, ValueError) as error:
            raise self._wrong(error) from None

    def _rows(self, query: str) -> Iterator[Any]:
        head, results = self._json(query, "head", "results")
        terms = Terms()
        try:
            names = head["vars"]
            for binding in results["bindings"]:
                yield tuple(terms.term(binding[name]) if name in binding else None for name in names)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise self._wrong(error) from None

    def _json(self, query: str, *names: str) -> Any:
        """Return the members of an answer in SPARQL JSON (SPARQL 1.1 Query Results JSON Format, section 3)."""
        try:
            found = json.loads(self._ask(query, client.RESULTS))
            members = [found[name] for name in names]
        except (ValueError, LookupError, TypeError, RecursionError) as error:
            raise self._wrong(error) from None
        return members if len(members) > 1 else members[0]

    def _ask(self, query: str, accept: str) -> bytes:
        self.calls += 1
        return self._send(query, accept)

    def _wrong(self, error: Exception) -> FederationError:
        return FederationError(f"{self._host} did not answer with SPARQL results: {str(error)[:200]}")


def _permitted(endpoint: str, services: str) -> tuple[Service, bool]:
    """Return the service at an address, and whether it may be in a private network."""
    try:
        service = Service.parse(endpoint)
    except ValueError as error:
        raise ConfigurationError(f"{endpoint[:200]!r} cannot be asked: {error}") from None
    rule = next((one for one in rules(services) if one.allows(service)), None)
    if rule is None:
        raise ConfigurationError(f"{service.scheme}://{service.authority} is not one of the services that may be asked")
    return service, rule.private


def _query(patterns: Iterable[tuple[int, Pattern]]) -> str:
    """Return one query for numbered patterns, with one block for all that differ only in their terms."""
    shaped = sorted(((_shape(pattern), number, pattern) for number, pattern in patterns), key=lambda one: str(one[0]))
    blocks = [
        _block(shape, [(number, pattern) for _, number, pattern in alike])
        for shape, alike in groupby(shaped, key=lambda one: one[0])
    ]
    return f"SELECT ?n ?s ?p ?o ?g WHERE {{ {' UNION '.join(blocks)} }}"


def _shape(pattern: Pattern) -> _Shape:
    return pattern.subject is not None, pattern.predicates, pattern.object is not None, pattern.graph


def _block(shape: _Shape, patterns: Sequence[tuple[int, Pattern]]) -> str:
    by_subject, predicates, by_object, name = shape
    variables = ["n", *(["s"] if by_subject else []), *(["o"] if by_object else [])]
    rows = [
        [Literal(number), *(term for term in (pattern.subject, pattern.object) if term is not None)]
        for number, pattern in patterns
    ]
    matched = f"{values(variables, rows)} {_triple(predicates)}"
    if name is None:
        return f"{{ {matched} }} UNION {{ GRAPH ?g {{ {matched} }} }}"
    if isinstance(name, NamedNode):
        return f"{{ {values(['g'], [[name]])} GRAPH ?g {{ {matched} }} }}"
    return f"{{ {matched} }}"


def _triple(predicates: Sequence[NamedNode]) -> str:
    """Return a triple pattern; a single predicate is part of it, several are in a filter: engines look that up."""
    if len(predicates) == 1:
        return f"?s {text(predicates[0])} ?o BIND ({text(predicates[0])} AS ?p)"
    wanted = ", ".join(map(text, predicates))
    return "?s ?p ?o" + (f" FILTER (?p IN ({wanted}))" if wanted else "")
