"""The pages that only a static site has: queries in the reader's browser, and alternatives to a server.

The engine is Oxigraph as WebAssembly, in a worker of the browser; the data are the site's own dumps of years.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from endpoint.http.urls import Addresses
from endpoint.rendering.assets import ASSETS
from endpoint.rendering.language import gettext as _
from endpoint.rendering.page_frame import PageFrame
from endpoint.static_site.addresses import DIRECTORIES, QUERY_PAGE, SEARCH_PAGE
from kg.publish.dump_files import MadeDump
from kg.query.questions import CompetencyQuestion
from kg.store.snapshot import Manifest

QUERY_ASSETS: Final = (ASSETS["query-worker.js"],)
"""The paths with the policy of the query page, since they run the engine."""


def pages(
    addresses: Addresses, manifest: Manifest, made: Sequence[MadeDump], question: CompetencyQuestion
) -> dict[str, str]:
    """Return the pages by file name; ``made`` are all dumps, ``question`` is the initial query."""
    frame = PageFrame(addresses, manifest, {}, static=True)
    years = [(one.file.year, addresses.local(f"dump/{one.file.name}"), one.size) for one in made if one.file.year]
    labels = {
        "places": _("Places"),
        "people": _("People"),
        "stories": _("Stories"),
        "topics": _("Topics"),
        "publishers": _("Publishers"),
        "categories": _("Categories"),
    }
    return {
        QUERY_PAGE: frame.page("static_query.html", years=years, query=question.text),
        SEARCH_PAGE: frame.page("static_search.html", kinds=DIRECTORIES, labels=labels),
    }
