"""Who may write: the bearers of a token (RFC 6750, section 2.1)."""

from __future__ import annotations

from typing import Any, Final
from uuid import uuid4

from flask import request
from werkzeug.exceptions import BadRequest, Forbidden, Unauthorized

from endpoint.site.log import record
from endpoint.site.site import NAME, site
from kg.settings import Settings
from kg.write.log import Author
from kg.write.tokens import bearer
from kg.write.writer import Writer

SCHEME: Final = "bearer"
FORM_OVERHEAD: Final = 3
"""How many times longer a text may get by form encoding."""
GRAPH_PARAMETERS: Final = ("graph", "default")


def authorize() -> tuple[Writer, Author]:
    """Return the writer, and the author of the request.

    Raises Forbidden if this server does not write or the token is wrong, Unauthorized without a token, and BadRequest
    for a token in the address, which would be logged on its way.
    """
    writer = site().writer
    if writer is None:
        raise Forbidden("this service only answers queries; updates are refused")
    if "access_token" in request.args:
        raise BadRequest("send the token in the Authorization header; addresses are logged")
    given = request.authorization
    if given is None or given.type != SCHEME or not given.token:
        raise _MissingToken("writing needs a token")
    who = bearer(given.token, site().settings.write_token_sha256)
    if who is None:
        raise _WrongToken("this token may not write")
    return writer, Author(who, _line(), f"urn:uuid:{uuid4()}", record().arrived)


def widen() -> None:
    """Allow the body of the request to be as long as an upload, if its sender may write."""
    settings = site().settings
    if trusted(settings, request.headers.get("Authorization")):
        request.max_content_length = request.max_form_memory_size = FORM_OVERHEAD * settings.upload_bytes


class _MissingToken(Unauthorized):
    """The request has no token."""

    challenge = f'Bearer realm="{NAME}"'

    def get_headers(self, *arguments: Any) -> list[tuple[str, str]]:
        return [*super().get_headers(*arguments), ("WWW-Authenticate", self.challenge)]


class _WrongToken(_MissingToken):
    """The token does not allow writing (RFC 6750, section 3.1)."""

    code = 403
    challenge = f'Bearer realm="{NAME}", error="invalid_token"'


def _line() -> str:
    """Return the method and the address of the request, with only the graph among its parameters."""
    named = [f"{name}={request.args[name]}" for name in GRAPH_PARAMETERS if name in request.args]
    return f"{request.method} {request.path}{'?' if named else ''}{'&'.join(named)}"[:2_000]


def trusted(settings: Settings, authorization: str | None) -> bool:
    """Return whether an Authorization header lets its sender upload; this is checked before the body is read."""
    scheme, _, token = (authorization or "").partition(" ")
    return (
        settings.writable
        and scheme.lower() == SCHEME
        and bearer(token.strip(), settings.write_token_sha256) is not None
    )
