"""Every error that newsgraph raises on purpose.

Each message is one sentence that says what is wrong and, where there is one, what to do about it.
The command line prints it and ends with exit code 2; the endpoint maps each class to one HTTP status.
"""

from __future__ import annotations


class NewsgraphError(Exception):
    """Base of all errors of newsgraph."""


class ConfigurationError(NewsgraphError):
    """A setting, an option or an installed file is missing or makes no sense."""


class ArchiveError(NewsgraphError):
    """An archive, or one page of it, cannot be read."""


class StoreError(NewsgraphError):
    """A store is missing, damaged, busy, or cannot be written."""


class LedgerError(StoreError):
    """The ledger of minted IRIs contradicts itself or is not the one the snapshots were built with."""


class NotFoundError(NewsgraphError):
    """The graph says nothing about this IRI."""


class FormatError(NewsgraphError):
    """No such format, or a format that cannot hold what is asked for."""


class QueryError(NewsgraphError):
    """A query was not answered."""


class QuerySyntaxError(QueryError):
    """The text is not a SPARQL 1.1 query.

    ``line`` and ``column`` (both from 1) say where, when the parser knows.
    """

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


class QueryRefusedError(QueryError):
    """The query is well formed, but this service does not run such queries (SERVICE, too long, too deep)."""


class QueryTimeoutError(QueryError):
    """The query did not end before its deadline and was stopped."""


class ResultTooLargeError(QueryError):
    """The result is larger than this service sends; nothing of it was sent."""


class WorkerLostError(QueryError):
    """The process that ran the query died, for instance because the query asked for too much memory."""


class ServiceBusyError(QueryError):
    """No worker became free before the deadline."""
