"""The host in an address, and the domain that is registered for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.entities.publishers import hosts


def host_of(url: str) -> str | None:
    found = hosts.address(url)
    return found and found.host


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://News.Example.org:8080/a", "news.example.org"),
        ("http://example.org./a", "example.org"),
        ("http://пример.рф/я", "xn--e1afmkfd.xn--p1ai"),
        ("http://%D0%BF%D1%80%D0%B8%D0%BC%D0%B5%D1%80.%D1%80%D1%84/", "xn--e1afmkfd.xn--p1ai"),
        ("ftp://user@example.org/a", "example.org"),
        ("http://[2001:db8::1]:80/", "2001:db8::1"),
    ],
)
def test_a_host_is_in_lower_case_and_ascii(url: str, host: str) -> None:
    assert host_of(url) == host


@pytest.mark.parametrize("url", ["", "no address", "mailto:someone", "http:///path", "http://[1"])
def test_an_address_without_a_host_has_none(url: str) -> None:
    assert hosts.address(url) is None


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("www.example.org", "example.org"),
        ("a.b.example.co.uk", "example.co.uk"),
        ("m.example.com.au", "example.com.au"),
        ("mine.blogspot.com", "mine.blogspot.com"),
        ("www.mine.wordpress.com", "mine.wordpress.com"),
        ("wordpress.com", "wordpress.com"),
        ("xn--e1afmkfd.xn--p1ai", "xn--e1afmkfd.xn--p1ai"),
        ("www.gov.cn", "gov.cn"),
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8::1", "2001:db8::1"),
        ("localhost", "localhost"),
        ("paper.unknowntld", "paper.unknowntld"),
    ],
)
def test_a_domain_is_one_label_more_than_its_public_suffix(host: str, domain: str) -> None:
    assert hosts.registrable_domain(host) == domain


@pytest.mark.parametrize(
    ("url", "inner"),
    [
        ("https://web.archive.org/web/20110101000000/http://www.example.org/a?b=1", "www.example.org"),
        ("https://web.archive.org/web/20110101000000id_/http:/www.example.org/a", "www.example.org"),
        ("https://web.archive.org/web/2011/www.example.org/a", "www.example.org"),
        ("https://archive.today/20110101/http://example.org:80/", "example.org"),
        ("https://www.webcitation.org/query?url=http%3A%2F%2Fexample.org%2Fa&date=2011", "example.org"),
        ("https://translate.google.com/translate?hl=en&u=http%3A%2F%2Fexample.org%2F", "example.org"),
        ("https://webcache.googleusercontent.com/search?q=cache:AbC:http://example.org/a", "example.org"),
        ("https://www.google.com/amp/s/www.example.org/a", "www.example.org"),
        ("https://www-example-org.cdn.ampproject.org/c/s/www.example.org/a", "www.example.org"),
        ("https://www-my--paper-org.translate.goog/a", "www.my-paper.org"),
    ],
)
def test_an_address_within_another_one_is_found(url: str, inner: str) -> None:
    address = hosts.address(url)
    assert address is not None
    found = hosts.carried(address)
    assert found is not None
    assert found.host == inner


@pytest.mark.parametrize(
    "url",
    [
        "https://archive.today/AbCdE",
        "https://example.org/2011/story.html",
        "https://example.org/20110101/index.php",
        "https://www.youtube.com/watch?v=1&eurl=http://example.org/",
    ],
)
def test_no_address_is_seen_where_there_is_none(url: str) -> None:
    address = hosts.address(url)
    assert address is not None
    assert hosts.carried(address) is None


@given(st.text())
def test_any_text_is_an_address_or_none_and_always_the_same(text: str) -> None:
    for url in (text, f"http://{text}", f"https://web.archive.org/web/{text}"):
        found = hosts.address(url)
        assert found == hosts.address(url)
        if found:
            hosts.carried(found)
            domain = hosts.registrable_domain(found.host)
            assert hosts.registrable_domain(domain) == domain


def test_the_list_of_suffixes_has_a_version() -> None:
    assert hosts.public_suffixes().startswith("publicsuffixlist 1.")
