"""Events and revisions can be cited in BibTeX and RIS that other programs read."""

from __future__ import annotations

from datetime import date

import bibtexparser
import pytest
import rispy
from hypothesis import given
from hypothesis import strategies as st

from kg.publish.reference import LiteratureReference

EVENT = "event/2011-11-08/abcdefghij"
OLD, NEW = "ba9876543210", "0123456789ab"
TEXT = st.text(st.characters(categories=("L", "N", "P", "S", "Zs"), exclude_characters="\\{}$&%#_~^"), min_size=1)


@pytest.mark.parametrize(
    ("path", "revision", "title", "day"),
    [
        (EVENT, NEW, "The Syrian government besieges the city of Homs for a sixth day.", "2011/11/09"),
        (f"{EVENT}/revision/{OLD}", OLD, "Syria besieges Homs.", "2011/11/08"),
        ("event/2011-11-08/the-syrian-government-besieges-homs", NEW, "The Syrian government besieges", "2011/11/09"),
    ],
)
def test_citations_name_a_version(send, path: str, revision: str, title: str, day: str) -> None:
    bibtex = send(f"/cite.bib?iri={path}")
    assert bibtex.type == "application/x-bibtex"
    [read] = bibtexparser.parse_string(bibtex.text).entries
    entry = {name: one.value for name, one in read.fields_dict.items()}
    assert entry["url"] == f"http://127.0.0.1:8000/{EVENT}/revision/{revision}"
    assert entry["title"].strip("{}").startswith(title)
    assert entry["year"] == "2011"
    ris = send(f"/cite.ris?iri=http://127.0.0.1:8000/{path}")
    assert ris.type == "application/x-research-info-systems"
    [record] = rispy.loads(ris.text)
    assert record["urls"] == [entry["url"]]
    assert record["title"].startswith(title)
    assert record["date"] == day


def test_the_snapshot_is_cited_in_ris_too_and_what_is_not_an_event_is_not(send) -> None:
    [record] = rispy.loads(send("/cite.ris").text)
    assert record["edition"] == "20111109T060000000000Z"
    for path in ("entity/en/Homs", "event/2011-11-08/nothing"):
        assert send(f"/cite.bib?iri={path}").status == 404


@given(TEXT, TEXT)
def test_any_title_can_be_read_again_from_ris(author: str, title: str) -> None:
    found = rispy.loads(LiteratureReference("k", author, title, date(2011, 11, 8), "", "http://e.example/", "").ris())
    assert len(found) == 1
    assert found[0]["title"] == " ".join(title.split()).strip() or not title.strip()


@given(st.text(st.sampled_from("ab {}\\$&%#_~^é一")))
def test_any_title_is_one_entry_of_bibtex_with_balanced_braces(title: str) -> None:
    text = LiteratureReference("k", "A", title, None, "", "http://e.example/", "").bibtex()
    plain = text.replace(r"\{", "").replace(r"\}", "")
    assert plain.count("{") == plain.count("}")
    assert len(bibtexparser.parse_string(text).entries) == 1
