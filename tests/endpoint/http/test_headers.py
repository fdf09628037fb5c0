"""Scripts of other sites may send every header that the code reads, and see every header that it sets."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from endpoint.http.headers import READ, SENT
from tests.paths import ROOT

BY_WERKZEUG = {
    "last_modified": "Last-Modified",
    "set_etag": "ETag",
    "accept_ranges": "Accept-Ranges",
    "make_conditional": "Content-Range",
    "send_file": "Content-Disposition",
    "authorization": "Authorization",
    "if_match": "If-Match",
    "if_none_match": "If-None-Match",
    "accept_languages": "Accept-Language",
}
"""The headers that are read and set under another name."""
READ_BY_WERKZEUG = {"authorization", "if_match", "if_none_match", "accept_languages"}
SAFELISTED = {
    "Cache-Control",
    "Content-Language",
    "Content-Length",
    "Content-Type",
    "Last-Modified",
}  # Fetch, section 2.2.2
FORBIDDEN = {"Accept-Encoding", "Host", "Transfer-Encoding", "Via"}  # Fetch, 2.2.2: scripts cannot set these
FOR_BROWSERS = re.compile(r"Access-Control-|Content-Security-Policy|Referrer-Policy|X-Content-Type-Options")
NOT_OURS = {"Content-Range", "Location", "WWW-Authenticate", "Allow", "Content-Encoding"}
"""What comes along in errors and redirects, and from the cache in front."""


def nodes() -> Iterator[ast.AST]:
    for file in sorted((ROOT / "endpoint").rglob("*.py")):
        yield from ast.walk(ast.parse(file.read_text(encoding="utf-8")))


def is_headers(node: ast.AST, of: str | None = None) -> bool:
    named = isinstance(node, ast.Attribute) and node.attr == "headers"
    return named and (of is None or (isinstance(node.value, ast.Name) and node.value.id == of))


def text(node: ast.AST) -> str | None:
    found = node.value if isinstance(node, ast.Constant) else None
    return found if isinstance(found, str) else None


def read() -> set[str]:
    """The names of the request headers that the code reads."""
    found: set[str | None] = set()
    for node in nodes():
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
            found |= {text(node.args[0])} if is_headers(node.func.value, "request") else set()
        elif isinstance(node, ast.Attribute) and node.attr in READ_BY_WERKZEUG:
            found.add(BY_WERKZEUG[node.attr])
        elif (name := text(node)) and re.fullmatch(r"HTTP_[A-Z_]+", name):
            found.add("-".join(part.capitalize() for part in name.split("_")[1:]))
    return {name for name in found if name} - FORBIDDEN


def sent() -> set[str]:
    """The names of the response headers that the code sets."""
    found: set[str | None] = set(NOT_OURS)
    for node in nodes():
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store) and is_headers(node.value):
            found.add(text(node.slice))
        elif isinstance(node, ast.Attribute | ast.Name):
            name = node.attr if isinstance(node, ast.Attribute) else node.id
            found |= {BY_WERKZEUG[name]} if name in BY_WERKZEUG and name not in READ_BY_WERKZEUG else set()
    return {name for name in found if name and not FOR_BROWSERS.match(name)} - SAFELISTED


def test_the_lists_are_what_the_code_reads_and_sets() -> None:
    assert read() == set(READ)
    assert sent() == set(SENT)


@pytest.mark.parametrize("path", ["/", "/sparql", "/graphs", "/reconcile", "/dump/newsgraph.nt", "/nothing"])
def test_a_preflight_allows_what_is_read(send, path: str) -> None:
    reply = send(path, method="OPTIONS", Origin="https://app.example", Access_Control_Request_Headers="range")
    assert set(READ) <= set(reply.headers["access-control-allow-headers"].split(", "))
    assert "GET" in reply.headers["access-control-allow-methods"].split(", ")


def test_an_answer_exposes_what_is_set(send) -> None:
    reply = send("/dump/newsgraph.nt", Range="bytes=0-9", Origin="https://app.example")
    exposed = {name.lower() for name in reply.headers["access-control-expose-headers"].split(", ")}
    assert reply.status == 206
    assert {"content-range", "repr-digest", "memento-datetime"} <= exposed
    private = {"connection", "date", "server"} | {name.lower() for name in SAFELISTED}
    assert {name for name in reply.headers if not FOR_BROWSERS.match(name.title())} - private <= exposed


def test_the_server_as_a_whole_tells_its_methods(send) -> None:
    reply = send("*", method="OPTIONS")
    assert (reply.status, reply.body) == (204, b"")
    assert set(reply.headers["allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "QUERY"}
