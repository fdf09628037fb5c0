from __future__ import annotations

import io
from contextlib import closing

import hypothesis
import pytest
from hypothesis import strategies
from pyoxigraph import BlankNode, NamedNode, Quad

from kg.errors import (
    NotSupportedError,
    QueryError,
    QueryRefusedError,
    QuerySyntaxError,
    QueryTooComplexError,
    UpdateDatasetError,
    UpdateFailedError,
    UploadError,
    UploadTooLargeError,
)
from kg.query.guard import check_update
from kg.rdf.lines import patch
from kg.settings import Settings
from kg.store.embedded import EmbeddedGraph
from kg.write.changes import Changes
from kg.write.update import Using, split, update

BASE = "http://a.example/"
DATA = """
    <urn:a> <urn:p> 1, 2 . <urn:b> <urn:p> "x;}"@en . <urn:c> <urn:q> <urn:a> .
    GRAPH <urn:g> { <urn:a> <urn:p> 3 . _:n <urn:q> "g" }
    GRAPH <urn:h> { <urn:a> <urn:p> 4 }
"""

UPDATES = [
    "",
    "# only a comment",
    "PREFIX a: <urn:a#>",
    "INSERT DATA { <urn:n> <urn:p> 1 ; <urn:p> 01, 1.50, 'é' . GRAPH <urn:new> { <s> <p> <o> } }",
    "DELETE DATA { <urn:a> <urn:p> 1 . GRAPH <urn:g> { <urn:a> <urn:p> 3, 99 } }",
    "DELETE WHERE { ?s <urn:p> ?o }",
    "DELETE WHERE { GRAPH ?g { <urn:a> ?p ?o } }",
    "DELETE { ?s <urn:p> ?o } INSERT { ?s <urn:p> ?new } WHERE { ?s <urn:p> ?o BIND(?o + 1 AS ?new) }",
    "INSERT { GRAPH ?g { ?s <urn:copied> ?o } } WHERE { GRAPH ?g { ?s ?p ?o } }",
    "WITH <urn:g> DELETE { ?s ?p ?o } INSERT { ?s ?p 5 } WHERE { ?s ?p ?o FILTER(isNumeric(?o)) }",
    "INSERT { ?s <urn:r> ?o } USING <urn:g> USING NAMED <urn:h> WHERE { ?s ?p ?o GRAPH ?g { ?s ?p2 ?o2 } }",
    "INSERT { ?o ?s ?p } WHERE { ?s ?p ?o }",  # not RDF if ?o is a literal
    "INSERT { ?s <urn:r> ?unbound } WHERE { ?s ?p ?o }",
    "INSERT { <urn:once> <urn:p> 1 } WHERE { ?s ?p ?o }",
    "DELETE { <urn:a> <urn:p> 1 } INSERT { <urn:a> <urn:p> 1 } WHERE {}",
    "INSERT { << ?s ?p ?o >> <urn:said> 'x' } WHERE { ?s <urn:q> ?o }",
    "BASE <http://b.example/x/> INSERT DATA { <y> <../z> <#w> } ; # done; {",
    "CLEAR DEFAULT",
    "CLEAR NAMED",
    "CLEAR ALL",
    "DROP GRAPH <urn:g>",
    "DROP SILENT GRAPH <urn:none>",
    "CREATE GRAPH <urn:made>",
    "ADD <urn:g> TO <urn:h>",
    "COPY GRAPH <urn:g> TO DEFAULT",
    "MOVE DEFAULT TO <urn:h>",
    "MOVE <urn:g> TO <urn:g>",
    "COPY SILENT <urn:none> TO <urn:h>",
    "insert data { <urn:n> <urn:p> '''}\n;''' } ; delete where { <urn:n> ?p ?o }",
]


def store() -> EmbeddedGraph:
    made = EmbeddedGraph()
    made.update(f"INSERT DATA {{ {DATA} }}")
    return made


