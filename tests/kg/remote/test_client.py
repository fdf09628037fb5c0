from __future__ import annotations

import json
import socket
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from kg.errors import FederationError, FederationTimeoutError
from kg.remote.addresses import Service
from kg.remote.client import Bounds, hops, post
from tests.examples import most
from tests.kg.remote.servers import Peer, http, peer, receive, remote

QUERY = "SELECT * WHERE { ?s ?p ?o }"
ANSWER = b'{"head": {"vars": []}, "results": {"bindings": []}}'
CHUNKED = b"%x\r\n%b\r\n0\r\n\r\n" % (len(ANSWER), ANSWER)


BOUNDS = {"private", "limit", "resolve"}


def ask(url: str, seconds: float = 5.0, **options: Any) -> bytes:
    given = {"private": True, "limit": 1_000} | {name: options.pop(name) for name in BOUNDS & options.keys()}
    return post(Service.parse(url), QUERY, Bounds(deadline=time.monotonic() + seconds, **given), **options)


def answered(answer: bytes, seconds: float = 5.0, **options: Any) -> bytes:
    with peer(answer) as found:
        return ask(found.url, seconds, **options)


def test_a_service_is_asked_by_post_and_told_nothing_about_who_asks() -> None:
    with remote("<x:s> <x:p> 'é' .") as service:
        body = ask(service.url, passed=1)
    assert json.loads(body)["results"]["bindings"][0]["o"]["value"] == "é"
    assert service.queries == [QUERY]
    assert service.headers[0].keys() == {
        *("host", "accept", "accept-encoding", "connection", "content-type", "content-length", "user-agent", "via"),
    }
    assert service.headers[0]["via"] == "1.1 newsgraph, 1.1 newsgraph"
    assert service.headers[0]["host"] == f"127.0.0.1:{service.port}"


@pytest.mark.parametrize(
    "answer",
    [
        http("200 OK", ANSWER),
        http("200 OK", ANSWER, Content_Type="application/json; charset=utf-8"),
        http("200 OK", ANSWER, Content_Length=""),
        http("200 OK", CHUNKED, Content_Length="", Transfer_Encoding="chunked"),
        b"HTTP/1.1 100 Continue\r\n\r\n" + http("200 OK", ANSWER),
    ],
)
def test_an_answer_comes_back_as_it_is(answer: bytes) -> None:
    assert answered(answer) == ANSWER


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (http("302 Found", Location="http://127.0.0.1/x"), "302, and redirects are not followed: http://127.0.0.1/x"),
        (http("308 Permanent Redirect"), "308"),
        (http("500 Internal Server Error", b"out\n of memory"), "answered 500: out of memory"),
        (http("204 No Content", Content_Length=""), "answered 204"),
        (http("200 OK", ANSWER, Content_Type="text/html"), "text/html"),
        (http("200 OK", ANSWER, Content_Type=""), "no media type"),
        (http("200 OK", ANSWER, Content_Encoding="gzip"), "gzip, which was not asked for"),
        (http("200 OK", b"x" * 1_001), "more than 1000 bytes"),
        (http("200 OK", b"x" * 1_000_000, Content_Length=""), "more than 1000 bytes"),
        (http("200 OK", b"zz\r\n", Content_Length="", Transfer_Encoding="chunked"), "did not answer"),
        (b"", "did not answer"),
        (b"SSH-2.0-OpenSSH\r\n", "did not answer"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1_000, "did not answer"),
        (b"HTTP/1.1 200 " + b"x" * 100_000, "did not answer"),
    ],
    ids=lambda one: str(one)[:50],
)
def test_anything_else_is_an_error_that_says_what_it_was(answer: bytes, told: str) -> None:
    with pytest.raises(FederationError, match=f"127.0.0.1.*{told}"):
        answered(answer)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"detail": "no\\nsuch function"}', "no such function"),
        (b"[1]", r"\[1\]"),
        (b"[" * 9_000, r"\[\[\["),
        (b"\xff", "\ufffd"),
    ],
)
def test_an_error_gives_its_reason(body: bytes, told: str) -> None:
    with pytest.raises(FederationError, match=f"answered 400: {told}"):
        answered(http("400 Bad Request", body, Content_Type="application/problem+json"))


def test_a_redirect_is_not_followed() -> None:
    with peer(http("200 OK", ANSWER)) as target, pytest.raises(FederationError):
        answered(http("307 Temporary Redirect", Location=target.url))
    assert target.connections == 0


