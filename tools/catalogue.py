"""Renews the catalogues of the interface from the texts in templates, Python and questions (``make catalogue``).

New texts are added without a translation, and unused ones are removed, so that the catalogue shows what must be
translated after a change. The compiled catalogue is committed beside it, since only Babel can make it and servers do
not need Babel.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from endpoint.rendering.language import DOMAIN, LOCALE
from kg.query.questions import questions, subjects

SOURCE: Final = LOCALE.parents[1]
METHODS: Final = [("templates/**.html", "jinja2"), ("**.py", "python")]
OPTIONS: Final = {
    "templates/**.html": dict.fromkeys(("trimmed", "trim_blocks", "lstrip_blocks", "newstyle_gettext"), "true")
}
KEYWORDS: Final = {**DEFAULT_KEYWORDS, "message": None, "plural": (1, 2)}


def said() -> Catalog:
    """Return all texts of the interface."""
    found = Catalog()
    for _, _, message, _, context in extract_from_dir(SOURCE, METHODS, OPTIONS, KEYWORDS):
        found.add(message, context=context)
    for subject in subjects():
        found.add(subject.title)
    for one in questions():
        for text in (one.title, *(text for each in one.parameters for text in (each.meaning, each.type.written))):
            found.add(text)
    return found


def source(tag: str) -> Path:
    """Return the path of the catalogue of a language."""
    return LOCALE / tag / "LC_MESSAGES" / f"{DOMAIN}.po"


def read(tag: str) -> Catalog:
    """Return the catalogue of a language."""
    with source(tag).open("rb") as file:
        return read_po(file, locale=tag)


def renew(tag: str) -> int:
    """Renew the catalogue of a language, and its compiled form; return how many texts have no translation."""
    known = read(tag)
    known.update(said(), no_fuzzy_matching=True, update_creation_date=False)
    known.obsolete.clear()
    with source(tag).open("wb") as file:
        write_po(file, known, width=120, no_location=True, sort_output=True)
    with source(tag).with_suffix(".mo").open("wb") as file:
        write_mo(file, known)
    return sum(not all(one.string if isinstance(one.string, tuple) else [one.string]) for one in known if one.id)


if __name__ == "__main__":
    for folder in sorted(LOCALE.iterdir()):
        print(f"{folder.name}: {renew(folder.name)} texts without a translation")
