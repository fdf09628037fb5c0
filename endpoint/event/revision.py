"""The page about a revision: a wording of an event, links to the event and the neighbouring wordings, and changes."""

from __future__ import annotations

from endpoint.event import history
from endpoint.event.clause import clause
from endpoint.html.describe import facts
from endpoint.html.head import head
from endpoint.html.reader import Reader, ShownTerm
from endpoint.rendering.filters import spoken
from endpoint.rendering.language import gettext
from endpoint.rendering.page_frame import PageFrame
from kg.lookup.history import EventHistory
from kg.rdf.serialize import Nodes


def revision_page(frame: PageFrame, iri: str, nodes: Nodes, told: EventHistory) -> str:
    """Return the page about a revision, from its description and the history of its event."""
    reader, addresses = Reader(nodes, frame.addresses), frame.addresses
    wordings = history.wordings(told, addresses, whole=True)
    times = [at for at, one in enumerate(told.wordings) if one.revision == iri]
    at = times[-1] if times else None
    shown = wordings[at] if at is not None else None
    sentence = reader.resource(iri)
    title = ShownTerm(clause(sentence.text), language=sentence.language)
    number = _number(shown.number, len(wordings)) if shown else gettext("A wording")
    own = head(frame, iri, nodes, f"{number}: {title.text}", f"{number}, {spoken(told.day)}: {sentence.text}")
    return frame.page(
        "revision.html",
        head=own,
        iri=iri,
        title=title,
        sentence=ShownTerm(sentence.text, language=sentence.language),
        event=Reader(told.nodes, addresses).resource(told.event),
        found=told,
        wording=shown,
        times=[wordings[one] for one in times],
        total=len(wordings),
        before=wordings[at - 1] if at else None,
        after=wordings[at + 1] if at is not None and at + 1 < len(wordings) else None,
        sources=[reader.cited(one) for one in reader.iris(iri, "ng:source")],
        mentions=[reader.resource(one) for one in reader.iris(iri, "schema:about")],
        history=addresses.local(history.path_of(addresses, told.event)),
        compare=addresses.local(history.path_of(addresses, told.event, "compare")),
        statements=facts(reader, iri),
    )


def _number(number: int, total: int) -> str:
    return gettext("Wording %(number)s of %(total)s", number=number, total=total)
