"""The crawler's HTTP client: it asks one server only, keeps its connection, and does not follow redirects."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import quote, urlsplit

SECONDS = 120
_LINK = re.compile(r'\s*<([^>]*)>((?:\s*;\s*[\w-]+\*?\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^",;\s]*))*)\s*(?:,|$)')
_PARAMETER = re.compile(r';\s*([\w-]+)\*?\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^",;\s]*))')


@dataclass(frozen=True, slots=True)
class WebLink:
    """A link of a Link header or of a document in link-format (RFC 8288, RFC 6690)."""

    target: str
    parameters: dict[str, str]

    @property
    def relations(self) -> list[str]:
        return self.parameters.get("rel", "").split()


@dataclass(frozen=True)
class Reply:
    status: int
    headers: list[tuple[str, str]]
    body: bytes = field(repr=False)

    def header(self, name: str) -> str:
        """Return the values of a header, joined."""
        return ", ".join(value for key, value in self.headers if key.lower() == name)

    @property
    def type(self) -> str:
        return self.header("content-type").partition(";")[0].strip().lower()

    @property
    def profile(self) -> str:
        found = re.search(r'profile="([^"]*)"', self.header("content-type"))
        return found[1] if found else ""

    @cached_property
    def links(self) -> list[WebLink]:
        return list(web_links(self.header("link")))

    def linked(self, relation: str) -> list[WebLink]:
        """Return the links with a relation."""
        return [one for one in self.links if relation in one.relations]


def web_links(text: str) -> Iterator[WebLink]:
    """Yield links; raise ValueError if the text is not a list of links."""
    at, text = 0, text.strip()
    while at < len(text):
        found = _LINK.match(text, at)
        if not found:
            raise ValueError(f"not a list of links from {text[at : at + 60]!r}")
        yield WebLink(found[1], {one[1].lower(): one[2] or one[3] or "" for one in _PARAMETER.finditer(found[2])})
        at = found.end()


class Client:
    """Sends requests to one server, one after another."""

    def __init__(self, root: str) -> None:
        parts = urlsplit(root)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        assert parts.hostname
        self.connection = kind(parts.hostname, parts.port, timeout=SECONDS)

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    def get(self, target: str, accept: str) -> Reply:
        """Send a GET request for a path with its query."""
        try:
            return self._get(target, accept)
        except (http.client.RemoteDisconnected, http.client.CannotSendRequest, ConnectionError):
            self.connection.close()  # the server closes a connection that was idle
            return self._get(target, accept)

    def _get(self, target: str, accept: str) -> Reply:
        self.connection.request("GET", spelled(target), headers={"Accept": accept})
        response = self.connection.getresponse()
        return Reply(response.status, response.getheaders(), response.read())


def spelled(target: str) -> str:
    """Return a path with its query as it is sent: characters outside ASCII are encoded (RFC 3987, section 3.1)."""
    return quote(target, safe="/:?#[]@!$&'()*+,;=%-._~")
