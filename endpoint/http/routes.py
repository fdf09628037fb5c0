"""Routes with what Flask does not know about them: parameters in queries and headers, types, statuses.

A view is registered together with its description, ``@blueprint.get("/robots.txt", described=IN_TEXT)``; without one it
is refused. The OpenAPI document, the tests and everything else that lists the addresses of this server use both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from flask import Blueprint, Flask, Request

from endpoint.http.negotiate import DOCUMENT_FORMATS, HTML, JSON
from kg.rdf.formats import RDF_FORMATS, Format

STATUSES: Final = {
    200: "What was asked for, or what a write changed.",
    201: "The graph that was created.",
    202: "The write is done, but readers do not see it yet.",
    206: "The part that was asked for.",
    302: "Found at the address that Location says.",
    303: "The document about it is at the address that Location says.",
    308: "It is at the address that Location says.",
    410: "It was here, and was withdrawn or is kept no longer.",
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter in the query, or in a header."""

    name: str
    description: str
    place: str = "query"
    required: bool = False
    many: bool = False
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})

    def described(self) -> dict[str, Any]:
        """Return the OpenAPI description of the parameter."""
        one = dict(self.schema)
        return {
            "name": self.name,
            "in": self.place,
            "required": self.required,
            "description": self.description,
            "schema": {"type": "array", "items": one} if self.many else one,
        }


@dataclass(frozen=True, slots=True)
class Description:
    """What is known about one view besides its route: ``types`` are those of an answer with the status 200."""

    types: tuple[str, ...] = ()
    statuses: tuple[int, ...] = (200,)
    parameters: tuple[Parameter, ...] = ()
    bodies: tuple[str, ...] = ()
    text: str = ""
    values: tuple[str, ...] = ()
    """The values of the path's only argument, if they are few."""
    posts: bool = False
    """Whether POST writes, as PUT and DELETE do."""


class Routes(Blueprint):
    """A blueprint whose routes each have a description, the keyword argument ``described`` of its decorators."""

    def __init__(self, name: str, module: str, url_prefix: str | None = None) -> None:
        super().__init__(name, module, url_prefix=url_prefix)
        self.descriptions: dict[str, Description] = {}

    def add_url_rule(
        self,
        rule: str,
        endpoint: str | None = None,
        view_func: Callable[..., Any] | None = None,
        provide_automatic_options: bool | None = None,
        **options: Any,
    ) -> None:
        """Register a view.

        Raises TypeError without a description, or if it differs from that of the view's other routes.
        """
        described = options.pop("described", None)
        name = endpoint or (view_func.__name__ if view_func else "")
        if not isinstance(described, Description) or self.descriptions.setdefault(name, described) != described:
            raise TypeError(f"the route {rule} of {self.name}.{name} needs a description, one for all its routes")
        super().add_url_rule(rule, endpoint, view_func, provide_automatic_options, **options)


def of_endpoint(app: Flask, endpoint: str) -> Description:
    """Return the description of the routes with an endpoint."""
    name, _, view = endpoint.rpartition(".")
    routes = app.blueprints.get(name)
    return routes.descriptions[view] if isinstance(routes, Routes) else PLAIN


def of_request(app: Flask, request: Request) -> Description:
    """Return the description of the route of a request; an empty one if there is no route."""
    return of_endpoint(app, request.endpoint) if request.endpoint else PLAIN


def media_types(formats: Iterable[Format]) -> tuple[str, ...]:
    """Return the media types of some formats."""
    return tuple(one.media_type for one in formats)


PLAIN: Final = Description()
PAGE: Final = Description((HTML.media_type,))
IN_XML: Final = Description(("application/xml",))
IN_TEXT: Final = Description(("text/plain",))
IN_JSON: Final = Description((JSON.media_type,))
MOVED: Final = Description((), (308,))
DOCUMENT: Final = Description(
    media_types(DOCUMENT_FORMATS),
    (200, 303, 308, 410),
    (Parameter("page", "Number of the page of a long description, from 1."),),
)
CATALOG: Final = Description(media_types((HTML, *RDF_FORMATS, JSON)))
SUFFIXED: Final = replace(CATALOG, values=tuple(one.suffix for one in (HTML, *RDF_FORMATS, JSON)))
