"""The licences of what is published, by IRI, and their names."""

from __future__ import annotations

from typing import Final

BY_SA_3: Final = "https://creativecommons.org/licenses/by-sa/3.0/"
BY_SA_4: Final = "https://creativecommons.org/licenses/by-sa/4.0/"
BY_4: Final = "https://creativecommons.org/licenses/by/4.0/"
PUBLIC_DOMAIN: Final = "https://creativecommons.org/publicdomain/mark/1.0/"

NAMES: Final = {
    BY_SA_3: "CC BY-SA 3.0",
    BY_SA_4: "CC BY-SA 4.0",
    BY_4: "CC BY 4.0",
    PUBLIC_DOMAIN: "Public Domain Mark 1.0",
}
SPDX: Final = {
    BY_SA_3: "CC-BY-SA-3.0",
    BY_SA_4: "CC-BY-SA-4.0",
    BY_4: "CC-BY-4.0",
}
"""Their identifiers in the SPDX License List, which has none for the Public Domain Mark."""


def label(iri: str) -> str:
    """Return the usual name of a licence, or its IRI if it is not in the table."""
    return NAMES.get(iri, iri)
