"""Which addresses of the server a static site has, and in which files.

A document has a file for each format, with its suffix, preceded by the number of the page if there are several. A list
of events has the year first, then the one filter. File names are the decoded addresses, as a file server looks for
them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, quote, unquote

from endpoint.directories.asked import LETTERS, SORTS
from endpoint.http.urls import THINGS, is_document, without_suffix
from endpoint.rendering.assets import FOLDER as ASSETS
from kg.lookup.listing.directory import Directory
from kg.publish.dump_files import NAME as DUMP

HTML: Final = "html"
DIRECTORIES: Final = tuple(one.value for one in Directory)
LISTED: Final = ("place", "category", "topic", "publisher", "story")
"""The filters with lists of events, one at a time."""
YEARLY: Final = ("place", "category")
"""The filters that also have lists for each year."""
SHOWN: Final = frozenset({"view", "sort"})
"""Parameters that change the presentation, not the content."""
PAGES: Final = frozenset({"", "404", "about", "cite", "use", "feed", "changes", "dump/", *DIRECTORIES})
"""Addresses that are only HTML pages, including the not-found page."""
FOLDERS: Final = ("on-this-day", "week", "vocab")
NEGOTIATED: Final = ("doc", "page", "enrichment", "source", "memento")
"""The first segments of documents with a file for each format."""
FILES: Final = frozenset(
    {
        *("robots.txt", "llms.txt", "sitemap.xml", "favicon.svg", "context.jsonld", "cite.bib", "cite.ris"),
        *(f"{kind}.{suffix}" for kind in DIRECTORIES for suffix in ("json", "csv")),
        *("dump/SHA256SUMS", "dump/ro-crate-metadata.json", "changes.json"),
    }
)
TYPED: Final = {"feed/atom": "atom", "feed/activity": "json", "feed/ldes": "trig", "timemap/link": "link"}
TYPED_DEEP: Final = TYPED | {"timemap/json": "json"}
"""Resources with one format and no suffix on the server, with the suffix of their files here."""
ACCEPTED: Final = {
    "atom": "application/atom+xml",
    "json": "application/activity+json, application/json;q=0.9",
    "trig": "application/trig",
    "link": "application/link-format",
}
LONGEST: Final = 230
"""The most bytes of a path segment: file systems allow 255, and a suffix and a temporary name are added."""
SEARCH_PAGE: Final = "search.html"
QUERY_PAGE: Final = "query.html"
ELSEWHERE: Final = {
    **dict.fromkeys(("sparql", "questions", "answer", "graphs"), QUERY_PAGE),
    **dict.fromkeys(("search", "events", "embed", "reconcile"), SEARCH_PAGE),
}
"""Resources that need a server, by first segment, with the page that names the alternative."""
_YEAR: Final = re.compile(r"\d{4}", re.ASCII)
_FEED_OF: Final = re.compile(r"feed/(?:atom|activity)(?:/\d+/\d+)?/(?!category/|\d)")
_LETTER: Final = re.compile("|".join(LETTERS))
_SORT: Final = re.compile("|".join(SORTS))
_NUMBER: Final = re.compile(r"[1-9]\d{0,5}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Rendition:
    """One file of the site: the request target, the Accept header, and its path below the folder."""

    target: str
    accept: str
    file: str


@dataclass(frozen=True, slots=True)
class StaticAddresses:
    """The addresses of a static site with documents in some formats, by their suffixes; ``html`` is one of them.

    ``mount`` is the path of the site on its host, without a slash at its end; ``dumps`` are the names of its dumps.
    """

    mount: str
    formats: tuple[str, ...]
    dumps: frozenset[str] = frozenset()

    def document(self, link: str) -> str | None:
        """Return the canonical target, below the mount, of a link; None if the site has no file for it."""
        link = link.partition("#")[0]
        if not link.startswith(f"{self.mount}/"):
            return None
        path, _, query = link[len(self.mount) + 1 :].partition("?")
        if path == "events":
            return _list(query)
        found = self._path(path)
        shown = _shown(path, query)
        return None if found is None or shown is None else found + (f"?{shown}" if shown else "")

    def is_unfit(self, link: str) -> bool:
        """Return whether a link leads to what would be a file of the site if its name were not too long for one."""
        path = link[len(self.mount) + 1 :].partition("#")[0].partition("?")[0]
        own = link.startswith(f"{self.mount}/") and path.partition("/")[0] in (*NEGOTIATED, *THINGS)
        return own and not _is_writable(path)

    def _path(self, path: str) -> str | None:
        kind = path.partition("/")[0]
        if not _is_writable(path):
            return None
        if kind in THINGS and path.count("/") and not is_document(unquote(path)):
            if path.endswith(("/compare", "/compare.json")):  # a comparison of two wordings named by parameters
                return None
            history = re.fullmatch(r"event/[^/]+/[^/]+/history(?:\.json)?", path)
            return f"/{path if history else f'doc/{path}'}"
        if kind in NEGOTIATED or kind in THINGS or path in ("vocab", "catalog") or _suffixed(path):
            return self._negotiated(path)
        if path in PAGES or path in FILES or kind in (ASSETS, "frames", "sitemap", *FOLDERS):
            return f"/{path}"
        if path.startswith("dump/"):
            return f"/{path}" if path.removeprefix("dump/") in self.dumps else None
        typed = _typed(path)
        return f"/{path}" if typed and not _FEED_OF.match(path) else None

    def _negotiated(self, path: str) -> str | None:
        if path.startswith("doc/snapshot/"):
            return None
        stem, suffix = without_suffix(path)
        if suffix and suffix.suffix == HTML and path.startswith("source/"):  # the address of a source often ends so
            return f"/{path}"
        return f"/{stem}" if suffix is None or suffix.suffix in self.formats else None

    def renditions(self, document: str) -> list[Rendition]:
        """Return the files of what ``document`` returned; none of a dump, which is not an answer to a request."""
        path, _, query = document[1:].partition("?")
        if path == "events":
            return [Rendition(document, "text/html", _list_file(query))]
        paged = "".join(f".{one.replace('=', '-')}" for one in query.split("&") if one)
        asked, name = (f"?{query}" if query else ""), _stored(path)
        kind = path.partition("/")[0]
        if path.startswith(f"dump/{DUMP}"):
            return []
        if kind in NEGOTIATED or path in ("vocab", "catalog") or is_document(name):
            return [Rendition(f"/{path}.{one}{asked}", "*/*", f"{name}{paged}.{one}") for one in self.formats]
        if typed := _typed(path):
            return [Rendition(document, ACCEPTED[typed], f"{name}{paged}.{typed}")]
        if path in FILES or kind in (ASSETS, "frames", "sitemap") or path.endswith("/history.json"):
            stem, dot, suffix = name.rpartition(".")
            return [Rendition(document, "*/*", f"{stem}{paged}{dot}{suffix}" if paged else name)]
        index = "index" if not path or path.endswith("/") else ""
        return [Rendition(document, "text/html", f"{name}{index}{paged}.{HTML}")]

    def href(self, link: str) -> str | None:
        """Return the target of a link on the site: a file, or its alternative; None if there is neither."""
        fragment = "".join(link.partition("#")[1:])
        document = self.document(link)
        if document is None:
            kind = re.split(r"[/?#.]", link.removeprefix(f"{self.mount}/"), maxsplit=1)[0]
            instead = ELSEWHERE.get(kind) if link.startswith(f"{self.mount}/") else None
            return f"{self.mount}/{instead}" if instead else None
        found = self.renditions(document)
        if not found:
            return f"{self.mount}{document}"
        own = _suffix(link.partition("#")[0])
        one = next((one for one in found if own and one.file.endswith(f".{own}")), found[0])
        return f"{self.mount}/{quote(_folder(one.file), safe=SAFE)}{fragment}"


SAFE: Final = "/:@!$&'()*+,;=-._~"


def _folder(file: str) -> str:
    """Return the address of a file: the address of an index is that of its folder."""
    return file.removesuffix("index.html") if file.split("/")[-1] == "index.html" else file


def _suffix(path: str) -> str:
    _, suffix = without_suffix(path)
    return suffix.suffix if suffix else ""


def _suffixed(path: str) -> bool:
    return without_suffix(path)[0] in ("vocab", "catalog")


def _typed(path: str) -> str | None:
    return next((one for name, one in TYPED_DEEP.items() if path == name or path.startswith(f"{name}/")), None)


def _stored(path: str) -> str:
    """Return the name of a file for a path: a file system collapses the two slashes in a source's address."""
    return re.sub(r"^source/([a-z]+)://", r"source/\1:/", unquote(path))


