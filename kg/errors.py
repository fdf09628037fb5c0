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


class StoreBusyError(StoreError):
    """Another process is writing the store."""


class LedgerError(StoreError):
    """The ledger of minted IRIs contradicts itself or is not the one the snapshots were built with."""


class ValidationError(NewsgraphError):
    """A graph breaks the shapes of the vocabulary, so that it is not published."""


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


class NotSupportedError(QueryError):
    """The text is SPARQL, but it needs a function or an operation that this service does not have."""


class UpdateFailedError(QueryError):
    """The text is a SPARQL update, but one of its operations failed; nothing was changed."""


class QueryTimeoutError(QueryError):
    """The query did not end before its deadline and was stopped."""


class ResultTooLargeError(QueryError):
    """The result is larger than this service sends; nothing of it was sent."""


class WorkerLostError(QueryError):
    """The process that ran the query died, for instance because the query asked for too much memory."""


class ServiceBusyError(QueryError):
    """No worker became free before the deadline; ``retry_after`` says in how many seconds to try again."""

    def __init__(self, message: str, retry_after: int = 5) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ClientLimitError(ServiceBusyError):
    """The client has used up the work, or the queries at the same time, that one client may have."""


class FederationError(QueryError):
    """Another service, which the query asks with SERVICE, gave no answer that can be used."""


class FederationTimeoutError(FederationError):
    """Another service, which the query asks with SERVICE, did not answer in time."""


class UploadError(NewsgraphError):
    """What was sent is not RDF in the format it is said to be, or holds what this service does not store."""


class UploadTooLargeError(UploadError):
    """What was sent is larger or nested deeper than this service reads."""


class PreconditionError(NewsgraphError):
    """What a request is to change is no longer, or not yet, what the request says it must be."""
