"""Pages are in the language that a client prefers, at one address; data are the same in all languages."""

from __future__ import annotations

import re
from collections.abc import Iterator

import html5lib
import pytest
from flask import Flask

from endpoint.app import create_app
from endpoint.rendering.language import CHINESE, ENGLISH
from endpoint.site.languages import apart, wanted
from kg.settings import Settings
from kg.workers.workers import Workers
from tests.endpoint.addresses import EVENT, EXAMPLES, examples

BROWSER = "text/html,*/*;q=0.8"
CHANGING = {"/healthz", "/metrics", "/readyz", "/status"}
"""What tells of the server as it is at the moment."""


@pytest.fixture(scope="module")
def app(settings: Settings, workers: Workers) -> Flask:
    return create_app(settings, workers)


def addresses(app: Flask) -> list[str]:
    """Return an address of each route, except pages about the current state."""
    return [one for one in examples(app) if one not in CHANGING]


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", ENGLISH),
        ("*", ENGLISH),
        ("zh", CHINESE),
        ("zh-CN,zh;q=0.9,en;q=0.8", CHINESE),
        ("en-GB,en;q=0.9,zh;q=0.8", ENGLISH),
        ("en;q=0.1, zh-Hant-TW;q=0.2", CHINESE),
        ("de, fr;q=0.5", ENGLISH),
        ("zh;q=0", ENGLISH),
        ("zh-CN, en;q=0.5", CHINESE),
        (";;;,\0", ENGLISH),
    ],
)
def test_the_language_is_the_one_that_the_client_prefers(accepted: str, language: object) -> None:
    assert wanted(accepted) == language


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/", ("", "/")),
        ("/zh", ("zh", "/")),
        ("/zh/", ("zh", "/")),
        ("/zh/events", ("zh", "/events")),
        ("/en/event/a/b", ("en", "/event/a/b")),
        ("/zhongwen", ("", "/zhongwen")),
        ("/entity/zh/x", ("", "/entity/zh/x")),
        ("/zh//x", ("zh", "//x")),
        ("*", ("", "*")),
        ("", ("", "")),
    ],
)
def test_the_tag_of_a_language_stands_before_a_path(path: str, found: tuple[str, str]) -> None:
    assert apart(path) == found


def test_a_page_is_in_the_language_that_is_asked_for_and_says_so(send) -> None:
    shown = {one: send("/about", BROWSER, accept_language=one) for one in ("en", "zh", "zh-CN", "fr")}
    assert {one: reply.headers["content-language"] for one, reply in shown.items()} == {
        "en": "en",
        "zh": "zh-Hans",
        "zh-CN": "zh-Hans",
        "fr": "en",
    }
    assert len({reply.headers["etag"] for reply in shown.values()}) == 2
    for reply in shown.values():
        assert "Accept-Language" in reply.headers["vary"].split(", ")
        assert f'<html lang="{reply.headers["content-language"]}">' in reply.text
    kept = send("/about", BROWSER, accept_language="zh", if_none_match=shown["en"].headers["etag"])
    assert kept.status == 200
    assert send("/about", BROWSER, accept_language="en").body == shown["en"].body


def test_an_address_with_a_tag_is_in_that_language_whatever_is_accepted_and_so_are_its_links(send) -> None:
    reply = send(f"/zh/doc/{EVENT}", BROWSER, accept_language="en")
    assert reply.headers["content-language"] == "zh-Hans"
    tree = html5lib.parse(reply.text, namespaceHTMLElements=False)
    own = [one.get("href") for one in tree.iter("a") if (one.get("href") or "").startswith("/")]
    [other] = [one.get("href") for one in tree.iter("a") if one.get("hreflang") == "en"]
    assert other == f"/en/doc/{EVENT}"
    assert [one for one in own if not one.startswith("/zh/")] == [other]
    [canonical] = [one.get("href") for one in tree.iter("link") if one.get("rel") == "canonical"]
    assert "/zh/" not in canonical
    moved = send(f"/zh/{EVENT}", BROWSER)
    assert (moved.status, moved.headers["location"]) == (303, f"/zh/doc/{EVENT}")


def test_the_way_to_the_other_language_keeps_what_was_asked_for(send) -> None:
    for address in ("/events?q=%E9%9C%8D&view=table", EXAMPLES["/source/{iri}"], "/zh/search?q=a%26b"):
        text = send(address, BROWSER).text
        [other] = re.findall(r'<a class="tongue" href="([^"]*)"', text)
        assert other.replace("&amp;", "&").partition("/")[2].partition("/")[2] == address.removeprefix("/zh").lstrip(
            "/"
        )
        assert send(other.replace("&amp;", "&"), BROWSER).status == 200


def test_data_are_the_same_in_every_language(send, app: Flask) -> None:
    told = 0
    for address in addresses(app):
        english, chinese = (send(address, "*/*;q=0.1", accept_language=one) for one in ("en", "zh"))
        if english.type != "text/html":
            told += 1
            # Artefacts made meanwhile change some of them.
            again = send(address, "*/*;q=0.1", accept_language="en")
            same = [(one.body, one.headers.get("etag")) for one in (english, again)]
            assert (chinese.body, chinese.headers.get("etag")) in same, address
            assert "content-language" not in chinese.headers, address
    assert told > 30


def test_a_page_in_chinese_has_no_english_text_of_the_catalogue(send, app: Flask) -> None:
    known = {text for text, translated in CHINESE.texts._catalog.items() if text and translated != text}
    left: dict[str, list[str]] = {}
    pages = 0
    for address in addresses(app):
        reply = send(address, BROWSER, accept_language="zh")
        if reply.type == "text/html":
            pages += 1
            tree = html5lib.parse(reply.text, namespaceHTMLElements=False)
            found = [one for text in spoken(tree.find("body")) if (one := text.strip(" ,.:;→←")) in known]
            left |= {address: found} if found else {}
    assert left == {}
    assert pages > 20


def spoken(element) -> Iterator[str]:
    """Yield the texts of an element that are in the language of the page, without code and names in the data."""
    kept = element.get("lang") or element.get("translate") == "no"  # such as the variables of a query
    if kept or element.tag in ("code", "pre", "script", "textarea"):
        return
    yield from (element.get(name, "") for name in ("aria-label", "placeholder"))
    yield element.text or ""
    for child in element:
        if isinstance(child.tag, str):
            yield from spoken(child)
        yield child.tail or ""