def run(on: EmbeddedGraph, text: str, using: Using = Using()) -> list[patch.PatchRow]:  # noqa: B008 - it is frozen
    file = io.BytesIO()
    with closing(Changes()) as changes:
        update(on, text, BASE, using, changes)
        patch.write(file, {}, changes.rows())
    rows = [row for rows in patch.read(io.BytesIO(file.getvalue())).transactions for row in rows]
    assert (changes.added, changes.removed) == (sum(r.adds for r in rows), sum(not r.adds for r in rows))
    return rows


def canonical(one: EmbeddedGraph) -> set[str]:
    """Return the quads with all blank nodes replaced by the same one: enough to distinguish these small stores."""

    def term(value: object) -> str:
        return "_:b" if isinstance(value, BlankNode) else str(value)

    return {" ".join(map(term, (q.subject, q.predicate, q.object, q.graph_name))) for q in one}


@pytest.mark.parametrize("text", UPDATES)
def test_an_update_does_what_the_engine_does_and_its_record_does_it_again(text: str) -> None:
    engines, ours, replayed = store(), store(), EmbeddedGraph()
    replayed.extend(ours)
    engines.update(text, base_iri=BASE)
    changes = run(ours, text)
    assert canonical(ours) == canonical(engines)
    assert len(ours) == len(engines)
    patch.apply(patch.Patch(transactions=[changes]), replayed)
    assert set(replayed) == set(ours)


@pytest.mark.parametrize("text", UPDATES)
def test_only_effective_changes_are_recorded(text: str) -> None:
    ours = store()
    before = set(ours)
    changes = run(ours, text)
    net: dict[Quad, int] = {}
    for row in changes:
        net[row.quad] = net.get(row.quad, 0) + (1 if row.adds else -1)
    assert {quad for quad, count in net.items() if count > 0} == set(ours) - before
    assert {quad for quad, count in net.items() if count < 0} == before - set(ours)


def test_declarations_may_come_before_every_operation_though_the_engine_does_not_read_them() -> None:
    text = "PREFIX e: <urn:> INSERT DATA { e:n e:p 1 } ; PREFIX e: <urn:x:> INSERT DATA { e:n e:p 1 } ;"
    added = {(row.quad.subject, row.adds) for row in run(store(), text)}
    assert added == {(NamedNode("urn:n"), True), (NamedNode("urn:x:n"), True)}


def test_each_solution_has_blank_nodes_of_its_own() -> None:
    ours = store()
    run(ours, "INSERT { [] <urn:of> ?o ; <urn:in> _:x . _:x a <urn:X> } WHERE { <urn:a> <urn:p> ?o }")
    found = list(ours.quads_for_pattern(None, NamedNode("urn:in"), None, None))
    assert len({quad.subject for quad in found}) == len({quad.object for quad in found}) == 2


def test_the_protocols_dataset_replaces_the_default_one() -> None:
    ours = store()
    run(ours, "INSERT { GRAPH <urn:out> { ?s ?p ?o } } WHERE { ?s ?p ?o }", Using(("urn:g", "urn:h")))
    assert len(list(ours.quads_for_pattern(None, None, None, NamedNode("urn:out")))) == 3
    with pytest.raises(UpdateDatasetError):
        run(ours, "DELETE { ?s ?p ?o } USING <urn:g> WHERE { ?s ?p ?o }", Using(("urn:h",)))
    with pytest.raises(UpdateDatasetError):
        run(ours, "WITH <urn:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", Using(named=("urn:h",)))


