"""Which service has the graphs of a store's snapshots: the note in the folder of the store that says so."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Self

from kg.errors import StoreDamagedError
from kg.settings import Settings
from kg.store.integrity import signed
from kg.store.layout import Store
from kg.store.service.client import ServiceAddress
from kg.store.service.kinds import kind

KEPT: Final = 2
"""Graphs that stay in a service: that of the current snapshot, and the one before, which may still be asked."""


@dataclass(frozen=True, slots=True)
class LoadedGraphs:
    """A service, and the graphs that it has whole, by the ids of snapshots, in the order in which they were loaded.

    ``begun`` are graphs that it may have a part of.
    """

    address: ServiceAddress
    graphs: Mapping[str, str]
    begun: tuple[str, ...] = ()

    @classmethod
    def read(cls, store: Store) -> Self | None:
        """Return what the note of a store says, None if it has none; raises StoreDamagedError if it is damaged."""
        try:
            said = signed.parsed(store.remote.read_text(encoding="utf-8"))
            address = ServiceAddress(kind(said["kind"]), said["query"], said["graph_store"])
            return cls(address, dict(said["graphs"]), tuple(said["begun"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise StoreDamagedError(f"{store.remote} cannot be read: {error}; remove it and run kg load") from None

    def write(self, store: Store) -> None:
        """Write the note, in one step."""
        address = {"kind": self.address.kind.name, "query": self.address.query, "graph_store": self.address.graphs}
        graphs = {"graphs": list(self.graphs.items()), "begun": list(self.begun)}
        fresh = store.remote.with_suffix(f".{os.getpid()}")
        fresh.write_text(signed.written({**address, **graphs}, indent=1), encoding="utf-8")
        fresh.replace(store.remote)

    def beginning(self, graph: str) -> Self:
        """Return it with a graph of which there is a part from now on."""
        return replace(self, begun=tuple(dict.fromkeys((*self.begun, graph))))

    def with_graph(self, snapshot: str, graph: str) -> Self:
        """Return it with the graph of one more snapshot; ``begun`` are then those that nobody needs any more."""
        graphs = {name: one for name, one in self.graphs.items() if name != snapshot} | {snapshot: graph}
        kept = dict(list(graphs.items())[-KEPT:])
        gone = {*self.graphs.values(), *self.begun} - set(kept.values())
        return replace(self, graphs=kept, begun=tuple(sorted(gone)))

    def without(self, graph: str) -> Self:
        """Return it without a graph that was begun, and is gone."""
        return replace(self, begun=tuple(one for one in self.begun if one != graph))


def noted(store: Store, settings: Settings) -> LoadedGraphs | None:
    """Return the service that settings, or else the note of a store, name, with what it has; None if neither does.

    Raises what ServiceAddress.found and LoadedGraphs.read raise.
    """
    found = LoadedGraphs.read(store)
    if not settings.remote:
        return found
    address = ServiceAddress.found(settings) if found is None or not _is_at(found.address, settings) else found.address
    return found if found and found.address == address else LoadedGraphs(address, {})


def _is_at(address: ServiceAddress, settings: Settings) -> bool:
    """Whether an address is the one of settings, so that nobody has to be asked what is there."""
    return settings.remote in (address.query, address.query.removesuffix(address.kind.query) + "/") or (
        settings.remote == address.query.removesuffix(address.kind.query)
    )
