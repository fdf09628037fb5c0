"""The files that tell nginx and Apache how to serve a static site: negotiation, media types, redirects, headers.

nginx weighs the media ranges of an Accept header as newsgraph's server does. Apache does not: the first format named
without a lower weight wins, or else the first one named at all.
"""

from __future__ import annotations

from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from endpoint.http.headers import COMMON, PREFLIGHT
from endpoint.http.negotiate import DOCUMENT_FORMATS
from endpoint.http.urls import THINGS
from endpoint.rendering.assets import FOLDER as ASSETS
from endpoint.static_site.addresses import LISTED, NEGOTIATED, QUERY_PAGE, YEARLY
from endpoint.static_site.browser import QUERY_ASSETS
from endpoint.static_site.rendering import RenderedFiles, SitePlan
from kg.rdf.formats import Format

FOLDER: Final = "servers"
FILES: Final = ("nginx.conf", "apache.conf")
WASM: Final = COMMON["Content-Security-Policy"].replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")
"""The policy of the page that runs queries, and of its worker: the engine is WebAssembly."""
_DIGITS: Final = (rf"[{one}-9]\d*:\g{{1}}[0-{one - 1}]" for one in range(1, 10))
GREATER: Final = rf"^(\d*)(?:{'|'.join(_DIGITS)})"
"""Matches two numbers with equally many digits, separated by a colon, if the first is greater."""


def write(plan: SitePlan) -> RenderedFiles:
    """Write the files into the folder ``servers`` of a site, and return what was written."""
    templates = Environment(
        loader=PackageLoader("endpoint", "templates/servers"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - these are not pages, and nothing in them comes from data but licences, see below
    )
    written = RenderedFiles()
    for name in FILES:
        content = templates.get_template(name).render(_shown(plan)).encode()
        written.changed += plan.folder.write(f"{FOLDER}/{name}", content)
        written.files.append(f"{FOLDER}/{name}")
        written.size += len(content)
    return written


def _shown(plan: SitePlan) -> dict[str, Any]:
    formats = [one for one in DOCUMENT_FORMATS if one.suffix in plan.addresses.formats]
    licences = [one for one in plan.source.manifest.licences if not set(one) & set("\"\\$\n\r;'%<>")]
    headers = {name: value for name, value in COMMON.items() if name != "Content-Security-Policy"}
    return {
        "mount": plan.addresses.mount,
        "formats": formats,
        "suffixes": "|".join(one.suffix.replace(".", "\\.") for one in formats),
        "named": _named(formats),
        "ranges": {one.suffix: _ranges(one) for one in formats},
        "greater": GREATER,
        "base": plan.source.manifest.base.rstrip("/"),
        "things": "|".join(THINGS),
        "negotiated": "|".join(NEGOTIATED),
        "listed": "|".join(LISTED),
        "yearly": "|".join(YEARLY),
        "licences": "".join(f', <{one}>; rel="license"' for one in licences),
        "headers": headers | PREFLIGHT,
        "policy": COMMON["Content-Security-Policy"],
        "wasm": WASM,
        "query": [QUERY_PAGE, *QUERY_ASSETS],
        "assets": ASSETS,
    }


def _named(formats: list[Format]) -> list[tuple[Format, str, str]]:
    """Return each format with expressions for Accept: it is named first, and named first without a lower weight."""
    patterns = {one.suffix: "|".join(_escaped(name) for name in _names(one)) for one in formats}
    every = "|".join(patterns.values())
    whole = r"\s*(?:;(?![^,]*q=0)[^,]*)?(?:,|$)"
    return [
        (one, _first(patterns[one.suffix], every, ""), _first(patterns[one.suffix], every, whole)) for one in formats
    ]


def _ranges(one: Format) -> list[tuple[int, str]]:
    """Return the media ranges that name a format, each with its specificity, the least specific first."""
    main = one.media_type.partition("/")[0]
    return [(1, r"\*/\*"), (2, rf"{main}/\*"), (3, "|".join(map(_escaped, _names(one))))]


def _first(own: str, every: str, weight: str) -> str:
    return f"^(?:(?!(?:{every}){weight}).)*(?:{own}){weight}"


def _names(one: Format) -> list[str]:
    aliases = [name for name in one.aliases if "/" in name]
    return [one.media_type, *aliases, *(["application/json"] if one.suffix == "jsonld" else [])]


def _escaped(name: str) -> str:
    return name.replace(".", r"\.").replace("+", r"\+")
