"""Typed values between two processes: plain data for the JSON header of a frame, and the bytes that follow it.

The type of a value determines how it is written. Text, numbers, truth values and None are as in JSON; a lone surrogate,
which is not valid text on a pipe, becomes a question mark, except in keys of objects, which are only sent back. For
bytes, the header has the length, and the body the bytes one after another. Dates and times are written as ISO 8601,
paths as text, a ``Named`` by its name, and a dataclass as an object with its fields. ``Any`` stands for JSON data,
which is not checked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Final, Protocol, Self, Union, get_args, get_origin, get_type_hints

from kg.errors import MessageError

SCALARS: Final = (NoneType, bool, int, float, str)


class Named(Protocol):
    """Something identified by its name, such as a format: ``from_name`` returns it, or raises a NewsgraphError."""

    @property
    def name(self) -> str:
        """A name unique in its class."""

    @classmethod
    def from_name(cls, name: str) -> Self:
        """Return the instance with this name."""


@dataclass(slots=True)
class _Body:
    """The bytes of a message, which are read once, in order."""

    content: bytes
    position: int = 0

    def take(self, length: int) -> bytes:
        start, self.position = self.position, self.position + length
        if length < 0 or self.position > len(self.content):
            raise MessageError("a message is shorter than it says")
        return self.content[start : self.position]


Decode = Callable[[Any, _Body], Any]


def encoded(value: object) -> tuple[Any, bytes]:
    """Return a value as data for JSON, and the bytes in it. Raises TypeError for a value that cannot be sent."""
    parts: list[bytes] = []
    data = _plain(value, parts)
    return data, parts[0] if len(parts) == 1 else b"".join(parts)


def _plain(value: Any, parts: list[bytes]) -> Any:
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    if isinstance(value, SCALARS):
        return value
    if isinstance(value, bytes):
        parts.append(value)
        return len(value)
    if isinstance(value, list | tuple):
        return [_plain(one, parts) for one in value]
    if isinstance(value, dict):
        return {key: _plain(one, parts) for key, one in value.items()}
    return _plain_object(value, parts)


def _plain_object(value: Any, parts: list[bytes]) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if hasattr(type(value), "from_name"):
        return value.name
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name), parts) for one in fields(value)}
    raise TypeError(f"{type(value).__name__} cannot be sent to another process")


def decoded(kind: Any, data: Any, body: bytes = b"") -> Any:
    """Return the value of a type that ``encoded`` gave ``data`` and ``body`` for.

    Raises MessageError if they are not such a value, the errors of ``from_name``, and TypeError for a type that is
    never sent.
    """
    rest = _Body(body)
    found = decoder(kind)(data, rest)
    if rest.position != len(body):
        raise MessageError("a message is longer than it says")
    return found


@cache
def decoder(kind: Any) -> Decode:
    """Return a function that reads values of a type. Raises TypeError for a type that is never sent."""
    if kind is Any:
        return lambda data, _: data
    if kind in DECODERS:
        return DECODERS[kind]
    if kind in SCALARS:
        return _scalar(kind)
    if get_origin(kind) in GENERIC:
        return GENERIC[get_origin(kind)](*get_args(kind))
    if isinstance(kind, type) and hasattr(kind, "from_name"):
        return _named(kind)
    if is_dataclass(kind):
        return _dataclass(kind)
    raise TypeError(f"{kind} cannot be sent to another process")


def _checked(data: Any, kind: Any) -> Any:
    if type(data) is not kind:
        raise MessageError(f"a message has {type(data).__name__} where {kind.__name__} is expected")
    return data


def _scalar(kind: Any) -> Decode:
    return lambda data, _: _checked(data, kind)


def _float(data: Any, _: _Body) -> float:
    return float(data if type(data) is int else _checked(data, float))


def _bytes(data: Any, body: _Body) -> bytes:
    return body.take(_checked(data, int))


def _named(kind: type[Named]) -> Decode:
    return lambda data, _: kind.from_name(_checked(data, str))


def _path(data: Any, _: _Body) -> Path:
    return Path(_checked(data, str))


def _time(kind: type[date]) -> Decode:
    def decode(data: Any, _: _Body) -> date:
        try:
            return kind.fromisoformat(_checked(data, str))
        except ValueError:
            raise MessageError(f"a message has {data[:50]!r} where a {kind.__name__} is expected") from None

    return decode


DECODERS: Final[dict[Any, Decode]] = {
    float: _float,
    bytes: _bytes,
    Path: _path,
    date: _time(date),
    datetime: _time(datetime),
}


def _optional(*kinds: Any) -> Decode:
    others = [one for one in kinds if one is not NoneType]
    if len(others) != 1 or len(kinds) != 2:
        raise TypeError("of unions, only those of a type and None are sent")
    decode = decoder(others[0])
    return lambda data, body: None if data is None else decode(data, body)


def _list(kind: Any) -> Decode:
    decode = decoder(kind)
    return lambda data, body: [decode(one, body) for one in _checked(data, list)]


def _tuple(*kinds: Any) -> Decode:
    if kinds[1:] == (...,):
        decode = _list(kinds[0])
        return lambda data, body: tuple(decode(data, body))
    decoders = [decoder(one) for one in kinds]

    def each(data: Any, body: _Body) -> tuple[Any, ...]:
        if len(_checked(data, list)) != len(decoders):
            raise MessageError(f"a message has {len(data)} values where {len(decoders)} are expected")
        return tuple([decode(one, body) for decode, one in zip(decoders, data, strict=True)])

    return each


def _dict(key: Any, kind: Any) -> Decode:
    if key is not str:
        raise TypeError("the keys of what is sent are text")
    decode = decoder(kind)
    return lambda data, body: {name: decode(one, body) for name, one in _checked(data, dict).items()}


GENERIC: Final[dict[Any, Callable[..., Decode]]] = {
    UnionType: _optional,
    Union: _optional,
    list: _list,
    tuple: _tuple,
    dict: _dict,
}


def _dataclass(kind: Any) -> Decode:
    hints = get_type_hints(kind)
    decoders = {one.name: decoder(hints[one.name]) for one in fields(kind)}

    def decode(data: Any, body: _Body) -> Any:
        if _checked(data, dict).keys() != decoders.keys():
            odd = sorted(data.keys() ^ decoders.keys())
            raise MessageError(f"a message is no {kind.__name__}: it lacks, or should not have, {', '.join(odd)}")
        return kind(**{name: decode(data[name], body) for name, decode in decoders.items()})

    return decode
