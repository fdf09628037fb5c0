"""The one rule for parameters: unknown ones are refused, unless known clients send them to every server.

A route declares its parameters (see endpoint.http.routes), which are also listed in OpenAPI. A parameter that is
unknown, repeated, or not valid UTF-8 is answered with 400: an answer that silently ignores part of the request is a
wrong answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes

from flask import current_app, request
from werkzeug.datastructures import MultiDict

from endpoint.http.routes import Parameter, of_request
from kg.errors import NotFoundError, ParameterError


@dataclass(frozen=True, slots=True)
class Tolerated:
    """A parameter that is ignored where it is unknown, and who sends it; a final ``*`` stands for any ending."""

    name: str
    sender: str

    def covers(self, name: str) -> bool:
        """Return whether a parameter is this one."""
        return name.startswith(self.name[:-1]) if self.name.endswith("*") else name == self.name


CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
TOLERATED: Final = (
    Tolerated("results", "SPARQLWrapper, beside format and output, with the same value"),
    Tolerated("timeout", "links and clients made for Virtuoso; /sparql knows it"),
    Tolerated("debug", "links made with the query page of Virtuoso"),
    Tolerated("_", "jQuery, so that no cache answers"),
    Tolerated("utm_*", "links in newsletters and campaigns"),
    Tolerated("fbclid", "links in Facebook"),
    Tolerated("gclid", "links in Google Ads"),
)


def check() -> None:
    """Raise ParameterError for query parameters of the current request that its route does not understand.

    Raises NotFoundError for a path that is not valid UTF-8, or has control characters.
    """
    if not _is_text(request.environ["PATH_INFO"].encode("latin-1")):
        raise NotFoundError("the path is not text in UTF-8")
    if CONTROL.search(request.path):
        raise NotFoundError("the path has control characters")
    if request.url_rule is None:
        return  # there is no route that knows any
    for pair in request.query_string.split(b"&"):
        name, _, value = (unquote_to_bytes(part.replace(b"+", b" ")) for part in pair.partition(b"="))
        _check_text(name, "the name of a parameter")
        _check_text(value, f"the parameter {name.decode()}", name.decode())
    check_names(request.args)


def check_names(values: MultiDict[str, str]) -> None:
    """Raise ParameterError for parameters, including those of a form, unknown to the route of the current request."""
    known = [one for one in of_request(current_app, request).parameters if one.place == "query"]
    for name in values:
        found = next((one for one in known if one.name == name), None)
        if found is None:
            _check_tolerated(name, known)
        elif not found.many and len(values.getlist(name)) > 1:
            raise ParameterError(f"send the parameter {name} once", name)


def _check_tolerated(name: str, known: Iterable[Parameter]) -> None:
    if any(one.covers(name) for one in TOLERATED):
        return
    names = [one.name for one in known]
    there = f"there are {', '.join(names)}" if names else "this address takes none"
    raise ParameterError(f"there is no parameter {name[:100]!r} here; {there}", name[:100], names)


def _check_text(value: bytes, what: str, name: str = "") -> None:
    if not _is_text(value):
        raise ParameterError(f"{what[:100]} is not text in UTF-8", name[:100])


def _is_text(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def page_number(text: str) -> int:
    """Return the number in a parameter ``page``. Raises NotFoundError for anything else, as there is no such page."""
    if not re.fullmatch(r"[1-9]\d{0,8}", text, re.ASCII):
        raise NotFoundError("pages have numbers from 1")
    return int(text)
