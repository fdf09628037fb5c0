"""SPARQL 1.1 Update with a record of what it changes.

The engine does not say which quads an update added and removed. So a request is split into its operations, the engine
evaluates their patterns and templates, and the resulting quads are written here: the change is then known exactly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from secrets import token_hex
from typing import Any, Final

from kg.errors import (
    EngineError,
    NotSupportedError,
    QueryError,
    QuerySyntaxError,
    UpdateDatasetError,
    UpdateFailedError,
)
from kg.query.evaluate import failed
from kg.query.guard import TOKEN, position
from kg.query.syntax import syntax_error
from kg.rdf import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple
from kg.rdf.graph import GraphName
from kg.rdf.lines.patch import ADD, DELETE
from kg.store.embedded import EmbeddedGraph
from kg.write.changes import Changes, quads_of

Term = NamedNode | BlankNode | Literal | Triple
Solution = Mapping[str, Term]

PLACEHOLDER: Final = f"x-{token_hex(8)}:"
"""Followed by a name, the IRI that replaces a variable while the engine reads a template as data."""

MANAGEMENT: Final = frozenset({"CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY"})
FAILING: Final = "DROP GRAPH <x:none>;"
DECLARATIONS: Final = {"BASE": 2, "PREFIX": 3, "VERSION": 2}
"""The number of tokens of each declaration."""

Tokens = list[re.Match[str]]


@dataclass(frozen=True, slots=True)
class Using:
    """The dataset that the protocol's using-graph-uri and using-named-graph-uri parameters name, if they do."""

    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.default or self.named)


@dataclass(frozen=True, slots=True)
class UpdateOperation:
    """One operation of a request: the declarations before it, its tokens, and the contents of its braces.

    ``words`` are the tokens outside braces, keywords in upper case, with "{" for each block.
    """

    prologue: str
    tokens: Tokens
    words: list[str] = field(default_factory=list)
    blocks: list[Tokens] = field(default_factory=list)

    def __post_init__(self) -> None:
        depth = 0
        for match in self.tokens:
            if depth == 0:
                self.words.append(match[0].upper() if match.lastgroup == "word" else match[0])
                self.blocks.extend([[]] if match[0] == "{" else [])
            depth += match[0] == "{"
            if depth:
                self.blocks[-1].append(match)
            depth = max(0, depth - (match[0] == "}"))


def update(database: EmbeddedGraph, text: str, base: str, using: Using, changes: Changes) -> None:
    """Make the changes of a SPARQL 1.1 Update request in ``store`` and record them in ``changes``.

    Relative IRIs are resolved against ``base``. The caller must discard the store if this fails: operations before the
    failed one have been made. Raises QuerySyntaxError, UpdateDatasetError, NotSupportedError for LOAD, UploadError for
    data that this service does not store, or UpdateFailedError if an operation fails.
    """
    engine = _Engine(database, base)
    try:
        engine.check(text)
        for operation in split(text):
            _run(engine, operation, using, changes)
    except (RuntimeError, ValueError) as error:
        raise _failed(error) from None
    except SyntaxError as error:
        raise syntax_error(str(error), text) from None


def split(text: str) -> Iterator[UpdateOperation]:
    """Yield the operations of a request, which must be well formed."""
    prologue, tokens, depth = "", list[re.Match[str]](), 0
    for match in TOKEN.finditer(text):
        if match.lastgroup in ("space", "comment"):
            continue
        depth += (match[0] == "{") - (match[0] == "}")
        if match[0] != ";" or depth:
            tokens.append(match)
        elif tokens:
            yield UpdateOperation(prologue, tokens)
            tokens = []
        if tokens and len(tokens) == DECLARATIONS.get(tokens[0][0].upper()):
            prologue += f"{source(tokens)}\n"
            tokens = []
    if tokens:
        yield UpdateOperation(prologue, tokens)


def _undeclared(text: str) -> int:
    """Return the offset of the first token after the declarations at the beginning of ``text``."""
    rest = 0
    for match in TOKEN.finditer(text):
        if match.lastgroup not in ("space", "comment"):
            rest = rest or DECLARATIONS.get(match[0].upper(), 0)
            if not rest:
                return match.start()
            rest -= 1
    return len(text)


def source(tokens: Tokens, names: Mapping[str, str] | None = None) -> str:
    """Return the text from the first to the last of some tokens, with variables replaced by ``names``."""
    text, start = tokens[0].string, tokens[0].start()
    parts = []
    for match in tokens if names else ():
        if match.lastgroup == "variable":
            parts += [text[start : match.start()], names[match[0][1:]]] if names else []
            start = match.end()
    return "".join((*parts, text[start : tokens[-1].end()]))


