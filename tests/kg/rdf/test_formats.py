"""The table of formats: every name, suffix and media type leads to one format."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kg.errors import FormatError
from kg.rdf.formats import FORMATS, RDF_FORMATS, RESULT_FORMATS, Format, by_media_type, by_name, by_suffix

each = pytest.mark.parametrize("one", FORMATS, ids=lambda one: one.name)


@pytest.mark.parametrize("value", [lambda f: f.name, lambda f: f.suffix, lambda f: f.media_type, lambda f: f.label])
def test_no_two_formats_share_a_name_suffix_or_media_type(value: Callable[[Format], str]) -> None:
    assert len({value(one) for one in FORMATS}) == len(FORMATS)


@each
def test_a_format_is_found_by_name_suffix_and_media_type(one: Format) -> None:
    assert by_name(one.name) is by_suffix(one.suffix) is by_media_type(one.media_type) is one


@each
def test_a_format_holds_a_graph_results_or_a_page_and_no_two_of_them(one: Format) -> None:
    assert (one.rdf is not None) == (one.kind in ("graph", "dataset"))
    assert (one.results is not None) == (one.kind == "results")


@each
def test_media_types_and_suffixes_are_those_of_the_engine(one: Format) -> None:
    engine = one.rdf or one.results
    if engine is not None:
        assert one.media_type == engine.media_type.partition(";")[0]
        assert one.suffix == engine.file_extension


@each
def test_a_datasets_format_is_one_that_supports_datasets(one: Format) -> None:
    if one.kind == "dataset":
        assert one.rdf is not None
        assert one.rdf.supports_datasets


@each
def test_text_is_sent_as_utf_8(one: Format) -> None:
    assert one.content_type == one.media_type + ("; charset=utf-8" if one.media_type.startswith("text/") else "")


def test_every_format_but_the_page_is_one_of_rdf_or_of_results() -> None:
    assert {*RDF_FORMATS, *RESULT_FORMATS, by_name("html")} == set(FORMATS)


def test_an_unknown_name_is_refused_with_a_list_of_those_there_are() -> None:
    with pytest.raises(FormatError, match=r"there is no format 'word'; there are html, turtle, "):
        by_name("word")


def test_an_unknown_suffix_or_media_type_is_not_a_format() -> None:
    assert by_suffix("doc") is by_suffix("") is by_media_type("text/plain") is by_media_type("") is None
