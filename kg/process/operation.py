"""Operations: what one process asks another one, as dataclasses whose fields and replies have types.

An operation is a frozen dataclass that inherits ``Operation[Reply]``. A process knows those of one table, by the names
of their classes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Generic, TypeVar, get_args

from kg.errors import MessageError
from kg.process.message import decoded, decoder, encoded

Reply = TypeVar("Reply")
Known = TypeVar("Known", bound="Operation[Any]")

Frame = tuple[dict[str, Any], bytes]


class Operation(Generic[Reply]):
    """One piece of work for another process. ``Reply`` is the type of the value that it sends back."""

    __slots__ = ()

    @classmethod
    def reply_type(cls) -> Any:
        """Return the type of the reply, as the class statement names it."""
        return get_args(cls.__orig_bases__[0])[0]  # type: ignore[attr-defined]  # of every class statement (PEP 560)

    def frame(self) -> Frame:
        """Return the header and the body that ask for it."""
        fields, body = encoded(self)
        return {"operation": type(self).__name__, "fields": fields}, body

    @classmethod
    def reply_frame(cls, reply: Reply) -> Frame:
        """Return the header and the body that send a reply back."""
        data, body = encoded(reply)
        return {"reply": data}, body

    @classmethod
    def reply(cls, header: Mapping[str, Any], body: bytes) -> Reply:
        """Return what the header and the body of a reply say; raises MessageError if it is not of the type."""
        found: Reply = decoded(cls.reply_type(), header.get("reply"), body)
        return found


class Table(Mapping[str, type[Known]]):
    """The operations that one kind of process knows, by name."""

    def __init__(self, *known: type[Known]) -> None:
        """Raise TypeError for an operation with a field or a reply that cannot be sent."""
        self._known = {one.__name__: one for one in known}
        kinds: list[Any] = [*known, *(one.reply_type() for one in known)]
        for kind in kinds:
            decoder(kind)

    def __getitem__(self, name: str) -> type[Known]:
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def asked(self, header: Mapping[str, Any], body: bytes) -> Known:
        """Return the operation that a frame asks for.

        Raises MessageError for one that is not in the table, or with other fields than it has, or of other types.
        """
        name = header.get("operation")
        if not isinstance(name, str) or name not in self._known:
            raise MessageError(f"there is no operation {name!r}; there are {', '.join(self._known)}")
        found: Known = decoded(self._known[name], header.get("fields"), body)
        return found