class _Engine:
    """Asks the engine to evaluate parts of a request on one store."""

    def __init__(self, database: EmbeddedGraph, base: str) -> None:
        self.database = database
        self.base = base

    def check(self, text: str) -> None:
        """Raise QuerySyntaxError if ``text`` is not an update request.

        The engine does not accept declarations after an operation; then each operation is checked separately.
        """
        first = _undeclared(text)
        try:
            self._check(text[:first], text[first:], position(text, first))
        except QuerySyntaxError:
            operations = list(split(text))
            if len({one.prologue for one in operations}) < 2:
                raise
            for one in operations:
                self._check(one.prologue, source(one.tokens), position(text, one.tokens[0].start()))

    def _check(self, declarations: str, rest: str, place: tuple[int, int]) -> None:
        """Parse a request without evaluating it, by prepending an operation that fails.

        ``place`` is the line and column of ``rest`` in the client's request.
        """
        head = f"{declarations}{FAILING}\n"
        try:
            EmbeddedGraph().update(head + rest, base_iri=self.base)
        except RuntimeError:
            return
        except SyntaxError as error:
            raise _moved(syntax_error(str(error), head + rest), head.count("\n"), *place) from None

    def data(self, prologue: str, block: str) -> list[Quad]:
        """Return the quads in a block of quad data."""
        scratch = EmbeddedGraph()
        scratch.update(f"{prologue} INSERT DATA {block}", base_iri=self.base)
        return list(scratch)

    def iri(self, prologue: str, token: str) -> NamedNode:
        """Return the IRI of a token, which may be relative or a prefixed name."""
        found = self.data(prologue, f"{{ <x:s> <x:p> {token} }}")[0].object
        if not isinstance(found, NamedNode):
            raise ValueError(f"{token} is not an IRI")
        return found

    def run(self, text: str) -> None:
        """Run a request on the store itself."""
        self.database.update(text, base_iri=self.base)

    def solve(self, query: str, dataset: Mapping[str, Any]) -> Iterator[Any]:
        """Return the solutions of a SELECT query."""
        yield from self.database.query(query, base_iri=self.base, **dataset)  # type: ignore[misc]  # what it finds has rows


def _failed(error: Exception) -> QueryError:
    found = failed(error)
    return (
        found
        if isinstance(found, NotSupportedError | EngineError)
        else UpdateFailedError(f"the update failed: {error}")
    )


def _moved(error: QuerySyntaxError, above: int, line: int, column: int) -> QuerySyntaxError:
    """Return an error with its position moved into a text that begins at ``line`` and ``column``, below other lines."""
    if error.line is None or error.column is None or error.line <= above:
        return error
    across = column - 1 if error.line == above + 1 else 0
    down, right = line + error.line - above - 1, error.column + across
    return QuerySyntaxError(re.sub(r"^line \d+, column \d+", f"line {down}, column {right}", str(error)), down, right)


def _run(engine: _Engine, operation: UpdateOperation, using: Using, changes: Changes) -> None:
    words = operation.words
    verb = " ".join(words[:2])
    if words[0] in MANAGEMENT:
        _manage(engine, operation, changes)
    elif verb == "INSERT DATA":
        changes.make(engine.database, (), engine.data(operation.prologue, source(operation.blocks[0])))
    elif verb == "DELETE DATA":
        changes.make(engine.database, engine.data(operation.prologue, source(operation.blocks[0])), ())
    elif words[0] in ("INSERT", "DELETE", "WITH"):
        _modify(engine, _Modify.of(engine, operation, using), changes)
    elif words[0] != "LOAD":
        raise NotSupportedError(f"{words[0][:50]} is not an operation that this service runs")
    elif "SILENT" not in words:  # with SILENT, a LOAD that fails is a success
        raise NotSupportedError("this service fetches nothing; send the data instead of LOAD")


def _manage(engine: _Engine, operation: UpdateOperation, changes: Changes) -> None:
    """Let the engine run an operation on whole graphs (SPARQL 1.1 Update, section 3.2), and record its effect."""
    verb, *rest = (word for word in operation.words if word not in ("SILENT", "GRAPH"))
    if verb in ("CLEAR", "DROP"):
        changes.empty(engine.database, _graphs(engine, operation.prologue, rest[0]))
    touched = list[GraphName]()
    if verb in ("ADD", "MOVE", "COPY"):
        ends = [_graphs(engine, operation.prologue, word)[0] for word in (rest[0], rest[-1])]
        touched = ends if verb == "MOVE" else ends[1:]
    before = {quad for graph in touched for quad in quads_of(engine.database, graph)}
    engine.run(operation.prologue + source(operation.tokens))
    after = {quad for graph in touched for quad in quads_of(engine.database, graph)}
    changes.record(DELETE, before - after)
    changes.record(ADD, after - before)


