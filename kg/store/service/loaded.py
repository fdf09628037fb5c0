"""The note in a store's folder that says which service has the graphs of its snapshots."""

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
"""How many graphs stay in a service: that of the current snapshot, and the previous one, which may still be in use."""


@dataclass(frozen=True, slots=True)
class LoadedGraphs:
    """A service, and its complete graphs, by snapshot id, in the order in which they were loaded.

    ``begun`` are graphs that it may have partially.
    """

    address: ServiceAddress
    graphs: Mapping[str, str]
    begun: tuple[str, ...] = ()

    @classmethod
    def read(cls, store: Store) -> Self | None:
        """Return the note of a store, None if it has none. Raises StoreDamagedError if it is damaged."""
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
        """Return it with one more partial graph."""
        return replace(self, begun=tuple(dict.fromkeys((*self.begun, graph))))

    def with_graph(self, snapshot: str, graph: str) -> Self:
        """Return it with the graph of one more snapshot; ``begun`` are then those no longer needed."""
        graphs = {name: one for name, one in self.graphs.items() if name != snapshot} | {snapshot: graph}
        kept = dict(list(graphs.items())[-KEPT:])
        gone = {*self.graphs.values(), *self.begun} - set(kept.values())
        return replace(self, graphs=kept, begun=tuple(sorted(gone)))

    def without(self, graph: str) -> Self:
        """Return it without a partial graph that was removed."""
        return replace(self, begun=tuple(one for one in self.begun if one != graph))


def noted(store: Store, settings: Settings) -> LoadedGraphs | None:
    """Return the service named by settings, or else by the note of a store, with its graphs; None if neither does.

    Raises the errors of ServiceAddress.found and LoadedGraphs.read.
    """
    found = LoadedGraphs.read(store)
    if not settings.remote:
        return found
    address = ServiceAddress.found(settings) if found is None or not _is_at(found.address, settings) else found.address
    return found if found and found.address == address else LoadedGraphs(address, {})


def _is_at(address: ServiceAddress, settings: Settings) -> bool:
    """Whether an address is the one in settings, so that its host need not be asked."""
    return settings.remote in (address.query, address.query.removesuffix(address.kind.query) + "/") or (
        settings.remote == address.query.removesuffix(address.kind.query)
    )
