"""CacheControl caches answers, revalidates them, and gets the current time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest
import requests
from cachecontrol import CacheControl

PATHS = ("doc/event/2011-11-08/abcdefghij", "vocab", "", "doc/day/2011-11-08")


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as plain:
        yield CacheControl(plain)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("accept", ["text/html", "*/*"])
def test_an_answer_is_kept_and_found_to_be_the_same(
    session: requests.Session, port: int, path: str, accept: str
) -> None:
    address, headers = f"http://127.0.0.1:{port}/{path}", {"Accept": accept}
    first = session.get(address, headers=headers)
    again = session.get(address, headers=headers)
    asked = session.get(address, headers=headers | {"Cache-Control": "max-age=0"})
    assert [one.from_cache for one in (first, again)] == [False, True]
    assert first.content == again.content == asked.content
    assert asked.from_cache  # by a 304, which has the current time
    assert datetime.now(UTC) - parsedate_to_datetime(asked.headers["Date"]) < timedelta(seconds=30)
