"""Operations on the text of a query for a worker: evaluate it, or tell which variables are in scope in its parts."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

from kg.process.operation import Operation, Reply
from kg.query import service_solutions
from kg.query.evaluate import Answer, answer
from kg.query.remote import results
from kg.query.service_solutions import Solutions
from kg.rdf.formats import Format
from kg.rdf.graph import Graph
from kg.store.embedded import EmbeddedGraph


class GraphOperation(Operation[Reply]):
    """An operation that a worker answers from its open graph."""

    __slots__ = ()

    @abstractmethod
    def answer(self, graph: EmbeddedGraph) -> Reply:
        """Return the reply; raises one of kg.errors. Most operations accept a graph of any engine."""


@dataclass(frozen=True, slots=True)
class Evaluate(GraphOperation[Answer]):
    """Evaluate a query, see kg.query.evaluate.answer; the answers of services are inserted into its text first.

    ``rows`` is how many solutions a service may send.
    """

    text: str
    format: Format | None
    limit: int
    base: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    services: tuple[Solutions, ...] = ()
    rows: int = 0

    def answer(self, graph: EmbeddedGraph) -> Answer:
        """Return the answer; the caller knows its snapshot."""
        return answer(
            graph,
            service_solutions.inline(self.text, self.services, self.base, self.rows) if self.services else self.text,
            self.format,
            limit=self.limit,
            base=self.base,
            default_graphs=self.default_graphs,
            named_graphs=self.named_graphs,
        )


@dataclass(frozen=True, slots=True)
class RewriteAnswer(GraphOperation[Answer]):
    """Write the answer of a remote store to a query of some form in a format, see kg.query.remote.results.

    ``most`` is the most rows that the store sends, 0 if unknown.
    """

    form: str
    body: bytes
    format: Format | None
    limit: int
    most: int = 0

    def answer(self, graph: Graph) -> Answer:
        """Return the answer; the caller knows its snapshot."""
        return results.rewritten(self.form, self.body, self.format, self.limit, self.most)


@dataclass(frozen=True, slots=True)
class Scopes(GraphOperation[list[list[str]]]):
    """Return which variables each of some queries selects, see kg.query.service_solutions.scopes."""

    queries: tuple[str, ...]
    base: str

    def answer(self, graph: Graph) -> list[list[str]]:
        """Return the variables of each query."""
        return service_solutions.scopes(self.queries, self.base)
