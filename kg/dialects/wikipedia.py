"""The licences of text from Wikipedia: on its own pages, on pages derived from it, and in what is published."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from kg.dialects.publication import Publication
from kg.rdf.licences import BY_SA_3, BY_SA_4

RELICENSED: Final = datetime(2023, 6, 7, tzinfo=UTC)
"""The first day on which text of Wikipedia is under CC BY-SA 4.0 (Terms of Use of the Wikimedia Foundation)."""
PORTAL: Final = Publication(
    title="Wikipedia: Current events portal",
    source="https://en.wikipedia.org/wiki/Portal:Current_events",
    source_licences=(BY_SA_3, BY_SA_4),
    licences=(BY_SA_4,),
    rights=(
        "Text by the contributors of Wikipedia's Current events portal, and of the Context, which was made from it; "
        "modified: taken apart into statements, with links resolved, and places and revisions added. Each capture of a "
        "wiki page whose time is known names the page history that lists its authors, and its licence: CC BY-SA 3.0, "
        "from June 2023 on CC BY-SA 4.0."
    ),
    reserved="Descriptions and images that pages of the Context print belong to their publishers.",
    credit="Text from Wikipedia’s Current Events portal and pages made from it, modified",
    origin="Wikipedia's Current events portal and pages made from it",
)
"""The portal, the source of the text that both dialects of newsgraph read: *the Context* was made from it."""


def licence(captured: datetime | None) -> str | None:
    """Return the IRI of the licence at the time of a capture.

    Without that time it is not known, and the page may have any origin.
    """
    if captured is None:
        return None
    return BY_SA_4 if captured >= RELICENSED else BY_SA_3
