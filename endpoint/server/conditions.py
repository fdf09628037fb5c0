"""Leaves out of requests the conditions whose dates cannot be read; they are to be ignored (RFC 9110, section 13.1)."""

from __future__ import annotations

from typing import Any, Final

from werkzeug.http import parse_date

from endpoint.site.log import Application

IGNORED: Final = {
    "HTTP_IF_MODIFIED_SINCE": ("HTTP_IF_MODIFIED_SINCE",),
    "HTTP_IF_UNMODIFIED_SINCE": ("HTTP_IF_UNMODIFIED_SINCE",),
    "HTTP_IF_RANGE": ("HTTP_IF_RANGE", "HTTP_RANGE"),  # a range is sent only if its condition is met (section 13.1.5)
}
"""What is left out with each field that may hold a date."""


def readable(application: Application) -> Application:
    """Return the WSGI application that gets requests without such conditions."""

    def answer(environ: dict[str, Any], start_response: Any) -> Any:
        for name, left_out in IGNORED.items():
            if not _is_readable(environ.get(name)):
                environ = {one: value for one, value in environ.items() if one not in left_out}
        return application(environ, start_response)

    return answer


def _is_readable(value: str | None) -> bool:
    try:
        parse_date(value)
    except OverflowError:  # which a date that is far off, or has a zone far off, is for the standard library
        return False
    return True
