"""A tool: its arguments, its reply, and how it answers; arguments are read like the parameters of an address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from pydantic import TypeAdapter

from endpoint.http.routes import Parameter
from kg.derived.artefacts import Artefacts
from kg.errors import ParameterError
from kg.settings import Settings
from kg.store.snapshot import Snapshot
from kg.workers.workers import Workers

TEXT: Final = {"type": "string"}
NUMBER: Final = {"type": "integer", "minimum": 1}
VALUES: Final = {"type": "object", "additionalProperties": {"type": ["string", "number"]}}


@dataclass(frozen=True, slots=True)
class ToolContext:
    """The context of a tool call: one snapshot for the whole call, and the workers that have it open."""

    settings: Settings
    workers: Workers
    artefacts: Artefacts
    snapshot: Snapshot

    @property
    def base(self) -> str:
        """The base of the IRIs of the graph."""
        return self.snapshot.manifest.base

    @property
    def server(self) -> str:
        """The address at which the graph is served over HTTP."""
        return self.settings.serve_url or self.base

    def iri(self, text: str) -> str:
        """Return the IRI in an argument, given in full or as a path below the base."""
        return text if "://" in text else self.base + text.lstrip("/")


@dataclass(frozen=True)
class Tool:
    """A tool; ``answer`` returns an instance of the dataclass ``reply``."""

    name: str
    title: str
    description: str
    parameters: tuple[Parameter, ...]
    reply: type[Any]
    answer: Callable[[ToolContext, Mapping[str, Any]], Any]

    @property
    def input_schema(self) -> dict[str, Any]:
        """The JSON Schema of the arguments."""
        return {
            "type": "object",
            "properties": {one.name: {**one.schema, "description": one.description} for one in self.parameters},
            "required": [one.name for one in self.parameters if one.required],
            "additionalProperties": False,
        }

    @cached_property
    def output_schema(self) -> dict[str, Any]:
        """The JSON Schema of the structured content."""
        return self._adapter.json_schema(mode="serialization")

    @cached_property
    def _adapter(self) -> TypeAdapter[Any]:
        return TypeAdapter(self.reply)

    def call(self, context: ToolContext, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Return the structured content of an answer; raises ParameterError for invalid arguments."""
        reply = self.answer(context, self.read(arguments))
        found: dict[str, Any] = self._adapter.dump_python(reply, mode="json")
        return found

    def read(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Return the given arguments: texts, numbers as texts, and objects unchanged.

        Raises ParameterError for one that is unknown, of the wrong type, or missing.
        """
        known = {one.name: one for one in self.parameters}
        if unknown := next((name for name in arguments if name not in known), None):
            there = f"there are {', '.join(known)}" if known else "this tool takes none"
            raise ParameterError(f"there is no parameter {unknown[:100]!r} here; {there}", unknown[:100], tuple(known))
        found = {name: _read(known[name], value) for name, value in arguments.items() if value is not None}
        missing = next((one for one in self.parameters if one.required and found.get(one.name, "") == ""), None)
        if missing:
            raise ParameterError(f"give {missing.name}: {missing.description}", missing.name)
        return found


def _read(parameter: Parameter, value: Any) -> Any:
    kind = parameter.schema.get("type")
    if kind == "object":
        if isinstance(value, dict):
            return {str(name): _text(f"{parameter.name}.{name}", one) for name, one in value.items()}
        raise ParameterError(f"{parameter.name} must be an object of values by their names", parameter.name)
    text = _text(parameter.name, value)
    if kind == "integer" and text and not (text.isascii() and text.isdigit() and 0 < int(text[:9]) < 10**8):
        raise ParameterError(f"{parameter.name} must be a number from 1 on", parameter.name)
    return text


def _text(name: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ParameterError(f"{name[:100]} must be text", name[:100])
    return str(int(value) if isinstance(value, float) and value.is_integer() else value)
