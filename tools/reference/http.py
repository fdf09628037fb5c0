"""The page of the HTTP interface: every address of a server, from its OpenAPI description."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from flask import Flask

from endpoint.app import PARTS
from endpoint.discovery.openapi import described

HEAD: Final = """# HTTP API

Every address of a server with its methods and parameters: what `/openapi.json` of a server says, for reading. Where GET
is answered, HEAD and OPTIONS are too. A parameter that an address does not list is an error. How formats are
negotiated, and what else holds for every address, is in [discovery](discovery.md). This page is made by `make docs`.
"""
Operation = Mapping[str, Any]


def markdown() -> str:
    """Return docs/http.md."""
    sections: dict[str, list[str]] = defaultdict(list)
    for path, operations in document()["paths"].items():
        for one, methods in _alike(operations):
            sections[one["tags"][0]] += _address(path, methods, one)
    return "\n".join((HEAD, *(line for tag in sorted(sections) for line in (f"## {tag}\n", *sections[tag]))))


def document() -> dict[str, Any]:
    """Return the OpenAPI document of an application with all routes, and nothing to serve."""
    app = Flask("endpoint", static_folder=None)
    for part in PARTS:
        app.register_blueprint(part.blueprint)
    return described(app)


def _alike(operations: Mapping[str, Operation]) -> Iterator[tuple[Operation, list[str]]]:
    """Yield the operations of an address with different descriptions, each with its methods."""
    methods: dict[str, list[str]] = defaultdict(list)
    for method, one in operations.items():
        methods[one["summary"]].append(method.removeprefix("x-").upper())
    first = {one["summary"]: one for one in reversed(list(operations.values()))}
    yield from ((first[summary], names) for summary, names in methods.items())


def _address(path: str, methods: Iterable[str], one: Operation) -> Iterator[str]:
    yield f"### `{', '.join(methods)} {path}`\n"
    yield "\n\n".join(filter(None, (one["summary"], one.get("description")))) + "\n"
    if parameters := one.get("parameters"):
        yield "| parameter | in | type | what it is |\n|---|---|---|---|"
        yield "\n".join(map(_parameter, parameters)) + "\n"
    if types := one["responses"].get("200", {}).get("content"):
        yield f"Answers in {', '.join(f'`{name}`' for name in types)}.\n"


def _parameter(one: Mapping[str, Any]) -> str:
    name = f"`{one['name']}`" + (" (required)" if one["required"] and one["in"] != "path" else "")
    return f"| {name} | {one['in']} | {_type(one['schema'])} | {one.get('description', '')} |"


def _type(schema: Mapping[str, Any]) -> str:
    if schema["type"] == "array":
        return f"{_type(schema['items'])}, may be repeated"
    values = ", ".join(f"`{one}`" for one in schema.get("enum", ()))
    return f"one of {values}" if values else str(schema["type"])
