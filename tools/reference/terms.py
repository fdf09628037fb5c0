"""The page of the terms of the vocabulary, from its Turtle."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rdflib import RDFS, SKOS, Graph, Namespace, URIRef

import vocab

SCHEMA: Final = Namespace("https://schema.org/")
HEAD: Final = f"""# Terms of the vocabulary

The classes and properties of version {vocab.VERSION} with an example of each in Turtle. Their namespace is
`{vocab.NAMESPACE}`. [The vocabulary](vocabulary.md) explains them and names the terms of others that a
graph uses. `make docs` makes this page from `vocab/newsgraph.ttl`.
"""
RELATIONS: Final = (
    ("subclass of", RDFS.subClassOf),
    ("subproperty of", RDFS.subPropertyOf),
    ("of", RDFS.domain),
    ("of", SCHEMA.domainIncludes),
    ("values", RDFS.range),
    ("values", SCHEMA.rangeIncludes),
    ("close to", SKOS.closeMatch),
    ("related to", SKOS.relatedMatch),
)


def markdown() -> str:
    """Return docs/terms.md."""
    graph = Graph(bind_namespaces="none").parse(data=vocab.turtle(), format="turtle")
    classes = (line for name in vocab.CLASSES for line in _term(graph, name))
    properties = (line for name in vocab.PROPERTIES for line in _term(graph, name))
    return "\n".join((HEAD, "## Classes\n", *classes, "## Properties\n", *properties))


def _term(graph: Graph, name: str) -> Iterator[str]:
    term = URIRef(vocab.term(name))
    yield f"### ng:{name}\n"
    yield f"{graph.value(term, RDFS.comment)}\n"
    for label, property_ in RELATIONS:
        if values := sorted(one for one in graph.objects(term, property_) if isinstance(one, URIRef)):
            yield f"- {label}: {', '.join(f'`{one.n3(graph.namespace_manager)}`' for one in values)}"
    yield f"\n```turtle\n{graph.value(term, SKOS.example)}\n```\n"
