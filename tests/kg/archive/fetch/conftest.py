from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.kg.archive.fetch.wiki import LoopbackWiki, serving


@pytest.fixture
def wiki() -> Iterator[LoopbackWiki]:
    """A wiki with two pages of November 2011, one of them with 120 revisions."""
    found = LoopbackWiki()
    for number in range(120):
        time = f"2011-11-08T{number // 60:02}:{number % 60:02}:00Z"
        found.edit("Portal:Current events/2011 November 8", 1000 + number, time, f"* Bridge {number} opens.")
    found.edit("Portal:Current events/2011 November 9", 2000, "2011-11-09T10:00:00Z", "* A dam breaks.")
    with serving(found):
        yield found
