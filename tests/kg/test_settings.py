"""The table of settings, and the source of each setting's value."""

from __future__ import annotations

from typing import Any

import pytest

from kg.errors import ConfigurationError
from kg.settings import SETTINGS, Settings, load

KINDS = (str, int, float, bool)


@pytest.mark.parametrize("one", SETTINGS, ids=lambda one: one.name)
def test_every_setting_has_a_type_a_default_and_a_sentence_of_help(one: Any) -> None:
    assert type(one.default) in KINDS
    assert one.type == type(one.default).__name__
    assert one.metadata["help"].endswith(".")
    assert one.metadata["help"][0].isupper()


@pytest.mark.parametrize("one", SETTINGS, ids=lambda one: one.name)
def test_every_setting_can_be_given_in_the_environment(one: Any) -> None:
    address = one.name in ("base", "services")
    text = {str: "http://a.example/" if address else "zh", int: "7", float: "0.5", bool: "true"}
    given = load({f"KG_{one.name.upper()}": text[type(one.default)]})
    assert str(getattr(given, one.name)).lower() == text[type(one.default)]


def test_without_environment_and_options_the_defaults_hold() -> None:
    assert load({}) == Settings()


def test_an_option_beats_the_environment_which_beats_the_default() -> None:
    environment = {"KG_PORT": "81", "KG_HOST": "::1"}
    given = load(environment, port=82)
    assert (given.port, given.host, given.threads) == (82, "::1", Settings().threads)


def test_an_option_of_none_counts_as_not_given() -> None:
    assert load({"KG_PORT": "81"}, port=None).port == 81


@pytest.mark.parametrize("text", ["0", "false", "False"])
def test_a_switch_can_be_off(text: str) -> None:
    assert load({"KG_HISTORY": text}, history=None).history is False


def test_other_environment_variables_are_ignored() -> None:
    assert load({"PORT": "81", "NO_KG_SUCH": "1", "kg_port": "82", "KG_WRITE_TOKEN": "x"}) == Settings()


@pytest.mark.parametrize(
    ("name", "hint"), [("KG_QUERY_SECOND", "KG_QUERY_SECONDS"), ("KG_NO_SUCH", "lists all"), ("KG_", "lists all")]
)
def test_a_variable_that_is_not_a_setting_is_refused_and_the_nearest_one_named(name: str, hint: str) -> None:
    with pytest.raises(ConfigurationError, match=f"{name};.*{hint}"):
        load({name: "1"})


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("PORT", "http", "int"),
        ("PORT", "", "int"),
        ("JOBS", "1.5", "int"),
        ("QUERY_SECONDS", "soon", "float"),
        ("HISTORY", "yes?", "true or false"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused(name: str, text: str, kind: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"^KG_{name} must be {kind}, not "):
        load({f"KG_{name}": text})


@pytest.mark.parametrize(
    "base",
    [
        "",
        "/",
        "a.example/",
        "//a.example/",
        "ftp://a.example/",
        "javascript:alert(1)/",
        "http://a.example",
        "http://a.example/b",
        "http:///",
        "http://a b/",
        "http://a.example/<b>/",
        "http://a.example:port/",
        "http://a.example:99999/",
        "http://[::1/",
        "http://a.example/?b/",
        "http://a.example/#/",
        "http://a.example/\n/",
    ],
)
def test_a_base_that_cannot_begin_iris_is_refused(base: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^base "):
        load({"KG_BASE": base})


@pytest.mark.parametrize(
    "base", ["http://a.example/", "https://a.example:8443/b/c/", "http://[::1]:8000/", "http://ünï.example/"]
)
def test_any_other_http_address_is_a_base(base: str) -> None:
    assert load({}, base=base).base == base


@pytest.mark.parametrize("language", ["e", "en_GB", "english language", "-"])
def test_a_language_that_is_not_a_tag_is_refused(language: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^language "):
        load({}, language=language)


@pytest.mark.parametrize("name", [one.name for one in SETTINGS if type(one.default) in (int, float)])
def test_no_number_is_negative(name: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^{name} must not be -1"):
        load({}, **{name: -1})


@pytest.mark.parametrize("name", ["query_workers", "threads"])
def test_there_must_be_at_least_one_worker(name: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^{name} must not be 0"):
        load({}, **{name: 0})


def test_a_time_must_be_a_number() -> None:
    with pytest.raises(ConfigurationError, match=r"^query_seconds must not be nan"):
        load({"KG_QUERY_SECONDS": "nan"})


def test_a_port_has_sixteen_bits() -> None:
    assert load({}, port=65_535).port == 65_535
    with pytest.raises(ConfigurationError, match=r"^port must not be 65536"):
        load({}, port=65_536)
