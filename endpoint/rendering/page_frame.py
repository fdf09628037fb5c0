"""A page: a template within the frame that surrounds every page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from jinja2 import Environment, PackageLoader, select_autoescape
from markupsafe import Markup

from endpoint.http.urls import Addresses
from endpoint.rendering.assets import ASSETS
from endpoint.rendering.filters import FILTERS
from endpoint.rendering.language import ENGLISH, LANGUAGES, Language, gettext, ngettext, pgettext, spoken_language
from kg.store.snapshot import Manifest

TEMPLATES: Final = Environment(
    loader=PackageLoader("endpoint"),
    autoescape=select_autoescape(),
    trim_blocks=True,
    lstrip_blocks=True,
    extensions=["jinja2.ext.i18n"],
    auto_reload=False,  # else each page looks at the files of all its parts, which do not change while it is served
)
TEMPLATES.filters.update(FILTERS)
TEMPLATES.policies["ext.i18n.trimmed"] = True
_TRANSLATED: Any = TEMPLATES  # The extension adds a method.
_TRANSLATED.install_gettext_callables(gettext, ngettext, newstyle=True, pgettext=pgettext)


def compile_templates() -> None:
    """Compile all templates, so that no page has to wait for those that it consists of."""
    for name in TEMPLATES.list_templates(extensions=("html", "txt", "xml")):
        TEMPLATES.get_template(name)


@dataclass(frozen=True, slots=True)
class PageFrame:
    """The frame of every page: the base of its links, and the data set that it is about, if there is one yet.

    ``versions`` are the addresses of the same page in each language of the interface, by tag. A ``static`` page is a
    file, and has nothing that would differ in the next snapshot of the same data.
    """

    addresses: Addresses
    manifest: Manifest | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    static: bool = False

    @property
    def language(self) -> Language:
        """The language of the page being made."""
        return spoken_language()

    @property
    def english(self) -> Markup:
        """The language attribute of an element with text in English only; "" on a page in English."""
        return Markup() if self.language == ENGLISH else Markup(' lang="en"')

    @property
    def others(self) -> list[tuple[Language, str]]:
        """The other languages of the page, each with its address."""
        return [(LANGUAGES[tag], href) for tag, href in self.versions.items() if tag != self.language.tag]

    def asset(self, name: str) -> str:
        """Return the address of a file that pages use."""
        return self.addresses.local(ASSETS[name])

    def page(self, template: str, **shown: Any) -> str:
        """Return the page, or document, that a template renders."""
        return TEMPLATES.get_template(template).render(frame=self, addresses=self.addresses, **shown)
