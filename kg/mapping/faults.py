"""What an item must satisfy so that its event can be stated in a graph that conforms to the shapes.

Dialects return text from archives, and some come from other distributions. Minting (``kg.rdf.iri``) ensures the form of
IRIs; the checks here cover the rest, once for each item.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import chain
from typing import Final

from kg.dialects.item import Item
from kg.errors import MappingError
from kg.rdf.formats import NOT_IN_XML

_LANGUAGE_TAG: Final = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")


def check(items: Iterable[Item]) -> None:
    """Raise MappingError for the first item that cannot become an event; it names the entry that lists the item."""
    for item in items:
        cause = _fault(item)
        if cause:
            raise MappingError(cause, item.fragment)


def _fault(item: Item) -> str | None:
    if not item.title:
        return "an event without a title"
    for tag in (item.language, *(tag for tag, _ in item.scripts)):
        if not _is_tag(tag):
            return f"no language tag: {tag!r:.60}"
    if not all(item.slugs):
        return "a slug without a letter"
    if NOT_IN_XML.search("\n".join(_texts(item))):
        return "a character that no XML document can carry"
    return None


def _texts(item: Item) -> Iterable[str]:
    scripts = (text for _, text in item.scripts)
    former = (one.title for one in item.former)
    labels = chain(item.topic_labels, item.mention_labels, item.slugs)
    return chain((item.title, item.category or ""), labels, former, scripts)


@lru_cache
def _is_tag(language: str) -> bool:
    return bool(_LANGUAGE_TAG.fullmatch(language))