def test_silent_hides_that_nothing_is_fetched() -> None:
    ours = store()
    assert run(ours, "LOAD SILENT <http://127.0.0.1:9/> INTO GRAPH <urn:g>") == []
    with pytest.raises(NotSupportedError):
        run(ours, "LOAD <http://127.0.0.1:9/>")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("INSERT DATA {", QuerySyntaxError),
        ("SELECT * {}", QuerySyntaxError),
        ("INSERT DATA { ?s ?p ?o }", QuerySyntaxError),
        ("DELETE DATA { _:x <urn:p> 1 }", QuerySyntaxError),
        ("INSERT DATA { <s> <p> 1 } INSERT DATA { <s> <p> 2 }", QuerySyntaxError),
        ("DROP GRAPH <urn:none>", UpdateFailedError),
        ("CREATE GRAPH <urn:g>", UpdateFailedError),
        ("INSERT { ?s ?p ?x } WHERE { ?s ?p ?o BIND(<urn:f>(?o) AS ?x) }", NotSupportedError),
        ("INSERT DATA { <s> <p> '\\u0001' }", UploadError),
        (f"INSERT DATA {{ <s> <p> <urn:{'x' * 3000}> }}", UploadError),
    ],
)
def test_an_impossible_update_is_an_error(text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        run(store(), text)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("FOO", (1, 1)),
        ("PREFIX a: <urn:a#>\nINSERT DATA { a:s a:p }", (2, 23)),
        ("PREFIX a: <urn:a#> INSERT DATA { a:s a:p }", (1, 42)),
        ("PREFIX a: <urn:a#> INSERT DATA { a:s a:p\n}", (2, 1)),
        ("PREFIX a <urn:a#>\nINSERT DATA {}", (1, 9)),
        ("CLEAR ALL ;\n PREFIX a: <urn:a#> INSERT DATA { a:s a:p }", (2, 43)),
        ("CLEAR ALL ; PREFIX a: <urn:a#>\nCLEAR ALL ; INSERT DATA { a:s\n }", (3, 2)),
    ],
)
def test_a_syntax_error_says_where(text: str, place: tuple[int, int]) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        run(store(), text)
    assert (caught.value.line, caught.value.column) == place
    assert str(caught.value).startswith(f"line {place[0]}, column {place[1]}: ")


def words(text: str) -> list[list[str]]:
    return [operation.words for operation in split(text)]


def test_only_what_stands_outside_of_braces_and_strings_splits_a_request() -> None:
    text = 'CLEAR ALL ; INSERT DATA { <a;b> <p> \';\' ; <q> """}""" } # ;\n; DELETE { ?s ?p ?o } WHERE { { ?s ?p ?o } }'
    assert words(text) == [["CLEAR", "ALL"], ["INSERT", "DATA", "{"], ["DELETE", "{", "WHERE", "{"]]


TOKENS = strategies.sampled_from(
    [
        *"{};.?<>\"'#",
        "INSERT",
        "DELETE",
        "DATA",
        "WHERE",
        "CLEAR",
        "ALL",
        "PREFIX",
        "a:",
        "<urn:x>",
        "?s",
        "?p",
        "'x'",
        "\n",
    ]
)


@hypothesis.given(strategies.one_of(strategies.text(max_size=60), strategies.lists(TOKENS, max_size=14).map(" ".join)))
def test_any_text_is_made_as_the_engine_makes_it_or_is_an_error(text: str) -> None:
    ours, engines = store(), store()
    try:
        engines.update(text, base_iri=BASE)
    except (SyntaxError, RuntimeError, OSError, ValueError):
        engines = None
    try:
        run(ours, text)
    except (QueryError, UploadError):
        return
    assert engines is not None or "PREFIX" in text
    assert engines is None or canonical(ours) == canonical(engines)


def test_the_guard_lets_long_data_pass_and_refuses_what_it_refuses_in_queries() -> None:
    data = " . ".join(f"<urn:a> <urn:p> -{number} , <urn:x#y> , 'a service'" for number in range(3_000))
    check_update(f"INSERT DATA {{ {data} . <urn:l> <urn:p> (<urn:a#b> <urn:c#d>) }}", Settings())
    for text in (
        "INSERT { ?s ?p ?o } WHERE { SERVICE <urn:x> { ?s ?p ?o } }",
        "DELETE WHERE { \\u0053ERVICE <urn:x> {} }",
    ):
        with pytest.raises(QueryRefusedError):
            check_update(text, Settings())
    with pytest.raises(QueryTooComplexError):
        check_update("INSERT DATA { <urn:a> <urn:p> " + "(" * 100 + ")" * 100 + " }", Settings())
    with pytest.raises(UploadTooLargeError):
        check_update("#" * 100, Settings(upload_bytes=99))
    with pytest.raises(QuerySyntaxError):
        check_update("INSERT DATA { <urn:a> <urn:p> 'x }", Settings())
