"""The crawler finds each kind of fault on a small server that has it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.crawl import contents
from tests.crawl.addresses import Addresses, fault
from tests.crawl.client import web_links
from tests.crawl.crawler import Crawl

Page = tuple[int, dict[str, str], str]
Find = Callable[..., str]

HTML = "<!doctype html><html lang=en><title>A page</title><main><h1>A page</h1>{}</main></html>"
TURTLE = (
    "<{0}doc/event/a> <http://xmlns.com/foaf/0.1/primaryTopic> <{0}event/a> . <{0}event/a> <http://example.org/p> {1} ."
)
TYPES = {"html": "text/html; charset=utf-8", "ttl": "text/turtle; charset=utf-8", "nq": "application/n-quads"}
PLAIN = {"Content-Type": "text/plain; charset=utf-8"}


def page(body: str) -> Page:
    return 200, {"Content-Type": TYPES["html"]}, HTML.format(body)


def document(root: str, suffix: str, body: str, **headers: str) -> Page:
    """A representation of the document about a thing."""
    links = [f'</doc/event/a.{one}>; rel="alternate"; type="{kind.partition(";")[0]}"' for one, kind in TYPES.items()]
    links += [f'<{root}doc/event/a>; rel="canonical"', '<http://example.org/licence>; rel="license"']
    given = {
        "Content-Type": TYPES[suffix],
        "Content-Location": f"/doc/event/a.{suffix}",
        "Cache-Control": "public",
        "ETag": f'"{suffix}"',
        "Vary": "Accept",
        "Link": ", ".join(links),
    }
    return 200, given | headers, body


def site(root: str) -> dict[str, Page]:
    """A server with nothing wrong: a home page, a catalogue, and a document about a thing in three formats."""
    thing = TURTLE.format(root, '"text"')
    return {
        "/": page('<a href="/event/a">a thing</a> <a href="https://example.org/x">elsewhere</a>'),
        "/robots.txt": (200, PLAIN, "User-agent: *\nDisallow: /closed\n"),
        "/llms.txt": (200, PLAIN, "[Home](/)"),
        "/.well-known/void": (200, PLAIN, ""),
        "/catalog": (200, PLAIN | {"Link": f'<{root}catalog>; rel="canonical"'}, ""),
        "/event/a": (303, {"Location": "/doc/event/a"}, ""),
        "/doc/event/a": document(root, "html", HTML.format("")),
        "/doc/event/a.html": document(root, "html", HTML.format("")),
        "/doc/event/a.ttl": document(root, "ttl", thing),
        "/doc/event/a.nq": document(root, "nq", thing.replace(" . ", " .\n")),
    }


@pytest.fixture
def find() -> Iterator[Find]:
    """A function that serves the site with some pages changed, crawls it, and returns the reported faults."""
    running: list[ThreadingHTTPServer] = []

    def crawl(change: Callable[[str], dict[str, Page]] = lambda _: {}, **options: object) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
        root = f"http://127.0.0.1:{server.server_port}/"
        pages = site(root) | change(root)

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                suffix = next((one for one, kind in TYPES.items() if kind.startswith(self.headers["Accept"])), "")
                negotiated = f"{self.path}.{suffix}"
                path = negotiated if negotiated in pages else self.path
                status, headers, text = pages.get(path, (404, PLAIN, "nothing"))
                body = text.encode()
                self.send_response(status)
                for name, value in ({"Content-Length": str(len(body))} | headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        server.RequestHandlerClass = Handler
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        running.append(server)
        found = Crawl(root, sample=1, **options).run()
        assert found.statuses[200] > 2
        return "\n".join(f"{where}: {what}" for where, all_ in found.faults.items() for what in all_)

    yield crawl
    for server in running:
        server.shutdown()
        server.server_close()


def test_nothing_is_wrong_with_a_good_server(find: Find) -> None:
    assert find() == ""


def with_home(body: str) -> Callable[[str], dict[str, Page]]:
    return lambda _: {"/": page(f'<a href="/event/a">a</a>{body}')}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('<a href="/broken">b</a>', "/broken (found at /"),
        ('<link rel="stylesheet" href="/none.css">', "/none.css (found at /"),
        ('<img src="/none.png" alt="">', "/none.png (found at /"),
        ('<form action="/none"><button>x</button></form>', "/none (found at /"),
        ('<a href="http://example.org/a b|c">b</a>', "links <http://example.org/a b|c>"),
        ('<a href="/doc/event/a#none">b</a>', "links /doc/event/a#none, where there is nothing with this id"),
        ("<div><p></div></p>", "the HTML is not valid"),
        ("<span>", "the HTML is not valid"),
        ("<p>a &nope; b</p>", "the HTML is not valid"),
        ('<p id="x"></p><p id="x"></p>', "the id 'x' is not unique"),
        ('<label for="none">l</label>', "for='none' refers to nothing"),
        ("<h1>Another</h1>", "has 2 elements h1"),
        ('<img src="/">', "a picture has no text"),
        ('<script type="application/ld+json">{"@context": {}</script>', "cannot be read"),
        ('<script type="application/ld+json">{"@context": 5}</script>', "cannot be read"),
    ],
)
def test_a_page_that_links_to_nothing_or_is_not_valid_is_found(find: Find, body: str, expected: str) -> None:
    assert expected in find(with_home(body))


@pytest.mark.parametrize(
    ("path", "answer", "expected"),
    [
        ("/doc/event/a.ttl", (404, PLAIN, ""), "status 404"),
        ("/doc/event/a.ttl", (500, PLAIN, ""), "status 500"),
        ("/doc/event/a", (410, PLAIN, ""), "gone, but does not say"),
        ("/event/a", (200, PLAIN, ""), "is no document, and should redirect (303)"),
        ("/event/a", (301, {"Location": "/doc/event/a"}, ""), "status 301"),
        ("/event/a", (303, {"Location": "https://example.org/"}, ""), "redirects away"),
        ("/event/a", (303, {"Location": "/event/a"}, ""), "is no document, and should redirect (303)"),
    ],
)
def test_a_wrong_status_is_found(find: Find, path: str, answer: Page, expected: str) -> None:
    home = with_home('<a href="/doc/event/a.nq">n</a>')("")
    assert expected in find(lambda _: home | {path: answer})


@pytest.mark.parametrize(
    ("suffix", "change", "expected"),
    [
        ("ttl", lambda body: body.replace('"text"', '"other"'), "its formats do not say the same"),
        ("nq", lambda body: body.replace('"text"', "_:b"), "its formats do not say the same"),
        ("ttl", lambda body: body + " .", "cannot be read"),
        ("ttl", lambda body: body.replace("<http://example.org/p>", "<http://example.org/p p>"), "cannot be read"),
        ("nq", lambda body: body.replace('"text"', '"\\xff'), "cannot be read"),
        ("nq", lambda body: body.replace('"text"', "<urn>"), "cannot be read"),
        ("ttl", lambda body: body + "#" * 1_000_000, "has 1,000,"),
    ],
)
def test_a_document_that_is_not_valid_or_says_something_else_is_found(find, suffix, change, expected: str) -> None:
    def changed(root: str) -> dict[str, Page]:
        status, headers, body = site(root)[f"/doc/event/a.{suffix}"]
        return {f"/doc/event/a.{suffix}": (status, headers, change(body))}

    assert expected in find(changed)


def test_what_is_busy_is_asked_for_again_when_it_says_so(find: Find) -> None:
    busy = PLAIN | {"Retry-After": "0.01"}
    assert "status 503" in find(lambda _: {"/robots.txt": (503, busy, "")})


def test_an_iri_of_ours_that_leads_to_nothing_or_to_what_says_nothing_of_it_is_found(find: Find) -> None:
    def naming(iri: str) -> Callable[[str], dict[str, Page]]:
        def change(root: str) -> dict[str, Page]:
            body = TURTLE.format(root, f"<{root}{iri}>")
            return {f"/doc/event/a.{one}": document(root, one, body.replace(" . ", " .\n")) for one in ("ttl", "nq")}

        return change

    assert "/nothing (found at /doc/event/a" in find(naming("nothing"))
    assert "says nothing about it" in find(naming("doc/event/a#part"))
    assert find(naming("event/a")) == ""


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"ETag": ""}, "has no header etag"),
        ({"ETag": 'W/"x"'}, "has no strong entity tag"),
        ({"Vary": "Accept-Encoding"}, "does not say that it varies"),
        ({"Content-Location": "/doc/event/a.nq"}, "expected was"),
        ({"Content-Type": "application/trig"}, "was promised"),
        ({"Content-Type": "text/turtle"}, "does not say its character set"),
    ],
)
def test_wrong_headers_are_found(find: Find, headers: dict[str, str], expected: str) -> None:
    def changed(root: str) -> dict[str, Page]:
        return {"/doc/event/a.ttl": document(root, "ttl", TURTLE.format(root, '"text"'), **headers)}

    assert expected in find(changed)


def test_what_robots_txt_closes_is_asked_for_only_if_the_crawler_is_to(find: Find) -> None:
    home = with_home('<a href="/closed/none">n</a>')
    assert find(home) == ""
    assert "/closed/none" in find(home, obedient=False)


# ---- Parts of the crawler.


@pytest.mark.parametrize(
    ("iri", "target"),
    [
        ("http://127.0.0.1:8/a?b=c#d", "/a?b=c"),
        ("https://id.example.org/x/a#d", "/a"),
        ("https://id.example.org/x", None),
        ("https://id.example.org/xa", None),
        ("https://w3id.org/newsgraph/ns#Event", "/vocab"),
        ("https://w3id.org/newsgraph/ns/0.1.0", "/vocab/0.1.0"),
        ("https://w3id.org/newsgraph/context.jsonld", "/context.jsonld"),
        ("https://w3id.org/newsgraph/nsx", None),
        ("https://example.org/", None),
    ],
)
def test_our_own_iris_are_those_below_the_root_the_base_and_the_vocabulary(iri: str, target: str | None) -> None:
    assert Addresses("http://127.0.0.1:8/", "https://id.example.org/x/").target(iri) == target


@pytest.mark.parametrize("iri", ["", "a", "http://a b", "http://[", "javascript:void(0)", "http://a/%zz"])
def test_anything_that_is_not_an_iri_or_leads_nowhere_is_a_fault(iri: str) -> None:
    assert fault(iri)


def test_links_of_a_header_are_read_as_rfc_8288_says() -> None:
    found = list(web_links('</a,b>; rel="x y"; type=text/html , <c>;title="a, <b> \\" c"'))
    assert [(one.target, one.relations, one.parameters.get("type")) for one in found] == [
        ("/a,b", ["x", "y"], "text/html"),
        ("c", [], None),
    ]
    with pytest.raises(ValueError, match="not a list of links"):
        list(web_links('<a>; rel="x" <b>'))


def test_links_come_out_of_every_kind_of_document() -> None:
    at = "http://127.0.0.1/x/"
    atom = b"<feed xmlns='http://www.w3.org/2005/Atom'><id>http://a/1</id><link href='/b'/></feed>"
    search = b"<o><Url template='http://a/?q={searchTerms}'/></o>"
    found = [
        contents.html(b"<!doctype html><title>t</title><svg><a href='s'></a></svg><img src=i alt=x>", at),
        contents.xml(atom, at),
        contents.xml(search, at),
        contents.plain(b"[a](/m)\nSitemap: http://a/s.xml\n", at),
        contents.style(b"a{background:url('p.png')}", at),
        contents.json_document(b'{"a": ["http://a/j", "http://a/{id}"], "@context": "http://a/c"}', at),
    ]
    assert [[link.address.removeprefix(at) for link in one.links] for one in found] == [
        ["s", "i"],
        ["http://a/1", "http://127.0.0.1/b"],
        ["http://a/?q=Homs"],
        ["http://127.0.0.1/m", "http://a/s.xml"],
        ["p.png"],
        ["http://a/j"],
    ]
