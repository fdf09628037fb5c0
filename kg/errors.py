"""Every error that newsgraph raises on purpose.

Each message is one sentence that says what is wrong and, where there is one, what to do about it.
The command line prints it and ends with exit code 2; the endpoint maps each class to one HTTP status.

The tree::

    NewsgraphError
    ├── ConfigurationError
    ├── ArchiveError
    │   ├── FetchError
    │   └── MappingError
    ├── StoreError
    │   ├── StoreBusyError
    │   ├── StoreFullError
    │   ├── StoreDamagedError
    │   ├── RemoteStoreError
    │   ├── MirrorError
    │   └── LedgerError
    ├── ValidationError
    ├── NotFoundError
    │   ├── WithdrawnError
    │   └── SnapshotGoneError
    ├── FormatError
    │   ├── PatchSyntaxError
    │   └── NotAcceptableError
    ├── QueryError
    │   ├── QuerySyntaxError
    │   ├── QueryRefusedError
    │   │   ├── QueryTooComplexError
    │   │   └── QueryTooLongError
    │   ├── NotSupportedError
    │   ├── UpdateFailedError
    │   ├── UpdateDatasetError
    │   ├── ParameterError
    │   ├── ReconciliationError
    │   ├── AnswerError
    │   ├── TemporaryFailureError
    │   ├── QueryTimeoutError
    │   ├── ResultTooLargeError
    │   ├── WorkerLostError
    │   ├── EngineError
    │   ├── ServiceBusyError
    │   │   └── ClientLimitError
    │   └── FederationError
    │       ├── FederationTimeoutError
    │       └── FederationTooLargeError
    ├── UploadError
    │   └── UploadTooLargeError
    ├── PreconditionError
    ├── ValueRefusedError
    ├── MessageError
    ├── RequestRefusedError
    ├── ResponseNotKeptError
    └── FrameError
        ├── PipeClosedError
        ├── FrameDeadlineError
        └── FrameTooLargeError
"""

from __future__ import annotations

from collections.abc import Sequence


class NewsgraphError(Exception):
    """Base of all errors of newsgraph."""


class ConfigurationError(NewsgraphError):
    """A setting, an option or an installed file is missing or invalid."""


class ArchiveError(NewsgraphError):
    """An archive, or one page of it, cannot be read."""


class FetchError(ArchiveError):
    """A wiki does not send the pages that were requested."""


class MappingError(ArchiveError):
    """The content of a page cannot be stated in a graph that conforms to its shapes; ``fragment`` names the entry."""

    def __init__(self, cause: str, fragment: str = "") -> None:
        super().__init__(cause, fragment)
        self.fragment = fragment

    def __str__(self) -> str:
        """Return the cause."""
        return str(self.args[0])


class StoreError(NewsgraphError):
    """A store is missing, damaged, busy, or cannot be written."""


class StoreBusyError(StoreError):
    """Another process is writing the store."""


class MirrorError(StoreError):
    """What the origin of a mirror sends does not match its hashes, or cannot be fetched."""


class StoreFullError(StoreError):
    """The disk of a store has too little room for a write; nothing was changed."""


class StoreDamagedError(StoreError):
    """A store does not hold what was written: a file is missing, truncated, or has other bytes."""


