"""The catalogues have all texts of the pages, and no others."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo

from endpoint.rendering.language import CHINESE, ENGLISH, LANGUAGES, LOCALE, gettext, speaking
from tests.paths import ROOT
from tools import catalogue

ENGLISH_ALONE = ("vocabulary.html", "vocabulary_diagram.html", "flyout.html")
"""What shows texts of the vocabulary or is data."""
TEMPLATES = sorted(one for one in (ROOT / "endpoint/templates").rglob("*.html") if one.name not in ENGLISH_ALONE)
NAMES = {
    *("newsgraph", "SHA-256", "BibTeX", "RIS", "JSON", "CSV", "TSV", "XML", "Turtle", "JSON-LD", "IRI", "RDF/XML"),
    *("N-Triples", "Atom", "ActivityStreams", "gz", "rdfp.gz", "since", "SPARQL", "SELECT", "ASK", "CONSTRUCT"),
    *("DESCRIBE", "entity/en/Homs"),
}
"""What has no translation."""
_TRANSLATED = re.compile(r"\{% trans.*?endtrans %\}|<(pre|code|script)\b.*?</\1>|\{#.*?#\}", re.DOTALL)
_CODE = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_READ = re.compile(r'(?:aria-label|placeholder|title|alt)="([^"]*)"|>([^<]*)<')


def test_a_catalogue_has_exactly_the_texts_of_the_interface() -> None:
    said = {(one.context, one.id) for one in catalogue.said() if one.id}
    assert {one.name for one in LOCALE.iterdir()} == set(LANGUAGES) - {ENGLISH.tag}
    for folder in LOCALE.iterdir():
        assert {(one.context, one.id) for one in catalogue.read(folder.name) if one.id} == said, "run: make catalogue"


@pytest.mark.parametrize("tag", sorted(set(LANGUAGES) - {ENGLISH.tag}))
def test_all_is_translated_with_the_same_values_and_elements(tag: str) -> None:
    known = catalogue.read(tag)
    for one in known:
        if one.id:
            texts = one.string if isinstance(one.string, tuple) else (one.string,)
            original = one.id[-1] if isinstance(one.id, tuple) else one.id
            assert not one.fuzzy, original
            assert list(one.check(known)) == [], original
            for text in texts:
                assert text, original
                assert marks(text) == marks(original), text


def marks(text: str) -> list[str]:
    """Return the placeholders and the tags in a text; another language may have them in another order."""
    return sorted(re.findall(r"%\(\w+\)s|</?\w[^>]*>", text))


@pytest.mark.parametrize("tag", sorted(set(LANGUAGES) - {ENGLISH.tag}))
def test_the_compiled_catalogue_is_up_to_date(tag: str) -> None:
    made = BytesIO()
    write_mo(made, catalogue.read(tag))
    assert catalogue.source(tag).with_suffix(".mo").read_bytes() == made.getvalue(), "run: make catalogue"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda one: one.name)
def test_every_text_of_a_template_goes_through_the_catalogue(path: Path) -> None:
    text = _CODE.sub("\0", _TRANSLATED.sub("", path.read_text(encoding="utf-8")))
    words = [one.strip(".,:;·-") for pair in _READ.findall(f">{text}<") for one in re.split(r"[\0\s]+", " ".join(pair))]
    assert [one for one in words if re.search(r"[A-Za-z]{2}", one) and one not in NAMES] == []


def test_a_text_is_in_the_language_of_the_page_that_is_made() -> None:
    assert gettext("Wording %(number)s", number=2) == "Wording 2"
    with speaking(CHINESE):
        assert gettext("Wording %(number)s", number=2) == "措辞 2"
        with speaking(ENGLISH):
            assert gettext("Places") == "Places"
        assert gettext("") == ""
    assert gettext("Places") == "Places"
