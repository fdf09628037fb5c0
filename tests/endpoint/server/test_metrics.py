from __future__ import annotations

import re
from dataclasses import replace

import pytest

from endpoint.server import metrics
from kg.settings import Settings
from tests.waiting import until


@pytest.fixture
def served(settings: Settings, serving):
    with serving(replace(settings, client_seconds=1.0)) as send:
        yield send


def value(text: str, name: str, **labels: str) -> float:
    """The value of one series, 0 if there is none."""
    shown = "{" + ",".join(f'{key}="{text}"' for key, text in sorted(labels.items())) + "}" if labels else ""
    found = re.search(rf"^{re.escape(name + shown)} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0.0


def counted(served, number: int, name: str, **labels: str) -> str:
    """The metrics, once a series has reached a number: a request is counted after its answer has been sent."""
    until(lambda: value(served("/metrics").text, name, **labels) >= number)
    reply = served("/metrics")
    assert reply.headers["content-type"].startswith("text/plain")
    return reply.text


def test_requests_and_queries_are_counted(served) -> None:
    served("/sparql?query=ASK%20%7B%7D")
    served("/sparql?query=SELEC")
    served("/sparql?query=SELECT%20*%20%7B%20VALUES%20?x%20%7B%201%202%20%7D%20%7D")
    text = counted(served, 3, "newsgraph_query_seconds_count")
    assert value(text, "newsgraph_requests_total", method="GET", status="200") >= 2
    assert value(text, "newsgraph_requests_total", method="GET", status="400") == 1
    assert value(text, "newsgraph_queries_total", outcome="ok") == 2
    assert value(text, "newsgraph_queries_total", outcome="query syntax") == 1
    assert value(text, "newsgraph_query_rows_total") == 2
    assert value(text, "newsgraph_query_work_seconds_total") > 0
    assert value(text, "newsgraph_workers", state="idle") > 0
    assert value(text, "newsgraph_workers_started") >= 1
    assert [value(text, "newsgraph_graph", place=place) for place in ("disk", "loading", "memory")] == [1, 0, 0]
    assert value(text, "process_open_fds") > 0


def test_no_request_can_make_a_new_series_of_methods(served) -> None:
    for method in ("MKCOL", "PROPFIND"):
        served("/", method=method)
    counted(served, 2, "newsgraph_requests_total", method="other", status="405")


def test_without_the_library_there_is_a_clear_answer(
    settings: Settings, serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics, "find_spec", lambda _: None)
    with serving(settings) as send:
        reply = send("/metrics", "text/plain")
    assert reply.status == 404
    assert "newsgraph[metrics]" in reply.text
