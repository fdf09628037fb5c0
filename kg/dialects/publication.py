"""What a dialect says about its archive: its name, and the licences under which its text is published."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, Self

from kg.errors import ConfigurationError

_ADDRESS: Final = re.compile(r"https?://[^\s<>\"{}|\\^`\x00-\x20\x7f]+")


@dataclass(frozen=True, slots=True)
class Publication:
    """An archive and the terms of what is published from it; empty fields are unknown, and nothing is claimed.

    ``title`` and ``source`` are the name and the IRI of the archive, ``source_licences`` the IRIs of the licences that
    its own pages are or were under, ``licences`` those of what is published from them now. In whole sentences,
    ``rights`` says whom to credit, and ``reserved`` what these licences do not cover. ``credit`` stands at the foot of
    every page, before the licences, and ``origin`` after the word "from"; by default both are the title.

    Raises ConfigurationError if the licences are not tuples, or an IRI does not begin with ``http://`` or ``https://``,
    so that a page may not link it.
    """

    title: str = ""
    source: str = ""
    source_licences: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()
    rights: str = ""
    reserved: str = ""
    credit: str = ""
    origin: str = ""

    def __post_init__(self) -> None:
        for several in (self.source_licences, self.licences):
            if not isinstance(several, tuple):
                raise ConfigurationError(f"the licences of a publication must be a tuple of IRIs, not {several!r}")
        for iri in (*filter(None, [self.source]), *self.source_licences, *self.licences):
            if not _ADDRESS.fullmatch(iri):
                raise ConfigurationError(f"the source or licence of a publication must be an address, not {iri!r}")

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Self:
        """Return the publication with the fields in a JSON object; unknown members are ignored."""
        known: dict[str, Any] = {one.name: said[one.name] for one in fields(cls) if one.name in said}
        return cls(**known | {name: tuple(value) for name, value in known.items() if isinstance(value, list)})
