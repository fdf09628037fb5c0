"""The table of layers: which rooms lie on which floor."""

from __future__ import annotations

LAYERS = (
    ("kg.__main__",),
    ("kg.cli",),
    ("endpoint.static_site",),
    ("endpoint.app",),
    ("endpoint.warmup",),
    ("endpoint.server", "endpoint.agents"),
    ("endpoint.catalog",),
    ("endpoint.documents", "endpoint.directories"),
    ("endpoint.front", "endpoint.things", "endpoint.periods"),
    ("endpoint.feeds", "endpoint.sparql", "endpoint.discovery", "endpoint.reconcile", "endpoint.listing"),
    ("endpoint.event",),
    ("endpoint.html",),
    ("endpoint.site",),
    ("endpoint.rendering",),
    ("endpoint.http",),
    ("endpoint",),
    ("kg",),
    ("kg.pipeline",),
    ("kg.enrich", "kg.write"),
    ("kg.shapes", "kg.workers", "kg.derived"),
    ("kg.publish", "kg.mapping", "kg.lookup"),
    ("kg.query",),
    ("kg.store",),
    ("kg.entities",),
    ("kg.events",),
    ("kg.archive",),
    ("kg.dialects",),
    ("kg.settings",),
    ("kg.rdf", "kg.process", "kg.remote"),
    ("kg.version",),
    ("kg.errors",),
    ("vocab",),
)
"""The rooms from the top of the house down; those in one line do not import each other."""
