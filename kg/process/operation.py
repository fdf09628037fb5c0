"""Operations: requests from one process to another, as dataclasses with typed fields and replies.

An operation is a frozen dataclass that inherits ``Operation[Reply]``. A process knows the operations of one table, by
the names of their classes.
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
    """One piece of work for another process. ``Reply`` is the type of the value sent back."""

    __slots__ = ()

    @classmethod
    def reply_type(cls) -> Any:
        """Return the type of the reply, as the class statement names it."""
        return get_args(cls.__orig_bases__[0])[0]  # type: ignore[attr-defined]  # of every class statement (PEP 560)

    def frame(self) -> Frame:
        """Return the header and the body of a request for it."""
        fields, body = encoded(self)
        return {"operation": type(self).__name__, "fields": fields}, body

    @classmethod
    def reply_frame(cls, reply: Reply) -> Frame:
        """Return the header and the body of its reply."""
        data, body = encoded(reply)
        return {"reply": data}, body

    @classmethod
    def reply(cls, header: Mapping[str, Any], body: bytes) -> Reply:
        """Return the value in the header and the body of a reply. Raises MessageError if it is not of the type."""
        found: Reply = decoded(cls.reply_type(), header.get("reply"), body)
        return found


class Table(Mapping[str, type[Known]]):
    """The operations of one kind of process, by name."""

    def __init__(self, *known: type[Known]) -> None:
        """Index operations. Raises TypeError for one with a field or a reply that cannot be sent."""
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
        """Return the operation that a frame requests.

        Raises MessageError for one that is not in the table, or has wrong fields or types.
        """
        name = header.get("operation")
        if not isinstance(name, str) or name not in self._known:
            raise MessageError(f"there is no operation {name!r}; there are {', '.join(self._known)}")
        found: Known = decoded(self._known[name], header.get("fields"), body)
        return found
