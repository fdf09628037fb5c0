"""Redirects, with the type that their headers can be added to."""

from __future__ import annotations

from flask import Response, redirect


def redirected(target: str, status: int) -> Response:
    """Return a redirect to an address.

    Args:
        target: the address, absolute or from the root of the server.
        status: one of 301, 302, 303, 307 and 308 (RFC 9110, section 15.4).

    """
    response = redirect(target, status, Response)
    assert isinstance(response, Response)  # noqa: S101 - Flask types it as the class that it derives from
    return response
