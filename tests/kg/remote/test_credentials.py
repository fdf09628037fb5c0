"""Credentials are sent to a host that asks for them, by the scheme that it asks for, and to no other host."""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.request import Request, parse_http_list, parse_keqv_list

import pytest

from kg.errors import ConfigurationError
from kg.remote.client import Bounds
from kg.remote.credentials import Credentials, credentials, send

REALM, NONCE = "SPARQL", "0123456789abcdef"
DIGEST = f'Digest realm="{REALM}", nonce="{NONCE}", qop="auth", algorithm="MD5"'


def md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()  # noqa: S324 - the algorithm of the protocol


def digest_is_right(method: str, header: str, password: str) -> bool:
    """Whether a header is the right answer to the challenge (RFC 7616, section 3.4.1)."""
    said = parse_keqv_list(parse_http_list(header.removeprefix("Digest ")))
    first, second = md5(f"{said['username']}:{REALM}:{password}"), md5(f"{method}:{said['uri']}")
    return said["response"] == md5(f"{first}:{NONCE}:{said['nc']}:{said['cnonce']}:auth:{second}")


@contextmanager
def asking(challenge: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """A server that requires an Authorization; provides its address, and the method and header of each request."""
    seen: list[tuple[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            header = self.headers.get("Authorization", "")
            seen.append((self.command, header))
            self.send_response(200 if header else 401)
            self.send_header("WWW-Authenticate", challenge)
            self.send_header("Content-Length", "0")
            self.end_headers()

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{running.server_port}/store?graph=a", seen
        finally:
            running.shutdown()
            thread.join()


def sent(url: str, known: Credentials | None) -> int:
    bounds = Bounds(private=True, deadline=time.monotonic() + 5, limit=1_000)
    request = Request(url, b"some data", method="POST")  # noqa: S310 - a server of this test
    return send(request, bounds, known).status


def test_a_digest_is_answered_and_used_again_with_another_count() -> None:
    known = Credentials("dba", "a secret")
    with asking(DIGEST) as (url, seen):
        assert [sent(url, known), sent(url, known)] == [200, 200]
    (_, none), *given = seen
    assert none == ""
    assert len(given) == 2
    assert all(digest_is_right(method, header, "a secret") for method, header in given)
    assert not digest_is_right(*given[0], "another one")
    assert [re.findall(r"nc=(\w+)", header) for _, header in given] == [["00000001"], ["00000002"]]


def test_a_password_is_sent_to_who_asks_for_one() -> None:
    with asking('Basic realm="x"') as (url, seen):
        assert sent(url, Credentials("me", "pass")) == 200
    assert [header for _, header in seen] == ["", "Basic bWU6cGFzcw=="]


@pytest.mark.parametrize("known", [None, Credentials("me", "pass")])
def test_an_unknown_challenge_stays_unanswered(known: Credentials | None) -> None:
    with asking("Negotiate") as (url, seen):
        assert sent(url, known) == 401
    assert len(seen) == 1


def test_credentials_do_not_appear_in_their_text_form() -> None:
    assert not {"name", "secret"} & set(re.findall(r"\w+", repr(Credentials("name", "secret"))))


def test_a_netrc_file_tells_them_by_host(tmp_path: Path) -> None:
    file = tmp_path / "netrc"
    file.write_text("machine one.example login me password here\n")
    found = credentials("one.example", str(file))
    assert found is not None
    assert (found.user, found.password) == ("me", "here")
    assert credentials("other.example", str(file)) is None


@pytest.mark.parametrize("text", [None, "machine one.example login me passwort geheim\n"])
def test_a_file_that_cannot_be_read_is_an_error_without_what_is_in_it(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "netrc"
    if text:
        file.write_text(text)
    with pytest.raises(ConfigurationError) as told:
        credentials("one.example", str(file))
    assert "geheim" not in str(told.value)
