"""The differences between two wordings of an event: words, values of its aspects, and its state."""

from __future__ import annotations

import pytest

from kg.events.comparison import Comparison, Content, Edit, Values, content, value_diff, word_diff
from kg.rdf import Literal, NamedNode, Quad, terms

REVISION, EVENT = NamedNode("http://127.0.0.1:8000/revision/1"), "http://127.0.0.1:8000/event/1"


def edits(before: str, after: str) -> list[tuple[str, str]]:
    return [(edit.op, edit.text) for edit in word_diff(before, after)]


def of(title: str, **values: tuple[str, ...]) -> Content:
    return Content("r", "e", "2011-11-08", title, values)


def test_changes_with_only_space_between_them_are_one_and_others_are_not() -> None:
    assert edits("a b c d", "x y c d") == [("delete", "a b"), ("insert", "x y"), ("equal", " c d")]
    assert edits("a b c d", "x b y d") == [
        *(("delete", "a"), ("insert", "x"), ("equal", " b ")),
        *(("delete", "c"), ("insert", "y"), ("equal", " d")),
    ]
    assert edits("a, b", "x, y") == [
        *(("delete", "a"), ("insert", "x"), ("equal", ", ")),
        *(("delete", "b"), ("insert", "y")),
    ]


def test_space_before_the_first_change_stays_the_same() -> None:
    assert edits(" a", " b") == [("equal", " "), ("delete", "a"), ("insert", "b")]


def test_texts_of_more_than_four_thousand_words_are_replaced_as_a_whole() -> None:
    words = "a " * 2_000
    assert edits(words, f"b{words[1:]}") == [("delete", "a"), ("insert", "b"), ("equal", words[1:])]
    assert edits(words, f"{words}b") == [("delete", words), ("insert", f"{words}b")]
    assert edits(f"{words}b", words) == [("delete", f"{words}b"), ("insert", words)]


@pytest.mark.parametrize(
    ("comparison", "kind"),
    [
        (Comparison(None, of("a")), "added"),
        (Comparison(of("a"), None), "removed"),
        (Comparison(of("a"), of("b")), "reworded"),
        (Comparison(of("a"), of("a", topics=("b",))), "changed"),
    ],
)
def test_how_an_event_changed(comparison: Comparison, kind: str) -> None:
    assert comparison.kind == kind
    assert comparison.one == (comparison.after or comparison.before)
    if kind in ("added", "removed"):
        assert (comparison.words, comparison.values) == ([], {})
        assert (comparison.words_json, comparison.values_json) == ([], {})


def test_a_comparison_as_json_has_the_words_and_the_values_that_changed() -> None:
    comparison = Comparison(of("a b", topics=("x", "y")), of("a c", topics=("y", "z", "w")))
    assert comparison.words == [Edit("equal", "a "), Edit("delete", "b"), Edit("insert", "c")]
    assert comparison.words_json == [
        {"op": "equal", "text": "a "},
        {"op": "delete", "text": "b"},
        {"op": "insert", "text": "c"},
    ]
    assert comparison.values == {"topics": Values(["w", "z"], ["x"])}
    assert comparison.values_json == {"topics": {"added": ["w", "z"], "removed": ["x"]}}


def test_an_aspect_of_only_one_revision_was_added_or_removed() -> None:
    assert value_diff({"category": ["a"]}, {"sources": ["b"], "unknown": ["c"]}) == {
        "category": Values([], ["a"]),
        "sources": Values(["b"], []),
    }


def test_the_content_of_a_revision_is_what_is_said_of_it_alone() -> None:
    other = NamedNode("http://127.0.0.1:8000/revision/2")
    topics = [NamedNode("http://127.0.0.1:8000/entity/en/B"), NamedNode("http://127.0.0.1:8000/entity/en/A")]
    said = [
        *(Quad(REVISION, terms.LABEL, Literal(one, language="en")) for one in ("b", "a")),
        Quad(other, terms.LABEL, Literal("0")),
        *(Quad(REVISION, terms.TOPIC, topic) for topic in topics),
        Quad(other, terms.TOPIC, other),
    ]
    found = content(REVISION, EVENT, "2011-11-08", said)
    assert (found.revision, found.event, found.day, found.title) == (REVISION.value, EVENT, "2011-11-08", "a")
    assert found.values["topics"] == tuple(sorted(topic.value for topic in topics))
    assert set(found.values) == {"category", "topics", "topicLabels", "mentions", "sources"}
    assert content(REVISION, EVENT, "2011-11-08", [], ["sources"]) == Content(
        REVISION.value, EVENT, "2011-11-08", "", {"sources": ()}
    )
