"""Asks about many entities in batches, and saves each answer before the next request."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from kg.enrich.answer import AnswerRow
from kg.enrich.cache import Cache
from kg.enrich.client import Client
from kg.enrich.question import EnrichmentQuestion
from kg.errors import QueryError, ResultTooLargeError
from kg.remote.clock import Clock

Progress = Callable[[int, int], None]
HOPELESS: Final = 8
"""After this many single entities in a row with answers that are too large, all answers are considered too large."""


@dataclass(slots=True)
class Asking:
    """Asks one question about entities, each given with its name at the endpoint.

    ``asked`` counts the entities that were answered for, ``waiting`` those left for another time; ``too_large`` lists
    those whose answer was refused as too large, and ``unasked`` counts the rows about entities that were not asked
    for.
    """

    client: Client
    question: EnrichmentQuestion
    kept: Cache
    clock: Clock
    asked: int = 0
    waiting: int = 0
    too_large: list[str] = field(default_factory=list)
    unasked: int = 0

    def ask(self, names: dict[str, str], batch: int, limit: int, progress: Progress) -> None:
        """Ask about those of ``names`` that have no answer yet, at most ``limit`` of them unless it is 0.

        Each request is for ``batch`` entities; after an answer that is too large, for half as many, and then for one
        more each time. ``progress`` is called with how many of how many have an answer. Raises QueryError if the
        endpoint fails for good.
        """
        missing = self.kept.missing(names)
        wanted = missing[: limit or None]
        self.waiting = len(missing) - len(wanted)
        before, done, size, refused = len(names) - len(missing), 0, batch, 0
        while done < len(wanted):
            progress(before + done, before + len(wanted))
            some = wanted[done : done + size]
            if self._answered({entity: names[entity] for entity in some}):
                done += len(some)
                size, refused = min(size + 1, batch), 0
            elif len(some) > 1:
                size = len(some) // 2
            else:
                self.too_large += some
                done, refused = done + 1, refused + 1
            if refused == HOPELESS:
                raise QueryError(f"{self.client.endpoint} answers with too much, however little it is asked for")
        progress(before + done, before + len(wanted))

    def _answered(self, names: dict[str, str]) -> bool:
        """Ask about some entities at once and save the answers; return False if they are too large together."""
        try:
            rows = self.client.ask(self.question.text(names.values()))
        except ResultTooLargeError:
            return False
        except QueryError as error:
            raise QueryError(f"{error}; the answers so far are kept: run this again to continue") from error
        self.kept.put(self._by_entity(rows, names), self.clock.now())
        self.asked += len(names)
        return True

    def _by_entity(self, rows: Iterable[AnswerRow], names: dict[str, str]) -> dict[str, list[AnswerRow]]:
        spellings = self.question.form.spellings
        spelled = {spelling: entity for entity, name in names.items() for spelling in spellings(name)}
        found: dict[str, list[AnswerRow]] = {entity: [] for entity in names}
        for row in rows:
            if row.asked in spelled:
                found[spelled[row.asked]].append(row)
            else:
                self.unasked += 1
        return found
