"""Redirects of articles: which of them prove that two titles are of one thing."""

from __future__ import annotations

from typing import NamedTuple

from kg.entities.nodes import Nodes


class Redirect(NamedTuple):
    """That the article which a node is named by redirects to the one with a title, and who says so.

    ``iri`` is that of the node, ``language`` and ``title`` are those of the article that it leads to.
    """

    iri: str
    language: str
    title: str
    stated_by: str


def target(redirect: Redirect, nodes: Nodes) -> str | None:
    """Return the node that is the same thing as the one that a redirect is of, None if it proves none to be.

    What redirects to a place may be a part of it, or have happened there, and a place may redirect to what happened
    there. So where one of both is a place with a GeoNames id, the other must be a name of that place.
    """
    found = nodes.iri(redirect.language, redirect.title)
    if found is None or found == redirect.iri:
        return None
    place, other = nodes.geonames(redirect.iri), nodes.geonames(found)
    if place == other:
        return found
    if place and other:
        return None
    bare = nodes.article(found if place else redirect.iri)
    return found if bare and nodes.gazetteer.is_name(bare[1], place or other or 0) else None
