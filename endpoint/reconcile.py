"""The reconciliation service at ``/reconcile`` (Reconciliation Service API 0.1 and 0.2): places, people and topics."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, TypeVar

from flask import Response, current_app, request
from werkzeug.datastructures import MultiDict

from endpoint.http import bodies
from endpoint.http.bodies import FORM, MULTIPART
from endpoint.http.headers import FRAMABLE
from endpoint.http.parameters import check_names
from endpoint.http.redirects import redirected
from endpoint.http.routes import IN_JSON, PAGE, Description, Parameter, Routes
from endpoint.site import limits
from endpoint.site.log import record
from endpoint.site.site import Site, site, tagged
from kg.derived.kinds import SEARCH
from kg.errors import NotFoundError, ParameterError
from kg.lookup.search import reconcile_request
from kg.lookup.search.reconcile import TYPES, Property, iri_of, proposed
from kg.lookup.search.reconcile_request import Completion, Extension
from kg.lookup.search.search_index import Kind
from kg.rdf import terms
from kg.rdf.iri import canonical
from kg.rdf.prefixes import PREFIXES
from kg.version import __version__
from kg.workers.operations import Extend, Locate, Reconcile, Suggest
from kg.workers.pool import Spent

blueprint = Routes("reconcile", __name__, url_prefix="/reconcile")

VERSIONS: Final = ("0.1", "0.2")
SUGGESTED: Final = 10
MOST: Final = 50
FARTHEST: Final = 1_000
CALLBACK: Final = Parameter("callback", "Name of a function: the answer is a script that calls it (JSONP).")
_FUNCTION: Final = re.compile(r"[A-Za-z_$][\w$]{0,99}(?:\.[A-Za-z_$][\w$]{0,99}){0,5}", re.ASCII)
WIDTH, HEIGHT = 420, 260
PREVIEWED: Final = (terms.LABEL, terms.PREF_LABEL, terms.CONTAINED_IN_PLACE, terms.ADDRESS_COUNTRY, terms.SAME_AS)

T = TypeVar("T")
SERVICE: Final = replace(
    IN_JSON,
    parameters=(
        Parameter("queries", "A batch of queries, in JSON."),
        Parameter("extend", "A data extension query, in JSON."),
        CALLBACK,
    ),
    bodies=(FORM, MULTIPART),
)
COMPLETED: Final = replace(
    IN_JSON,
    parameters=(
        Parameter("prefix", "Beginning of a name, or an identifier."),
        Parameter("cursor", "How many results to leave out."),
        Parameter("type", "IRI of the type that things have to have, or that has the properties."),
        CALLBACK,
        *(Parameter(name, "OpenRefine sends it to every service; it changes nothing.") for name in ("spell", "exact")),
    ),
)
PROPERTIES: Final = replace(
    IN_JSON,
    parameters=(Parameter("type", "IRI of a type."), Parameter("limit", "How many properties at most."), CALLBACK),
)
IDENTIFIER: Final = (Parameter("id", "IRI of a thing, or its path below the base.", required=True),)
FLYOUT: Final = replace(IN_JSON, parameters=(*IDENTIFIER, CALLBACK))


@blueprint.route("", methods=["GET", "POST"], described=SERVICE)
def service() -> Response:
    """Describe the service, or answer a batch of queries, or a data extension, given as ``queries`` or ``extend``."""
    here, asked = site(), _parameters()
    with here.workers.hold():
        if "queries" in asked:
            batch = reconcile_request.queries(asked["queries"])
            index = _index(here)
            return _json(
                _charged(lambda spent: here.workers.ask(Reconcile(index, here.addresses.base, batch), spent=spent))
            )
        if "extend" in asked:
            wanted = reconcile_request.extension(asked["extend"])
            return _json(_charged(lambda spent: here.workers.ask(Extend(here.addresses.base, wanted), spent=spent)))
    here.artefacts.prepare([SEARCH], here.snapshot)
    return _json(_manifest(here))


def _parameters() -> MultiDict[str, str]:
    """Return the parameters of the query and of the form.

    Raises UnsupportedMediaType for a body other than a form, ParameterError for an unknown or repeated parameter.
    """
    bodies.check(SERVICE.bodies)
    values: MultiDict[str, str] = MultiDict([*request.args.items(multi=True), *request.form.items(multi=True)])
    check_names(values)
    return values


def _charged(work: Callable[[Spent], T]) -> T:
    """Let workers do something for the client of the request, within the limits for SPARQL queries."""
    clients: limits.Clients = current_app.extensions[limits.NAME]
    with clients.turn(record().client) as pay:
        return work(pay)


def _index(here: Site) -> Path:
    return here.artefacts.obtain(SEARCH, here.snapshot)


def _json(found: Any) -> Response:
    """Return an answer, as a script if the client asks for one (API 0.1, section 3.3)."""
    callback = request.values.get("callback")
    if callback is None:
        response = Response(json.dumps(found), content_type="application/json")
    elif _FUNCTION.fullmatch(callback):
        # The comment prevents content sniffing by plugins.
        response = Response(f"/**/{callback}({json.dumps(found)});", content_type="application/javascript")
    else:
        raise ParameterError("callback must be the name of a function in JavaScript", "callback")
    response.headers["Cache-Control"] = "no-cache"
    return response


def _manifest(here: Site) -> dict[str, Any]:
    """Return the service manifest (section 3); addresses in it are those at which the client finds this server."""
    root = here.addresses.absolute("").rstrip("/")
    own = f"{root}/reconcile"
    return {
        "versions": list(VERSIONS),
        "name": f"{here.settings.publisher}: places, people, topics",
        "identifierSpace": here.addresses.base,
        "schemaSpace": PREFIXES["ng"],
        "documentation": f"{root}/vocab",
        "serviceVersion": __version__,
        "logo": f"{root}/favicon.svg",
        "view": {"url": f"{own}/view?id={{{{id}}}}"},
        "defaultTypes": [{"id": kind.iri, "name": kind.name} for kind in TYPES.values()],
        "preview": {"url": f"{own}/preview?id={{{{id}}}}", "width": WIDTH, "height": HEIGHT},
        "suggest": {
            name: {
                "service_url": root,
                "service_path": f"/reconcile/suggest/{name}",
                "flyout_service_url": root,
                "flyout_service_path": f"/reconcile/flyout/{name}?id=${{id}}",
            }
            for name in ("entity", "type", "property")
        },
        "extend": {"propose_properties": {"service_url": root, "service_path": "/reconcile/properties"}},
    }


@blueprint.get("/suggest/entity", described=COMPLETED)
def suggest_entity() -> Response:
    """Complete the name of a place, a person or a topic, given its beginning as ``prefix``."""
    here, prefix, types = site(), request.args.get("prefix", ""), request.args.getlist("type")
    completion = Completion(prefix, _cursor(), SUGGESTED, tuple(types))
    if not prefix.strip():
        return _json({"result": []})
    asked = Suggest(_index(here), here.addresses.base, completion)
    return _json(_charged(lambda spent: here.workers.ask(asked, spent=spent)))


@blueprint.get("/suggest/type", described=COMPLETED)
def suggest_type() -> Response:
    """Complete the name of a type."""
    return _completed([{"id": kind.iri, "name": kind.name} for kind in TYPES.values()])


@blueprint.get("/suggest/property", described=COMPLETED)
def suggest_property() -> Response:
    """Complete the name of a property."""
    return _completed([{"id": one.iri, "name": one.name} for one in proposed(request.args.get("type"))])


def _completed(known: list[dict[str, str]]) -> Response:
    """Return the members of a short list with a word, or an identifier, that begins with the requested prefix."""
    prefix = request.args.get("prefix", "").strip().casefold()
    found = [one for one in known if prefix and f" {one['name']} {one['id']}".casefold().find(f" {prefix}") >= 0]
    return _json({"result": found[_cursor() :]})


def _cursor() -> int:
    return _number("cursor", 0, FARTHEST) or 0


def _number(name: str, least: int, most: int) -> int | None:
    """Return a number among the parameters, or None. Raises ParameterError if it is invalid or out of range."""
    text = request.args.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and least <= int(text[:9]) <= most):
        raise ParameterError(f"{name} must be a number from {least} to {most}", name)
    return int(text)


@blueprint.get("/properties", described=PROPERTIES)
def properties() -> Response:
    """Propose properties that things of a ``type`` have (section 8.1)."""
    type_, limit = request.args.get("type"), _number("limit", 1, MOST)
    found = proposed(type_)[: limit or MOST]
    answer: dict[str, Any] = {"properties": [{"id": one.iri, "name": one.name} for one in found]}
    answer |= {"type": type_} if type_ else {}
    return _json(answer | ({"limit": limit} if limit else {}))


@blueprint.get("/view", described=Description((), (303,), IDENTIFIER))
def view() -> Response:
    """Redirect from an identifier to the thing that it identifies."""
    here = site()
    return redirected(here.addresses.here(_asked(here)), 303)


@blueprint.get("/preview", described=replace(PAGE, parameters=IDENTIFIER))
def preview() -> Response:
    """Show a thing in a few lines, to be embedded in a page of another site (section 5)."""
    here = site()
    response = Response(here.frame.page("preview.html", **_shown(here, _asked(here))))
    response.headers["Content-Security-Policy"] = FRAMABLE
    return tagged(response, here.snapshot, "preview")


@blueprint.get("/flyout/<any(entity, type, property):kind>", described=FLYOUT)
def flyout(kind: str) -> Response:
    """Show a thing, a type or a property in a few lines of HTML, in JSON (API 0.1, section 6.5)."""
    here, name = site(), request.args.get("id", "")
    if kind == "entity":
        return _json({"id": name, "html": here.frame.page("flyout.html", **_shown(here, _asked(here)))})
    offered: list[Kind | Property] = [*TYPES.values()] if kind == "type" else [*proposed(None)]
    known = next((one for one in offered if one.iri == iri_of(name)), None)
    if known is None:
        raise NotFoundError(f"there is no {kind} with this identifier")
    return _json({"id": name, "html": here.frame.page("flyout.html", title=known.name, others=[known.iri])})


def _shown(here: Site, iri: str) -> dict[str, Any]:
    """Return the data of a thing for templates. Raises NotFoundError if the graph does not describe it."""
    name = iri.removeprefix(here.addresses.base)
    asked = Extension((name,), tuple(one.value for one in (terms.TYPE, *PREVIEWED)))
    found = here.workers.ask(Extend(here.addresses.base, asked))
    row = found["rows"][name]
    if not row[terms.TYPE.value]:
        raise NotFoundError("there is nothing here with this identifier")
    classes = {cell.get("str", "") for cell in row.pop(terms.TYPE.value)}
    labels = [cell["str"] for cell in row.pop(terms.LABEL.value) if "str" in cell] or [name]
    return {
        "title": labels[0],
        "others": labels[1:],
        "href": here.addresses.href(iri),
        "kinds": [kind.name for kind in TYPES.values() if classes.intersection(kind.classes)],
        "facts": [(one["name"], row[one["id"]]) for one in found["meta"] if row.get(one["id"])],
    }


def _asked(here: Site) -> str:
    """Return the IRI of the thing in the parameter ``id``, which must be below the base, in any spelling."""
    name = request.args.get("id", "").removeprefix(here.addresses.base)
    exact, spelled = here.addresses.base + name, here.addresses.base + canonical(name)
    found = here.workers.ask(Locate((exact, spelled))) if name else None
    if found is None:
        raise NotFoundError("there is nothing here with this identifier")
    return found.iri
