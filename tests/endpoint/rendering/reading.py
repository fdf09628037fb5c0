"""Parses figures as XML, and finds their links and texts."""

from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import strategies as st
from markupsafe import Markup

HOSTILE = st.text(
    st.one_of(
        st.sampled_from("<>&\"'/{}%;"),
        st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"),
    ),
    max_size=40,
)
"""Texts with what markup is made of; without characters that no XML can have (XML 1.0, section 2.2)."""


def parsed(figure: Markup) -> ElementTree.Element:
    """Return a figure as parsed by expat, which refuses malformed XML."""
    return ElementTree.fromstring(figure)


def links(figure: ElementTree.Element, name: str = "a") -> dict[str, str]:
    """Return the addresses of the links of a class, by their names."""
    found = [one for one in figure.iter("a") if name in ("a", one.get("class"))]
    return {one.get("aria-label") or "".join(one.itertext()): one.get("href") or "" for one in found}


def of_class(figure: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    """Return the elements that have a class."""
    return [one for one in figure.iter() if name in (one.get("class") or "").split()]
