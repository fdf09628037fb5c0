"""The statistics of a snapshot as an artefact."""

from __future__ import annotations

from typing import Final

from kg.derived.artefact import GatheredArtefact
from kg.lookup.statistics import Statistics

STATISTICS: Final = GatheredArtefact(
    name="statistics",
    file="statistics-1.json",
    title="the statistics",
    busy="the catalogue is being made; try again in a minute",
    group="statistics",
    patience=10,
    retry_after=5,
    begin=lambda _: Statistics(),
)