def _is_writable(path: str) -> bool:
    """Return whether a path is valid in a file system."""
    segments = _stored(path).removesuffix("/").split("/")
    unfit = (one in ("", ".", "..") or len(one.encode()) > LONGEST or not one.isprintable() for one in segments)
    return path == "" or not any(unfit)


def _shown(path: str, query: str) -> str | None:
    """Return the parameters that distinguish files, in a fixed order; None if there is no file for them."""
    known = {"page": _NUMBER, **({"letter": _LETTER, "sort": _SORT} if path in DIRECTORIES else {})}
    given = {name: value for name, value in parse_qsl(query) if name in known or name not in SHOWN}
    if not all(name in known and known[name].fullmatch(value) for name, value in given.items()):
        return None
    told = {name: value for name, value in given.items() if (name, value) not in (("page", "1"), ("sort", SORTS[0]))}
    return "&".join(f"{name}={told[name]}" for name in ("letter", "sort", "page") if name in told)


def _list(query: str) -> str | None:
    """Return the target of a list of events, with its parameters in a fixed order; None if there is no file for it."""
    given = {
        name: value for name, value in parse_qsl(query) if name not in SHOWN and (name, value) != ("relation", "in")
    }
    things = [name for name in given if name in LISTED]
    first, last, number = (given.get(name, "") for name in ("from", "to", "page"))
    if given.keys() - {*things, "from", "to", "page"} or len(things) > 1 or first != last:
        return None
    if (first and not _YEAR.fullmatch(first)) or (first and things and things[0] not in YEARLY):
        return None
    if not all(_is_writable(quote(given[one], safe="/%")) for one in things):
        return None
    asked = [f"{one}={quote(given[one], safe='/,:')}" for one in things] + (
        [f"from={first}&to={last}"] if first else []
    )
    asked += [f"page={number}"] if _NUMBER.fullmatch(number) and number != "1" else []
    return f"/events?{'&'.join(asked)}" if asked else "/events"


def _list_file(query: str) -> str:
    given = dict(parse_qsl(query))
    thing = next(([name, unquote(given[name])] for name in LISTED if name in given), [])
    stem = "/".join(["events", *filter(None, [given.get("from")]), *thing])
    return f"{stem}{'.page-' + given['page'] if 'page' in given else ''}.{HTML}"
