"""What a citation of an answer contains: the query, the snapshot that answered, and the hash of the result."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from urllib.parse import urlencode

from kg.errors import ParameterError
from kg.publish.reference import LiteratureReference
from kg.query.questions import question
from kg.query.syntax import varying

PATH: Final = "answer"
"""The path of the page of an answer."""
_SHA256: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_ID: Final = re.compile(r"\d{8}T\d{12}Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class CitedQuery:
    """A query, or the name of a question with the values of its parameters as people write them (``name=value``).

    Raises ParameterError for neither, for both, and for an unknown question or parameter.
    """

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
        if self.question:
            self._named()

    def text(self, base: str) -> str:
        """Return the text of the query; IRIs among the values may be paths below ``base``.

        Raises ParameterError for a value that is not of its type, and for a query with a result that may vary.
        """
        text = question(self.question).bound(self._named(), base) if self.question else self.query
        if word := varying(text):
            raise ParameterError(f"an answer to a query with {word} cannot be cited: it may differ next time")
        return text

    @property
    def title(self) -> str:
        """The question in words."""
        if not self.question:
            return "Answer to a SPARQL query"
        told = ", ".join(f"{name}: {value}" for name, value in self._named().items())
        return question(self.question).title.rstrip(".") + (f" ({told})" if told else "")

    @property
    def asked(self) -> list[tuple[str, str]]:
        """The query, or the question with values for all of its parameters, as parameters of an address."""
        if self.question:
            values = (("param", f"{name}={value}") for name, value in self._named().items())
            return [("question", self.question), *values]
        return [("query", self.query)]

    def _named(self) -> dict[str, str]:
        """Return a value for each parameter of the question: its default, which may change, if none is given."""
        asked = question(self.question)
        known = tuple(one.name for one in asked.parameters)
        given = {name: value for name, _, value in (one.partition("=") for one in self.values)}
        if unknown := next((name for name in given if name not in known), None):
            raise ParameterError(f"{asked.name} has no parameter {unknown[:100]!r}", unknown[:100], known)
        return {one.name: given.get(one.name, "").strip() or one.default for one in asked.parameters}


@dataclass(frozen=True, slots=True)
class CitedAnswer:
    """A cited answer: the query, the id of the snapshot, and the SHA-256 of the result.

    The hash is "" if it is not known yet.
    """

    asked: CitedQuery
    snapshot: str
    sha256: str = ""

    def __post_init__(self) -> None:
        try:
            if not _ID.fullmatch(self.snapshot):
                raise ValueError
            self.made  # noqa: B018 - a day that there was
        except ValueError:
            told = "snapshot must be the id of one, such as 20111109T060000000000Z"
            raise ParameterError(told, "snapshot") from None
        if self.sha256 and not _SHA256.fullmatch(self.sha256):
            raise ParameterError("sha256 must be 64 digits of hexadecimal, in lower case", "sha256")

    @property
    def path(self) -> str:
        """The path of its page, below the address of a server."""
        known = [("sha256", self.sha256)] if self.sha256 else []
        return f"{PATH}?{urlencode([*self.asked.asked, ('snapshot', self.snapshot), *known])}"

    @property
    def made(self) -> date:
        """The day on which the snapshot was made."""
        return datetime.strptime(self.snapshot[:8], "%Y%m%d").replace(tzinfo=UTC).date()

    def reference(self, publisher: str, server: str) -> LiteratureReference:
        """Return the reference to it, for bibliographies; ``server`` is the address of the server."""
        return LiteratureReference(
            f"newsgraph-answer-{self.snapshot[:8]}-{self.sha256[:12]}",
            publisher,
            self.asked.title,
            self.made,
            self.snapshot,
            server + self.path,
            f"Result of a query of snapshot {self.snapshot}. SHA-256: {self.sha256}.",
        )

    def sentence(self, publisher: str, server: str) -> str:
        """Return a sentence that cites it: who, when, what, which snapshot, where, and the hash."""
        return (
            f"{publisher} ({self.made:%Y}). {self.asked.title} [Query result]. Snapshot {self.snapshot}, {self.made}. "
            f"{server}{self.path} SHA-256: {self.sha256}."
        )
