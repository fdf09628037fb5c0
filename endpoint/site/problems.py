"""The one table from errors to HTTP statuses, and the problem documents that report them (RFC 9457)."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Any, Final

from flask import Flask, Response, json, request
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES

from endpoint.http.negotiate import HTML, choose
from endpoint.http.spelling import folded
from endpoint.http.urls import Addresses
from endpoint.rendering.language import message
from endpoint.rendering.page_frame import PageFrame
from endpoint.site.log import outcome, record
from kg import errors
from kg.errors import NotAcceptableError, QueryTooComplexError, QueryTooLongError, SnapshotGoneError, WithdrawnError
from kg.rdf.formats import Format

log = logging.getLogger(__name__)


STATUS: Final[tuple[tuple[type[errors.NewsgraphError], int], ...]] = (
    (WithdrawnError, 410),
    (SnapshotGoneError, 410),
    (errors.NotFoundError, 404),
    (errors.PreconditionError, 412),
    (errors.UploadTooLargeError, 413),
    (errors.UploadError, 400),
    (errors.FormatError, 406),
    (errors.QuerySyntaxError, 400),
    (QueryTooComplexError, 400),
    (QueryTooLongError, 413),
    (errors.QueryRefusedError, 403),
    (errors.NotSupportedError, 501),
    (errors.UpdateFailedError, 500),  # SPARQL 1.1 Protocol, section 2.2.4
    (errors.QueryTimeoutError, 504),
    (errors.FederationTimeoutError, 504),
    (errors.FederationError, 502),
    (errors.ResultTooLargeError, 413),
    (errors.WorkerLostError, 503),
    (errors.EngineError, 503),
    (errors.ClientLimitError, 429),
    (errors.ServiceBusyError, 503),
    (errors.StoreError, 503),
    (errors.QueryError, 400),
)
"""The first class that an error is an instance of gives its status; any other error is a 500."""

TYPES: Final = {
    errors.EngineError: "engine-failed",
    errors.StoreDamagedError: "store-damaged",
    errors.StoreFullError: "store-full",
    errors.RemoteStoreError: "remote-store",
}
"""The types of problems that need an operator; the others have no type other than their status."""
TYPE_BASE: Final = "https://w3id.org/newsgraph/problems#"
TITLES: Final = (
    *(message("Bad Request"), message("Unauthorized"), message("Forbidden"), message("Not Found")),
    *(message("Method Not Allowed"), message("Not Acceptable"), message("Gone"), message("Precondition Failed")),
    *(message("Request Entity Too Large"), message("Unsupported Media Type"), message("Too Many Requests")),
    *(message("Internal Server Error"), message("Not Implemented"), message("Bad Gateway")),
    *(message("Service Unavailable"), message("Gateway Timeout")),
)
"""The names of the statuses (RFC 9110, section 15), for the catalogue."""
RETRY_SECONDS: Final = 5
SOON: Final = 1
LONGEST: Final = 200
"""How many characters of a path are repeated to the client."""
PROBLEM: Final = Format("problem", "application/problem+json", "json", "page", "problem document")
PLAIN_JSON: Final = Format("json", "application/json", "json", "page", "JSON")
PLAIN: Final = Format("text", "text/plain", "txt", "page", "text")


def install(app: Flask, gone: Callable[[str], str]) -> None:
    """Make the application answer every error with a problem document.

    ``gone`` returns the id of the snapshot, kept no longer, that a file belonged to: a build or a write may remove it
    while a request is answered from it.
    """

    def missing(error: FileNotFoundError) -> Response:
        identifier = gone(str(error.filename))
        if not identifier:
            return _unknown(error)
        log.info("%s %s: snapshot %s is kept no longer", request.method, request.path, identifier)
        return reported(errors.ServiceBusyError(f"snapshot {identifier} was just replaced: ask again", SOON))

    app.register_error_handler(FileNotFoundError, missing)
    app.register_error_handler(errors.NewsgraphError, reported)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unknown)


def status_of(error: errors.NewsgraphError) -> int:
    """Return the HTTP status of an error."""
    return next((status for kind, status in STATUS if isinstance(error, kind)), 500)


def extra(error: errors.NewsgraphError) -> dict[str, Any]:
    """Return what is reported about an error besides its message: its position, alternatives, and its type."""
    if name := TYPES.get(type(error)):
        return {"type": f"{TYPE_BASE}{name}"}
    if isinstance(error, errors.QuerySyntaxError) and error.line is not None:
        return {"line": error.line, "column": error.column}
    if isinstance(error, errors.ParameterError):
        return {"parameter": error.parameter, "known": list(error.known)}
    if isinstance(error, NotAcceptableError):
        return {"choices": [{"type": name, "href": href} for name, href in error.choices]}
    return {}


def reported(error: errors.NewsgraphError) -> Response:
    """Return the answer that reports a NewsgraphError."""
    status = status_of(error)
    if status == 404 and (moved := folded()):
        return moved
    if status == 500 and not isinstance(error, errors.UpdateFailedError):
        return _unknown(error)
    if isinstance(error, errors.EngineError | errors.StoreDamagedError | errors.RemoteStoreError):
        log.error("%s %s: %s", request.method, request.path, getattr(error, "reason", "") or error)
    response = problem(status, str(error), extra(error))
    if status in (429, 503):
        response.headers["Retry-After"] = str(getattr(error, "retry_after", RETRY_SECONDS))
    record().outcome = outcome(error)
    if isinstance(error, NotAcceptableError):
        links = (f'<{href}>; rel="alternate"; type="{name}"' for name, href in error.choices)
        response.headers["Link"] = ", ".join(links)
    return response


def _http(error: HTTPException) -> Response:
    if error.code == 404 and (moved := folded()):
        return moved
    nowhere = f"there is nothing at {request.path[:LONGEST]}"
    response = problem(error.code or 500, nowhere if error.code == 404 else error.description or "", {})
    for name, value in error.get_headers():
        if name.lower() in ("allow", "location", "content-range", "www-authenticate"):
            response.headers[name] = value
    return response


def _unknown(error: Exception) -> Response:
    """Report an unexpected error: in full to the log, without details to the client."""
    log.error("%s %s failed", request.method, request.path, exc_info=error)
    return problem(500, "this server made a mistake; it has been logged", {})


def problem(status: int, detail: str, extra: dict[str, Any]) -> Response:
    """Return a problem document as HTML, JSON or text, whichever the client prefers; as JSON if none."""
    title = HTTP_STATUS_CODES.get(status, "Error")
    wanted = choose((PROBLEM, HTML, PLAIN_JSON, PLAIN), request.headers.get("Accept")) or PROBLEM
    if wanted == HTML:
        frame, query = PageFrame(Addresses("", request.root_path)), request.args.get("query", "")
        shown = {"title": title, "status": status, "detail": detail, "extra": extra}
        body = frame.page("error.html", query=query, words=_words(), **shown)
    elif wanted == PLAIN:
        body = "".join(f"{line}\n" for line in (f"{status} {title}", detail, *_lines(extra)))
    else:
        document = {"type": "about:blank", "title": title, "status": status, "detail": detail, **extra}
        body = json.dumps(document) + "\n"
    response = Response(body, status, content_type=wanted.content_type)
    response.headers["Vary"] = "Accept"
    response.headers["Cache-Control"] = "no-store"
    return response


def _words() -> str:
    """Return the words to search for instead of the requested path: those at its end."""
    stem = request.path.rstrip("/").rpartition("/")[2].partition(".")[0]
    return " ".join(re.split(r"[\W_]+", stem)).strip()[:LONGEST]


def _lines(extra: dict[str, Any]) -> list[str]:
    return [f"{choice['type']}: {choice['href']}" for choice in extra.get("choices", ())]


def acceptable(choices: list[tuple[Format, str]]) -> NotAcceptableError:
    """Return the error for a resource that exists in these formats, at these addresses."""
    return NotAcceptableError([(one.media_type, href) for one, href in choices])