@pytest.mark.parametrize(
    ("start", "drip"),
    [
        (http("200 OK", b"", Content_Length="100000"), b" "),
        (http("200 OK", b"", Content_Length="", Transfer_Encoding="chunked"), b"1\r\n \r\n"),
        (b"HTTP/1.1 200 OK\r\nX: ", b"y"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (http("500 Error", b"", Content_Length=""), b" "),
    ],
)
def test_a_service_that_drips_is_cut_off_at_the_deadline(start: bytes, drip: bytes) -> None:
    with peer(start, drip) as found:
        began = time.monotonic()
        with pytest.raises(FederationError):
            ask(found.url, 0.3)
        assert time.monotonic() - began < 1.5


def test_a_service_that_says_nothing_is_cut_off_at_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(FederationTimeoutError, match="in time"):
        ask(f"http://127.0.0.1:{silent.getsockname()[1]}/", 0.2)


def test_after_the_deadline_nobody_is_asked(silent_peer: Peer) -> None:
    with pytest.raises(FederationTimeoutError):
        ask(silent_peer.url, -1.0)
    assert silent_peer.connections == 0


@pytest.fixture
def silent_peer() -> Any:
    with peer(http("200 OK", ANSWER)) as found:
        yield found


def test_a_port_where_nobody_listens_is_an_error() -> None:
    with pytest.raises(FederationError, match="did not answer"):
        ask("http://127.0.0.1:1/")


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "10.0.0.1", "169.254.169.254"])
def test_a_private_address_is_not_connected_to_unless_it_is_named(host: str) -> None:
    with pytest.raises(FederationError, match="private address"):
        ask(f"http://{host}:1/", private=False)


def resolver(*answers: list[str]) -> Any:
    """Return a resolver that answers differently each time, as in an attack by DNS rebinding."""
    left = list(answers)

    def resolve(host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in left.pop(0)]

    return resolve


@pytest.mark.parametrize("found", [["127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["10.1.2.3"], ["::ffff:7f00:1"]])
def test_a_name_with_any_private_address_is_not_connected_to(silent_peer: Peer, found: list[str]) -> None:
    url = silent_peer.url.replace("127.0.0.1", "public.example")
    with pytest.raises(FederationError, match=r"public\.example has a private address"):
        ask(url, private=False, resolve=resolver(found))
    assert silent_peer.connections == 0


def test_a_name_is_resolved_once_and_the_connection_uses_that_address(silent_peer: Peer) -> None:
    url = silent_peer.url.replace("127.0.0.1", "named.example")
    assert ask(url, resolve=resolver(["127.0.0.1"])) == ANSWER  # a second lookup would raise IndexError


def test_the_next_address_is_tried_if_the_first_refuses(silent_peer: Peer) -> None:
    url = silent_peer.url.replace("127.0.0.1", "named.example")
    assert ask(url, resolve=resolver(["127.0.0.2", "127.0.0.1"])) == ANSWER


def test_a_name_that_nobody_knows_is_an_error() -> None:
    def resolve(*_: Any, **__: Any) -> list[Any]:
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(FederationError, match="is not known"):
        ask("http://no.example/", resolve=resolve)


def test_a_name_without_addresses_is_an_error() -> None:
    with pytest.raises(FederationError, match="did not answer"):
        ask("http://no.example/", resolve=resolver([]))


def test_a_resolver_that_hangs_is_not_waited_for() -> None:
    end = threading.Event()
    with pytest.raises(FederationTimeoutError):
        ask("http://slow.example/", 0.2, resolve=lambda *_, **__: end.wait(10))
    end.set()


def test_environment_variables_send_nothing_elsewhere(monkeypatch: pytest.MonkeyPatch, silent_peer: Peer) -> None:
    with peer(http("502 Bad Gateway")) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert ask(silent_peer.url) == ANSWER
    assert proxy.connections == 0


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate of localhost, with its key in the same file."""
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    key = file.with_name("key.pem")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    options = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(file)]
    try:
        subprocess.run([*command, *options], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"openssl makes no certificate: {error}")
    file.write_text(file.read_text() + key.read_text())
    return file


@pytest.fixture
def secured(certificate: Path) -> Any:
    """The port of a TLS server with this certificate."""
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            try:
                connection, _ = listening.accept()
                with context.wrap_socket(connection, server_side=True) as one:
                    receive(one)
                    one.sendall(http("200 OK", ANSWER))
            except OSError:
                pass

        thread = threading.Thread(target=serve)
        thread.start()
        yield listening.getsockname()[1]
        thread.join(10)


def test_a_certificate_that_nobody_vouches_for_is_refused(secured: int) -> None:
    with pytest.raises(FederationError, match="no valid certificate"):
        ask(f"https://localhost:{secured}/")


def test_a_certificate_of_another_host_is_refused(
    secured: int, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with pytest.raises(FederationError, match=r"no valid certificate.*other\.example"):
        ask(f"https://other.example:{secured}/", resolve=resolver(["127.0.0.1"]))


def test_a_valid_certificate_is_taken(secured: int, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert ask(f"https://localhost:{secured}/") == ANSWER


@pytest.mark.parametrize(
    ("via", "number"),
    [(None, 0), ("", 0), ("1.1 newsgraph", 1), ("1.1 newsgraph, 1.0 x (newsgraph),1.1 newsgraph (0.1)", 2), ("a", 0)],
)
def test_the_header_via_tells_how_many_of_us_a_query_came_through(via: str | None, number: int) -> None:
    assert hops(via) == number


@examples(max_examples=most(40))
@given(st.one_of(st.binary(max_size=200), st.binary(max_size=60).map(lambda rest: b"HTTP/1.1 200 OK\r\n" + rest)))
def test_on_any_answer_the_client_raises_only_its_own_error(answer: bytes) -> None:
    with suppress(FederationError):
        answered(answer)
