"""The description of the addresses of this server in OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.0).

Paths, their parameters and methods are those of the routes, and the texts are the docstrings of the views. What the
routes do not know is in their descriptions (see endpoint.http.routes). HEAD and OPTIONS are answered wherever GET is,
and are not listed. OpenAPI 3.1 has no place for the method QUERY, so that an operation of it is in the extension
``x-query``.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from flask import Flask, Response, current_app, json
from werkzeug.routing import AnyConverter, BaseConverter, IntegerConverter, PathConverter, Rule

from endpoint.http.negotiate import HTML
from endpoint.http.routes import IN_JSON, STATUSES, Description, Routes, of_endpoint
from endpoint.site.problems import PLAIN, PLAIN_JSON, PROBLEM
from endpoint.site.site import site, tagged
from kg.rdf.formats import Format
from kg.rdf.licences import SPDX, label
from kg.version import __version__

blueprint = Routes("openapi", __name__)

VERSION: Final = "3.1.0"
UNLISTED: Final = frozenset({"HEAD", "OPTIONS"})
PROBLEMS: Final = (PROBLEM, HTML, PLAIN_JSON, PLAIN)
ABOUT: Final = (
    "News events as linked data. The type of an answer is negotiated by Accept, or asked for by a suffix of the path. "
    "Every address that answers GET answers HEAD and OPTIONS too. A path parameter may contain slashes if it says so."
)
_ARGUMENT: Final = re.compile(r"<(?:[^<>:]+:)?(\w+)>")
_WRITING: Final = frozenset({"PUT", "DELETE"})


@blueprint.get("/openapi.json", described=IN_JSON)
def openapi() -> Response:
    """Describe all addresses of this server in OpenAPI 3.1."""
    here = site()
    mount = here.addresses.mount
    body: str = here.cached(
        ("openapi", mount), lambda: _text(described(current_app, mount, here.snapshot.manifest.licences)), len
    )
    return tagged(Response(body, content_type="application/json"), here.snapshot, "openapi")


def described(app: Flask, mount: str = "", licences: Sequence[str] = ()) -> dict[str, Any]:
    """Return the description of an application served below ``mount``, as data for JSON.

    ``licences`` are the IRIs of the licences of its answers.
    """
    paths: dict[str, dict[str, Any]] = {}
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: one.rule):
        path = paths.setdefault(template(rule), {})
        for method in sorted((rule.methods or set()) - UNLISTED):
            path["x-query" if method == "QUERY" else method.lower()] = _operation(app, rule, method)
    return {
        "openapi": VERSION,
        "info": {"title": "newsgraph", "version": __version__, "description": ABOUT, **_licence(licences)},
        "servers": [{"url": mount or "/"}],
        "paths": paths,
        "components": {
            "responses": {"problem": _problem()},
            "schemas": {"problem": _problem_schema()},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _licence(licences: Sequence[str]) -> dict[str, Any]:
    """Return the License Object (section 4.8.4): it has room for one name, and for one SPDX expression or one IRI."""
    if not licences:
        return {}
    said = {"name": " and ".join(map(label, licences))}
    if all(iri in SPDX for iri in licences):
        said["identifier"] = " AND ".join(SPDX[iri] for iri in licences)
    elif len(licences) == 1:
        said["url"] = licences[0]
    return {"license": said}


def template(rule: Rule) -> str:
    """Return the path of a route in OpenAPI syntax, with ``{name}`` for an argument."""
    return _ARGUMENT.sub(r"{\1}", rule.rule)


def _operation(app: Flask, rule: Rule, method: str) -> dict[str, Any]:
    known = of_endpoint(app, rule.endpoint)
    text = known.text or inspect.getdoc(app.view_functions[rule.endpoint]) or ""
    summary, _, more = text.replace("``", "`").partition("\n\n")
    arguments = _ARGUMENT.findall(rule.rule)
    found: dict[str, Any] = {
        "operationId": "_".join((method.lower(), rule.endpoint.replace(".", "_"), *arguments)),
        "tags": [rule.endpoint.partition(".")[0]],
        "summary": _line(summary),
        "description": _line(more),
        "parameters": [
            *(_argument(name, rule, known) for name in arguments),
            *(one.described() for one in known.parameters),
        ],
        "responses": _responses(known, writes=_writes(known, method)),
    }
    if known.bodies and method not in ("GET", "DELETE"):
        found["requestBody"] = {"required": True, "content": _content(known.bodies)}
    if _writes(known, method):
        found["security"] = [{"token": []}]
    return {name: value for name, value in found.items() if value}


def _argument(name: str, rule: Rule, known: Description) -> dict[str, Any]:
    converter = rule._converters[name]  # werkzeug has no public way from a rule to its converters
    found: dict[str, Any] = {"name": name, "in": "path", "required": True, "schema": _schema(converter)}
    if known.values:
        found["schema"] = {"type": "string", "enum": list(known.values)}
    if isinstance(converter, PathConverter):
        found["description"] = "It may contain slashes."
    return found


def _schema(converter: BaseConverter) -> dict[str, Any]:
    if isinstance(converter, AnyConverter):
        return {"type": "string", "enum": sorted(converter.items)}
    if isinstance(converter, IntegerConverter):
        return {"type": "integer", "minimum": 0}
    return {"type": "string", "minLength": 1}


def _writes(known: Description, method: str) -> bool:
    return method in _WRITING or (method == "POST" and known.posts)


def _responses(known: Description, *, writes: bool) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for status in known.statuses:
        found[str(status)] = {"description": STATUSES[status]}
        if status == 200 and known.types and not writes:
            found["200"]["content"] = _content(known.types)
    return {**found, "default": {"$ref": "#/components/responses/problem"}}


def _content(types: Iterable[str]) -> dict[str, Any]:
    return {one: {} for one in dict.fromkeys(types)}


def _problem() -> dict[str, Any]:
    schema = {"schema": {"$ref": "#/components/schemas/problem"}}
    return {
        "description": "304 for what the client has already, with no body; else a problem document (RFC 9457).",
        "content": {one.media_type: schema if _is_json(one) else {} for one in PROBLEMS},
    }


def _is_json(one: Format) -> bool:
    return one.media_type.endswith("json")


def _problem_schema() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
        },
    }


def _line(text: str) -> str:
    return " ".join(text.split())


def _text(description: dict[str, Any]) -> str:
    return json.dumps(description, ensure_ascii=False, indent=1, sort_keys=False) + "\n"