class RemoteStoreError(StoreError):
    """The SPARQL service that holds the graph of a store does not answer, or does not have what was loaded into it.

    ``reason`` is for the log only, since it may name hosts.
    """

    def __init__(self, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason


class LedgerError(StoreError):
    """The ledger of minted IRIs contradicts itself or is not the one the snapshots were built with."""


class ValidationError(NewsgraphError):
    """A graph breaks the shapes of the vocabulary, so that it is not published."""


class NotFoundError(NewsgraphError):
    """The graph says nothing about this IRI."""


class WithdrawnError(NotFoundError):
    """The resource was withdrawn.

    ``iri`` is what remains of it, ``suffix`` the format suffix of the requested address, if it has one.
    """

    def __init__(self, iri: str, since: str, suffix: str | None) -> None:
        super().__init__(f"this event was withdrawn on {since[:10]}; nothing of it is kept here but its IRI")
        self.iri = iri
        self.suffix = suffix


class SnapshotGoneError(NotFoundError):
    """The resource belonged to a snapshot that is no longer kept."""


class FormatError(NewsgraphError):
    """There is no such format, or it cannot hold what is requested."""


class PatchSyntaxError(FormatError):
    """The text is not an RDF Patch. ``line`` (from 1) says where."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"line {line} of the patch: {message}")
        self.line = line


class NotAcceptableError(FormatError):
    """No representation of the resource is acceptable to the client.

    ``choices`` lists the available media types, each with its address.
    """

    def __init__(self, choices: list[tuple[str, str]]) -> None:
        super().__init__("none of the available formats is acceptable to you")
        self.choices = choices


class QueryError(NewsgraphError):
    """A query was not answered."""


class ParameterError(QueryError):
    """A parameter of a request is unknown, or has an invalid value.

    ``parameter`` is its name, if it has one; ``known`` lists the valid names or values.
    """

    def __init__(self, message: str, parameter: str = "", known: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.parameter = parameter
        self.known = tuple(known)


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


class QueryTooComplexError(QueryRefusedError):
    """The query is deeper or has more operators than this service runs."""


class QueryTooLongError(QueryRefusedError):
    """The query is longer than this service reads."""


class NotSupportedError(QueryError):
    """The text is SPARQL, but it needs a function or an operation that this service does not have."""


class UpdateFailedError(QueryError):
    """The text is a SPARQL update, but one of its operations failed; nothing was changed."""


class UpdateDatasetError(QueryError):
    """The protocol's parameters and the request both name the graphs to use (SPARQL 1.1 Protocol, section 2.2.3)."""


class ReconciliationError(QueryError):
    """What was sent is not a batch of queries, or not a data extension (Reconciliation Service API 0.2)."""


class AnswerError(QueryError):
    """A remote endpoint sent something other than the requested results, or only a part of them."""


class TemporaryFailureError(QueryError):
    """A remote endpoint failed in a way that may be temporary; ``after`` is how many seconds it asks to wait."""

    def __init__(self, message: str, after: float = 0.0) -> None:
        super().__init__(message)
        self.after = after


class QueryTimeoutError(QueryError):
    """The query did not end before its deadline and was stopped."""


class ResultTooLargeError(QueryError):
    """The result is larger than this service sends; nothing of it was sent."""


class WorkerLostError(QueryError):
    """The process that ran the query died, for instance because the query needed too much memory."""


class EngineError(QueryError):
    """The engine, or the process that runs it, failed: its data is damaged, or it has a bug.

    ``reason`` is its message, for the log only, since it may name files.
    """

    def __init__(self, reason: str = "") -> None:
        super().__init__("the engine failed at this, not for lack of memory or time; the server has logged why")
        self.reason = reason


class ServiceBusyError(QueryError):
    """No worker became free before the deadline; ``retry_after`` says in how many seconds to try again."""

    def __init__(self, message: str, retry_after: int = 5) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ClientLimitError(ServiceBusyError):
    """The client has reached its limit of work, or of queries at the same time."""


class FederationError(QueryError):
    """A remote service gave no usable answer."""


class FederationTimeoutError(FederationError):
    """A remote service did not answer in time."""


class FederationTooLargeError(FederationError):
    """A remote service answered with more than is allowed."""


class UploadError(NewsgraphError):
    """What was sent is not RDF in the format it is said to be, or holds what this service does not store."""


class UploadTooLargeError(UploadError):
    """What was sent is larger or nested deeper than this service reads."""


class PreconditionError(NewsgraphError):
    """The state of what a request would change is not the one that the request requires."""


class ValueRefusedError(NewsgraphError):
    """A value from outside is invalid; the message is the same for all values of its kind."""


class MessageError(NewsgraphError):
    """One process of newsgraph sent another what it does not understand, as they have different versions."""


class RequestRefusedError(NewsgraphError):
    """A connection carried something other than a request for this server; ``status`` is the HTTP status for it."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class ResponseNotKeptError(NewsgraphError):
    """Only a cached response was wanted, and there is none."""


class FrameError(NewsgraphError):
    """A frame did not arrive through the pipe between two newsgraph processes."""


class PipeClosedError(FrameError):
    """The other end closed the pipe, or died."""


class FrameDeadlineError(FrameError):
    """The deadline passed before the whole frame was there."""


class FrameTooLargeError(FrameError):
    """The other end announced a frame over the limit."""