def _graphs(engine: _Engine, prologue: str, word: str) -> list[GraphName]:
    """Return the graphs denoted by DEFAULT, NAMED, ALL or an IRI."""
    every = word in ("NAMED", "ALL")
    named: list[GraphName] = (
        [one for one in engine.database.named_graphs() if isinstance(one, NamedNode)] if every else []
    )
    if word == "NAMED":
        return named
    return [*named, DefaultGraph() if word in ("DEFAULT", "ALL") else engine.iri(prologue, word)]


@dataclass(frozen=True, slots=True)
class _Modify:
    """A DELETE/INSERT operation (SPARQL 1.1 Update, section 3.1.3)."""

    prologue: str
    delete: Tokens
    insert: Tokens
    where: Tokens
    graph: GraphName
    dataset: dict[str, Any]

    @classmethod
    def of(cls, engine: _Engine, operation: UpdateOperation, using: Using) -> _Modify:
        """Return what an operation deletes, inserts and matches; in the short form DELETE WHERE, two are the same."""
        words = operation.words
        blocks = dict(zip((one for one, next_ in pairwise(words) if next_ == "{"), operation.blocks, strict=True))
        where = operation.blocks[-1]
        delete = where if words[:2] == ["DELETE", "WHERE"] else blocks.get("DELETE", [])
        target, default, named = (_iris(engine, operation, *clause) for clause in CLAUSES)
        if using and (target or default or named):
            raise UpdateDatasetError("a request with USING or WITH cannot have using-graph-uri parameters too")
        dataset = _dataset(target, default or _nodes(using.default), named or _nodes(using.named))
        graph = target[0] if target else DefaultGraph()
        return cls(operation.prologue, delete, blocks.get("INSERT", []), where, graph, dataset)


CLAUSES: Final = (("WITH",), ("USING",), ("USING", "NAMED"))


def _iris(engine: _Engine, operation: UpdateOperation, *clause: str) -> list[NamedNode]:
    """Return the IRIs after the words of a clause."""
    words, size = operation.words, len(clause)
    places = (n for n in range(size, len(words)) if tuple(words[n - size : n]) == clause and words[n] != "NAMED")
    return [engine.iri(operation.prologue, words[n]) for n in places]


def _nodes(iris: Sequence[str]) -> list[NamedNode]:
    return [NamedNode(iri) for iri in iris]


def _dataset(target: list[NamedNode], default: list[NamedNode], named: list[NamedNode]) -> dict[str, Any]:
    """Return the dataset of a pattern: that of USING if present, or else that of WITH, or else the whole store."""
    if default or named:
        return {"default_graph": default, "named_graphs": named}
    return {"default_graph": target} if target else {}


def _modify(engine: _Engine, operation: _Modify, changes: Changes) -> None:
    templates = [_Template.of(engine, operation, tokens) for tokens in (operation.delete, operation.insert)]
    variables = sorted({name for template in templates for name in template.variables})
    names = " ".join(f"?{name}" for name in variables) or "*"
    query = f"{operation.prologue} SELECT {names} WHERE {source(operation.where)}"
    gone: set[Quad] = set()
    fresh: set[Quad] = set()
    for solution in engine.solve(query, operation.dataset):
        bound = {name: value for name in variables if (value := solution[name]) is not None}
        gone.update(templates[0].quads(bound))
        fresh.update(templates[1].quads(bound))
    changes.make(engine.database, gone, fresh)


@dataclass(frozen=True, slots=True)
class _Template:
    """A quad template: quads with placeholders for variables."""

    patterns: list[Quad]
    variables: frozenset[str]
    graph: GraphName

    @classmethod
    def of(cls, engine: _Engine, operation: _Modify, tokens: Tokens) -> _Template:
        """Let the engine read a template, as data about its placeholders."""
        variables = frozenset(match[0][1:] for match in tokens if match.lastgroup == "variable")
        names = {name: f"<{PLACEHOLDER}{name}>" for name in variables}
        patterns = engine.data(operation.prologue, source(tokens, names)) if tokens else []
        return cls(patterns, variables, operation.graph)

    def quads(self, solution: Solution) -> Iterator[Quad]:
        """Yield the quads for one solution, without those that have an unbound variable or are not RDF."""
        nodes: dict[BlankNode, BlankNode] = {}

        def term(pattern: Any) -> Any:
            if isinstance(pattern, NamedNode) and pattern.value.startswith(PLACEHOLDER):
                return solution[pattern.value.removeprefix(PLACEHOLDER)]
            if isinstance(pattern, BlankNode):
                return nodes.setdefault(pattern, BlankNode())
            if isinstance(pattern, Triple):
                return Triple(term(pattern.subject), term(pattern.predicate), term(pattern.object))
            return self.graph if isinstance(pattern, DefaultGraph) else pattern

        for one in self.patterns:
            with suppress(KeyError, TypeError):
                yield Quad(*map(term, (one.subject, one.predicate, one.object, one.graph_name)))
