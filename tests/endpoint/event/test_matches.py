"""The page of an event links the same news in other languages, and names these."""

from __future__ import annotations

from pathlib import Path

from kg.pipeline.run import build
from kg.settings import Settings
from kg.store import amend
from kg.store.layout import Store
from tests.kg.store.test_match import ENGLISH, GERMAN


def test_the_page_of_an_event_leads_to_the_same_news_in_german(serving, tmp_path: Path) -> None:
    (tmp_path / "archive" / "de").mkdir(parents=True)
    (tmp_path / "archive" / "2019_July_2.txt").write_text(ENGLISH)
    (tmp_path / "archive" / "de" / "2019_Juli.txt").write_text(GERMAN)
    settings = Settings(store=str(tmp_path / "store"), jobs=1, free_bytes=0)
    [found] = build([tmp_path / "archive"], settings).report["candidates"]
    one, other = found["event"], found["other"]
    amend.match(Store(Path(settings.store)), one, other)
    build([tmp_path / "archive"], settings)
    paths = [f"/doc/{iri.removeprefix(settings.base)}" for iri in (one, other)]
    with serving(settings) as send:
        pages = [send(path, "text/html").text for path in paths]
        data = send(paths[0], "application/n-triples").text
    shown = [page[page.index("The same news in other languages") :].partition("</ul>")[0] for page in pages]
    assert sorted("Deutsch: " in one for one in shown) == [False, True]
    assert sorted("English: " in one for one in shown) == [False, True]
    assert f"<{one}> <http://www.w3.org/2004/02/skos/core#closeMatch> <{other}>" in data
