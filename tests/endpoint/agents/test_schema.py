"""The schema for agents agrees with the vocabulary and the shapes, and the documentation with the tools."""

from __future__ import annotations

from pyoxigraph import RdfFormat, Store

import vocab
from endpoint.agents.document import markdown
from endpoint.agents.schema import schema
from kg.query.questions import questions
from kg.rdf.prefixes import PREFIXES, compact
from tests.paths import DOCS

COUNTED = """
    PREFIX sh: <http://www.w3.org/ns/shacl#>
    SELECT ?class ?path (SAMPLE(?least) AS ?from) (SAMPLE(?most) AS ?to) {
        ?shape sh:targetClass ?class ; sh:property ?property .
        ?property sh:path ?path . FILTER(isIRI(?path))
        OPTIONAL { ?property sh:minCount ?least }
        OPTIONAL { ?property sh:maxCount ?most }
    } GROUP BY ?class ?path"""


def test_the_schema_has_every_term_of_the_vocabulary_and_every_prefix() -> None:
    lines = schema().splitlines()
    for name in (*vocab.CLASSES, *vocab.PROPERTIES):
        assert any(one.startswith(f"ng:{name}: ") for one in lines)
    for prefix, namespace in PREFIXES.items():
        assert f"PREFIX {prefix}: <{namespace}>" in lines


def test_the_schema_has_every_count_of_the_shapes() -> None:
    store = Store()
    store.load(vocab.shapes().encode(), format=RdfFormat.TURTLE)
    told: dict[str, list[str]] = {}
    above: list[str] = []
    for line in schema().partition("how many of it\n")[2].partition("\n## ")[0].splitlines():
        if line.startswith("  "):
            for one in above:
                told.setdefault(one, []).append(line.strip())
        else:
            above = line.split(", ")
    rows = list(store.query(COUNTED))
    assert len(rows) > 50
    for row in rows:
        class_, path, least, most = (None if one is None else one.value for one in row)
        counts = f"{least or 0}" if least and least == most else f"{least or 0}..{most or '*'}"
        found = [one for one in told[compact(class_)] if one.startswith(f"{compact(path)} ")]
        assert any(one.split(" ")[1] == counts for one in found), (class_, path, counts, found)


def test_queries_of_the_schema_are_those_of_questions() -> None:
    shown = [one for one in questions() if one.text.rstrip() in schema()]
    assert len(shown) == 3


def test_the_documentation_of_agents_is_made_from_the_tools() -> None:
    assert (DOCS / "agents.md").read_text(encoding="utf-8") == markdown()
