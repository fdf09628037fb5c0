from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import ConfigurationError
from kg.remote.addresses import Service, is_public, rules
from kg.settings import Settings


def allowed(setting: str, iri: str) -> bool:
    return any(rule.allows(Service.parse(iri)) for rule in rules(setting))


@pytest.mark.parametrize(
    ("setting", "iri"),
    [
        ("https://a.example/sparql", "https://a.example/sparql"),
        ("https://a.example/sparql", "https://A.EXAMPLE:443/sparql"),
        ("https://a.example", "https://a.example/any/sparql?default=1"),
        ("https://a.example/", "https://a.example/any"),
        ("https://a.example/x?y=1", "https://a.example/x?y=1"),
        ("http://b.example/ , private:http://127.0.0.1:*/", "http://127.0.0.1:7200/x"),
        ("private:http://127.0.0.1:*", "http://127.0.0.1/x"),
        ("private:http://[::1]:3030/ds", "http://[::1]:3030/ds"),
    ],
)
def test_an_address_that_an_entry_names_is_allowed(setting: str, iri: str) -> None:
    assert allowed(setting, iri)


@pytest.mark.parametrize(
    ("setting", "iri"),
    [
        ("", "https://a.example/"),
        ("https://a.example/sparql", "http://a.example/sparql"),
        ("https://a.example/sparql", "https://a.example/sparql/"),
        ("https://a.example/sparql", "https://a.example/other"),
        ("https://a.example/sparql", "https://a.example/sparql?x"),
        ("https://a.example/sparql", "https://a.example:8443/sparql"),
        ("https://a.example/", "https://a.example.evil.example/"),
        ("https://a.example/", "https://evil.a.example/"),
        ("private:http://127.0.0.1/", "http://2130706433/"),
        ("private:http://127.0.0.1/", "http://0x7f.1/"),
        ("private:http://127.0.0.1:80/", "http://127.0.0.1:81/"),
    ],
)
def test_nothing_else_is_allowed(setting: str, iri: str) -> None:
    assert not allowed(setting, iri)


@pytest.mark.parametrize(
    "iri",
    [
        "https://user@a.example/",
        "https://user:password@a.example/",
        "https://a.example#x",
        "ftp://a.example/",
        "file:///etc/passwd",
        "urn:x",
        "https:///x",
        "https://a.example:0/",
        "https://a.example:99999/",
        "https://a.example:x/",
        "https://é.example/",
        "https://a_b/",
        "https://[::1%25eth0]/",
        "https://[v1.a]/",
        "https://a.example./",
        "https://a.example/é",
        "https://a.example\\@b.example/",
        "https://%61.example/",
    ],
)
def test_an_address_that_could_be_taken_for_another_is_none(iri: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever is wrong with it
        Service.parse(iri)


@pytest.mark.parametrize("text", ["a.example", "https://", "private:a.example", "http://a.example:*x/", "https://*/"])
def test_a_setting_that_makes_no_sense_is_an_error_at_once(text: str) -> None:
    with pytest.raises(ConfigurationError, match="services"):
        Settings(services=text)


@given(st.text(max_size=40).map(lambda text: f"http://{text}"))
def test_on_any_text_the_parser_raises_only_its_own_error(text: str) -> None:
    try:
        service = Service.parse(text)
    except ValueError:
        return
    assert service.authority.isascii()


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
        *("0.0.0.0", "255.255.255.255", "224.0.0.1", "240.0.0.1", "192.0.2.1", "198.18.0.1"),  # noqa: S104 - none is bound to
        *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fec0::1", "ff0e::1", "2001:db8::1", "::7f00:1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1"),
        *("2002:7f00:1::", "2001:0:7f00:1::", "2002:808:808::", "192.88.99.1", "3fff::1", "3fff:fff::1", "5f00::1"),
        *("2001:2::1", "2001:10::1", "2001:20::1", "100::1", "64:ff9b:1::808:808", "4000::1", "::8.8.8.8"),
        *("192.0.0.8", "192.0.0.170", "198.51.100.1", "203.0.113.9", "::ffff:192.88.99.1", "64:ff9b::c058:6301"),
    ],
)
def test_all_other_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)
