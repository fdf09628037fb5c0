"""A page: a template with what surrounds every page around what is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from jinja2 import Environment, PackageLoader, select_autoescape

from endpoint.http.urls import Addresses
from endpoint.rendering.assets import ASSETS
from endpoint.rendering.filters import FILTERS
from kg.store.snapshot import Manifest

TEMPLATES: Final = Environment(
    loader=PackageLoader("endpoint"), autoescape=select_autoescape(), trim_blocks=True, lstrip_blocks=True
)
TEMPLATES.filters.update(FILTERS)


@dataclass(frozen=True, slots=True)
class PageFrame:
    """What surrounds every page: where its links lead, and the data set that it is about, if there is one yet."""

    addresses: Addresses
    manifest: Manifest | None = None

    def asset(self, name: str) -> str:
        """Return the address of a file that pages use."""
        return self.addresses.local(ASSETS[name])

    def page(self, template: str, **shown: Any) -> str:
        """Return the page, or the document, that a template makes of what is shown."""
        return TEMPLATES.get_template(template).render(frame=self, addresses=self.addresses, **shown)
