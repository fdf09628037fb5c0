"""What is cited of an answer: the query, the snapshot that answered, and the hash of what was found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from kg.errors import ParameterError
from kg.publish.reference import LiteratureReference
from kg.query.questions import question
from kg.query.syntax import varying
from kg.store.snapshot import Manifest

PATH: Final = "answer"
"""The path of the page of an answer."""
_SHA256: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_ID: Final = re.compile(r"\d{8}T\d{12}Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class CitedQuery:
    """A query, or the name of a question with the values of its parameters as people write them (``name=value``)."""

    query: str = ""
    question: str = ""
    values: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if bool(self.query.strip()) == bool(self.question):
            raise ParameterError("give a query, or a question with the values of its parameters", "query")
        if self.values and not self.question:
            raise ParameterError("param is for a question: give question, such as in-a-place", "param")
        if wrong := next((one for one in self.values if "=" not in one), None):
            raise ParameterError(f"param must be written as name=value, not {wrong[:100]!r}", "param")

    def text(self, base: str) -> str:
        """Return the text of the query; IRIs among the values may be paths below ``base``.

        Raises ParameterError for a question that there is none of, for a value that is none, and for a query that may
        find something else each time.
        """
        text = self.query
        if self.question:
            pairs = (one.partition("=") for one in self.values)
            text = question(self.question).bound({name: value for name, _, value in pairs}, base)
        if word := varying(text):
            raise ParameterError(f"an answer to a query with {word} cannot be cited: it may be another one next time")
        return text

    @property
    def title(self) -> str:
        """What is asked, in words."""
        if not self.question:
            return "Answer to a SPARQL query"
        told = f" ({', '.join(self.values)})" if self.values else ""
        return question(self.question).title.rstrip(".") + told

    @property
    def asked(self) -> list[tuple[str, str]]:
        """The query, or the question, as parameters of an address."""
        if self.question:
            return [("question", self.question), *(("param", one) for one in self.values)]
        return [("query", self.query)]


@dataclass(frozen=True, slots=True)
class CitedAnswer:
    """An answer as it is cited: what was asked, of which snapshot (its id), and the SHA-256 of what was found.

    The hash is empty where it is not known yet.
    """

    asked: CitedQuery
    snapshot: str
    sha256: str = ""

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.snapshot):
            raise ParameterError("snapshot must be the id of one, such as 20111109T060000000000Z", "snapshot")
        if self.sha256 and not _SHA256.fullmatch(self.sha256):
            raise ParameterError("sha256 must be 64 digits of hexadecimal, in lower case", "sha256")

    @property
    def path(self) -> str:
        """The path of its page, below the address of a server."""
        known = [("sha256", self.sha256)] if self.sha256 else []
        return f"{PATH}?{urlencode([*self.asked.asked, ('snapshot', self.snapshot), *known])}"

    def reference(self, manifest: Manifest, publisher: str, server: str, rows: int) -> LiteratureReference:
        """Return the reference to it, for lists of literature; ``server`` is the address of who serves it."""
        return LiteratureReference(
            f"newsgraph-answer-{self.snapshot[:8]}-{self.sha256[:12]}",
            publisher,
            self.asked.title,
            datetime.fromisoformat(manifest.created).date(),
            self.snapshot,
            server + self.path,
            f"{rows} rows of snapshot {self.snapshot}, made on {manifest.created[:10]}. SHA-256: {self.sha256}.",
        )

    def sentence(self, manifest: Manifest, publisher: str, server: str, rows: int) -> str:
        """Return a sentence that cites it: who, when, what, of which snapshot, where, and what its hash is."""
        found = self.reference(manifest, publisher, server, rows)
        return (
            f"{publisher} ({found.made:%Y}). {found.title} [query result, {rows} rows]. Snapshot {self.snapshot}, "
            f"{manifest.created[:10]}. {found.url} SHA-256: {self.sha256}."
        )


def cited_query(query: str | None, name: str | None, values: Sequence[str]) -> CitedQuery:
    """Return what is asked by parameters that may not be given; raises ParameterError for too many or too few."""
    return CitedQuery(query or "", name or "", tuple(values))
