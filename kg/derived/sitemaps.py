"""The sitemaps of a snapshot as an artefact."""

from __future__ import annotations

from typing import Final

from kg.derived.artefact import GatheredArtefact
from kg.lookup.sitemap import Documents

SITEMAPS: Final = GatheredArtefact(
    name="sitemaps",
    file="sitemaps-1.sqlite",
    title="the sitemaps",
    busy="the sitemaps are being made; try again in a few seconds",
    group="sitemaps",
    patience=10,
    begin=lambda place: Documents(place.snapshot.manifest.base),
)
