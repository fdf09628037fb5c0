"""The licence of text of Wikipedia, on its own pages and on those that were made from it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from kg.rdf.licences import BY_SA_3, BY_SA_4

RELICENSED: Final = datetime(2023, 6, 7, tzinfo=UTC)
"""From this day on the text of Wikipedia is under CC BY-SA 4.0 (Terms of Use of the Wikimedia Foundation)."""


def licence(captured: datetime | None) -> str | None:
    """Return the IRI of the licence at the time of a capture.

    Without that time it is not known: then the page may be anybody's.
    """
    if captured is None:
        return None
    return BY_SA_4 if captured >= RELICENSED else BY_SA_3
