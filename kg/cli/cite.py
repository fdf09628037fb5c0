"""How to cite what ``kg query`` finds."""

from __future__ import annotations

from kg.publish.answers.canonical import CITED_BYTES, canonical, format_for
from kg.publish.answers.cited import CitedAnswer, CitedQuery
from kg.settings import Settings
from kg.store.layout import Store
from kg.workers.workers import Workers


def citation(store: Store, workers: Workers, settings: Settings, asked: CitedQuery, *, keep: bool) -> str:
    """Return a sentence and a BibTeX entry that cite an answer, and whether its snapshot stays; ``keep`` pins it.

    Raises ParameterError for a query that cannot be cited, and what queries and ``Store.pin`` raise.
    """
    with workers.hold() as snapshot:
        base = snapshot.manifest.base
        text = asked.text(base)
        found = canonical(workers.query(text, format_for(workers.check(text)), limit=CITED_BYTES))
    cited = CitedAnswer(asked, snapshot.id, found.sha256)
    told = settings.publisher, settings.serve_url or base
    if keep:
        store.pin(snapshot.id, cited.path)
    lines = (cited.sentence(*told), "", f"Rows: {len(found.rows)}", _stays(store, snapshot.id), "")
    return "\n".join((*lines, cited.reference(*told).bibtex()))


def _stays(store: Store, snapshot: str) -> str:
    if snapshot in store.pinned():
        return f"Snapshot {snapshot} is pinned: it stays until its line in pinned.txt is removed."
    if any(one.id == snapshot for one in store.past()):
        return f"Snapshot {snapshot} is one of the past: it stays."
    return f"Snapshot {snapshot} goes with later builds; --keep pins it."
