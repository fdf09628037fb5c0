"""The title of an event is the first clause of its sentence: short, complete if possible, never cut within a name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endpoint.event.clause import ELLIPSIS, LENGTH, SLACK, clause
from endpoint.event.sentence import linked, names
from endpoint.html.reader import Reader
from endpoint.http.urls import Addresses
from kg.lookup.describe import describe
from kg.rdf import NamedNode, terms
from kg.rdf.serialize import nodes
from kg.store.embedded import EmbeddedGraph

LONGEST = LENGTH + SLACK


@pytest.mark.parametrize(
    ("sentence", "title"),
    [
        ("A car bomb kills ten in Homs.", "A car bomb kills ten in Homs"),
        (
            "Iranians mark the takeover of the U.S. embassy in Tehran. There are clashes between police and crowds.",
            "Iranians mark the takeover of the U.S. embassy in Tehran",
        ),
        (
            "Hundreds die in the east of Turkey when an earthquake destroys buildings in and around the city of Van.",
            "Hundreds die in the east of Turkey",
        ),
        (
            "Two car bombs explode in Athens and Salonika, damaging the Stock Exchange and lightly wounding one woman.",
            "Two car bombs explode in Athens and Salonika",
        ),
        (
            "Kuwait mourns its emir, Jaber Al-Ahmad Al-Jaber Al-Sabah (79); the crown prince is named to follow him.",
            "Kuwait mourns its emir, Jaber Al-Ahmad Al-Jaber Al-Sabah (79)",
        ),
        ("St. Petersburg is flooded. The water rises.", "St. Petersburg is flooded"),
        ("Unemployment rises to 3.22 million", "Unemployment rises to 3.22 million"),
        ("Is the truce over? Nobody knows.", "Is the truce over? Nobody knows"),
        ("荷兰的「安妮·法兰克之树」遭强风吹倒，树龄150岁。", "荷兰的「安妮·法兰克之树」遭强风吹倒，树龄150岁"),
        (
            "英国外交大臣黑格宣布：英国驻伊朗大使馆已正式闭馆，他同时要求位于伦敦的伊朗驻英国大使馆立即闭馆，所有外交官必须离开。",
            "英国外交大臣黑格宣布：英国驻伊朗大使馆已正式闭馆，他同时要求位于伦敦的伊朗驻英国大使馆立即闭馆",
        ),
        ("泰国国会今日通过对英乐·钦那瓦的弹劾案。此案引起争议。", "泰国国会今日通过对英乐·钦那瓦的弹劾案"),
        ("", ""),
        ("...", "..."),
        (" A \n title ", "A title"),
    ],
)  # fmt: skip
def test_a_sentence_is_cut_where_its_first_clause_ends(sentence: str, title: str) -> None:
    assert clause(sentence) == title


def test_a_sentence_without_a_clause_boundary_is_cut_between_words() -> None:
    long = "The organization for cooperation in the region reverses its earlier decision not to send any monitors there"
    title = clause(long)
    assert title.endswith(ELLIPSIS)
    assert len(title) <= LENGTH
    assert long.startswith(title.removesuffix(ELLIPSIS))
    assert long[len(title) - 1] == " "


def test_no_name_is_cut_whether_it_is_given_or_written_with_capitals() -> None:
    before = "Police in the capital close the long investigation of the sudden disappearance of little "
    assert clause(f"{before}Madeleine Beth McCann.") == f"{before.strip()}{ELLIPSIS}"
    assert "of Man" not in clause("x " * 40 + "on the isle of man today again", ["isle of man"])
    title = clause("政府" * 20 + "阿卜杜拉·阿卜杜拉在爆炸袭击中幸存")
    assert set(title) == {"政", "府", ELLIPSIS}


@given(st.text(max_size=250))
def test_a_title_is_short_and_begins_like_the_sentence(sentence: str) -> None:
    title, text = clause(sentence), " ".join(sentence.split())
    assert len(title) <= LONGEST
    assert text.startswith(title.removesuffix(ELLIPSIS))


@given(
    st.lists(st.sampled_from(["Homs,", "the", "a", "which", "Syria", "(", ")", "–", '"', "U.S.", "霍姆斯，", "3.5"]))
)
def test_words_of_all_kinds_give_a_title(words: list[str]) -> None:
    sentence = " ".join(words)
    title = clause(sentence)
    assert len(title) <= LONGEST
    assert bool(title) == bool(sentence)


def test_the_titles_of_the_sample_are_short_and_cut_no_link(sample_graph: EmbeddedGraph) -> None:
    events = [quad.subject for quad in sample_graph.quads_for_pattern(None, terms.TYPE, terms.EVENT, None)]
    assert len(events) > 400
    for event in events[::10]:
        assert isinstance(event, NamedNode)
        reader = Reader(nodes(describe(sample_graph, event.value)), Addresses(event.value.partition("event/")[0]))
        sentence = reader.resource(event.value).text
        runs = linked(reader, event.value, sentence)
        assert "".join(run.text for run in runs) == sentence
        title = clause(sentence, names(runs)).removesuffix(ELLIPSIS)
        assert 0 < len(title) <= LONGEST
        assert not cuts_a_name(" ".join(sentence.split()), title, names(runs)), (sentence, title)


def cuts_a_name(sentence: str, title: str, found: list[str]) -> bool:
    return any(sentence.find(one) < len(title) < sentence.find(one) + len(one) for one in found if one in sentence)
