"""What a dialect says about its archive: nothing by default, and only addresses that a page may link."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

import pytest

from kg.dialects import registry
from kg.dialects.publication import Publication
from kg.dialects.wikipedia import PORTAL
from kg.errors import ConfigurationError

LICENCE = "https://example.org/licence"


def test_what_is_not_said_is_not_claimed() -> None:
    assert not any(asdict(Publication()).values())


def test_both_own_dialects_say_the_portal_and_it_is_said_once() -> None:
    said = {(one.name, one.made.publication) for one in registry.installed() if one.name != "rows"}
    assert said == {(name, PORTAL) for name in ("context", "parsed-wikitext", "wikitext")}
    assert registry.publications(said) == (PORTAL,)
    assert registry.publications(set()) == ()


@pytest.mark.parametrize("iri", ["", "CC BY 4.0", "javascript:alert(1)", 'https://a.example/"', "https://a.example/>,"])
@pytest.mark.parametrize("field", ["source_licences", "licences"])
def test_a_licence_that_is_not_an_address_is_refused(field: str, iri: str) -> None:
    wrong: dict[str, Any] = {field: (LICENCE, iri)}
    with pytest.raises(ConfigurationError, match="must be an address"):
        Publication(**wrong)


def test_a_source_that_is_not_an_address_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"must be an address, not 'ftp://a\.example/'"):
        Publication(source="ftp://a.example/")


@pytest.mark.parametrize("licences", [LICENCE, [LICENCE]])
def test_licences_that_are_not_a_tuple_are_refused(licences: Any) -> None:
    with pytest.raises(ConfigurationError, match="must be a tuple"):
        Publication(licences=licences)


@pytest.mark.parametrize("said", [Publication(), PORTAL, replace(PORTAL, licences=(LICENCE, *PORTAL.licences))])
def test_json_gives_a_publication_again_whatever_else_it_holds(said: Publication) -> None:
    assert Publication.of(json.loads(json.dumps(asdict(said))) | {"another": 1}) == said
