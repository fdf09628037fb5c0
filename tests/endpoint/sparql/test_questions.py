"""The competency questions as forms, over HTTP."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from urllib.parse import urlencode

import pytest

from kg.query.questions import CompetencyQuestion, question, questions, subjects

BASE = "http://127.0.0.1:8000/"


def answer(send, name: str, suffix: str = "", accept: str | None = None, **values: str):
    return send(f"/questions/{name}{suffix}" + (f"?{urlencode(values)}" if values else ""), accept)


def test_two_pages_offer_every_question(send) -> None:
    for page in ("/sparql", "/questions"):
        links = re.findall(r'<a href="/questions/([\w-]+)">([^<]*)</a>', html.unescape(send(page, "text/html").text))
        assert links == [(one.name, one.title) for one in questions()]


def test_the_query_that_the_page_begins_with_finds_what_happened_in_the_place(send) -> None:
    [shown] = re.findall(r"<textarea[^>]*>([^<]*)</textarea>", send("/sparql", "text/html").text)
    rows = csv.DictReader(io.StringIO(send(f"/sparql?{urlencode({'query': html.unescape(shown)})}", "text/csv").text))
    answered = csv.DictReader(io.StringIO(send("/questions/in-a-place.csv").text))
    assert {row["event"] for row in rows} == {row["event"] for row in answered if row["relation"] == "in"} != set()


def test_questions_stand_below_the_subjects_that_they_are_about(send) -> None:
    page = html.unescape(send("/questions", "text/html").text)
    places = [page.index(f"<h2>{subject.title}</h2>") for subject in subjects()]
    ends = [*places[1:], len(page)]
    for subject, first, last in zip(subjects(), places, ends, strict=True):
        assert all(f'href="/questions/{one.name}"' in page[first:last] for one in subject.questions)


def test_programs_get_the_questions_with_their_parameters(send) -> None:
    listed = json.loads(send("/questions", "application/json").body)["questions"]
    assert [one["name"] for one in listed] == [one.name for one in questions()]
    assert (listed[0]["name"], listed[0]["subject"]) == ("in-a-place", "Where")
    km = next(one for one in listed if one["name"] == "near-a-place")["parameters"][1]
    assert (km["name"], km["type"], km["default"]) == ("km", "number", "50")


@pytest.mark.parametrize("asked", questions(), ids=[one.name for one in questions()])
def test_a_question_is_a_form_with_its_query_and_its_answer(send, asked: CompetencyQuestion) -> None:
    page = answer(send, asked.name, accept="text/html")
    assert page.status == 200
    assert re.findall(r'<input id="\w+-field" name="(\w+)"', page.text) == [one.name for one in asked.parameters]
    assert asked.text.splitlines()[-1] in html.unescape(page.text)
    assert '<h2 id="results">' in page.text


def test_one_address_answers_in_every_format(send) -> None:
    rows = {}
    for suffix, accept in ((".csv", "text/html"), ("", "text/csv")):
        reply = answer(send, "in-a-place", suffix, accept, place="Homs")
        assert (reply.status, reply.type) == (200, "text/csv")
        rows[suffix] = list(csv.DictReader(io.StringIO(reply.text)))
    assert rows[".csv"] == rows[""] != []
    assert answer(send, "in-a-place", ".json").type == "application/sparql-results+json"
    assert answer(send, "in-a-place", ".xml").type == "application/sparql-results+xml"
    assert answer(send, "in-a-place", ".tsv").type == "text/tab-separated-values"
    assert answer(send, "in-a-place", ".pdf").status == 404
    assert answer(send, "in-a-place", accept="image/png").status == 406


def test_the_answer_is_that_of_the_query_with_the_values(send) -> None:
    values = {"date": "2011-11-08"}
    query = question("one-day").bound(values, BASE)
    same = send("/sparql?" + urlencode({"query": query, "format": "csv"}))
    assert answer(send, "one-day", ".csv", **values).body == same.body
    assert answer(send, "one-day", ".csv", date="1999-01-01").text.count("\n") == 1


def test_the_page_of_an_answer_leads_to_its_files_and_to_the_editor(send) -> None:
    page = html.unescape(answer(send, "in-a-place", accept="text/html", place="Homs").text)
    assert 'href="/questions/in-a-place.csv?place=Homs"' in page
    query = question("in-a-place").bound({"place": "Homs"}, BASE)
    assert send(re.findall(r'href="(/sparql\?query=[^"]*)"', page)[0], "text/csv").status == 200
    assert query in page


def test_a_wrong_value_is_shown_at_its_field_and_the_form_stays_filled_in(send) -> None:
    page = answer(send, "near-a-place", accept="text/html", place="<Hama>", km="far")
    assert page.status == 400
    fields = dict(re.findall(r'<input id="(\w+)-field"([^>]*)>', page.text))
    assert "aria-invalid" in fields["km"]
    assert "aria-invalid" not in fields["place"]
    assert 'value="&lt;Hama&gt;"' in fields["place"]
    told = answer(send, "near-a-place", ".csv", km="far")
    assert (told.status, json.loads(told.body)["parameter"]) == (400, "km")


def test_an_unknown_parameter_is_refused(send) -> None:
    assert answer(send, "in-a-place", city="Homs").status == 400


def test_the_description_of_the_addresses_has_every_parameter(send) -> None:
    paths = json.loads(send("/openapi.json").body)["paths"]
    for one in questions():
        for path in (f"/questions/{one.name}", f"/questions/{one.name}.{{suffix}}"):
            described = [each for each in paths[path]["get"].get("parameters", ()) if each["in"] == "query"]
            assert [each["name"] for each in described] == [*(each.name for each in one.parameters), "page", "view"]
    date = paths["/questions/one-day"]["get"]["parameters"][0]["schema"]
    assert date == {"type": "string", "format": "date"}


@pytest.mark.parametrize("written", ["homs", " HOMS ", "Hóms"])
def test_a_name_typed_by_hand_is_understood(send, written: str) -> None:
    exact = answer(send, "in-a-place", ".csv", place="Homs")
    assert exact.text.count("\n") > 1
    assert answer(send, "in-a-place", ".csv", place=written).body == exact.body
    page = html.unescape(answer(send, "in-a-place", accept="text/html", place=written).text)
    assert f"“{written}” is understood as Homs." in page
    assert "is understood" not in answer(send, "in-a-place", accept="text/html", place="Homs").text


def test_an_unknown_name_gets_suggestions(send) -> None:
    page = html.unescape(answer(send, "in-a-place", accept="text/html", place="Hmos").text)
    assert "0 rows" in page
    [other] = re.findall(r'Did you mean <a href="([^"]*)">Homs</a>', page)
    assert other == "/questions/in-a-place?place=Homs"
    assert "Did you mean" not in answer(send, "in-a-place", accept="text/html", place="Qwertyuiop").text
