"""Reruns a cited answer: its query on its own snapshot and on the newest one."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import request

from endpoint.site import limits
from endpoint.site.log import record
from endpoint.site.site import Site
from kg.errors import NotFoundError
from kg.publish.answers.canonical import (
    CITED_BYTES,
    CanonicalResult,
    ResultDifference,
    canonical,
    difference,
    format_for,
)
from kg.publish.answers.cited import CitedAnswer, CitedQuery
from kg.store.snapshot import Manifest


@dataclass(frozen=True, slots=True)
class SnapshotResult:
    """The result of a query on a snapshot."""

    manifest: Manifest
    result: CanonicalResult


@dataclass(frozen=True, slots=True)
class RepeatedAnswer:
    """A cited answer, its snapshot's answer now, or why that is ``gone``, and the newest snapshot's answer."""

    cited: CitedAnswer
    query: str
    then: SnapshotResult | None
    now: SnapshotResult
    gone: str = ""

    @property
    def is_the_same(self) -> bool | None:
        """Whether the snapshot still gives the cited answer; None if it is gone."""
        return self.then.result.sha256 == self.cited.sha256 if self.then else None

    @property
    def is_current(self) -> bool:
        """Whether the newest snapshot gives the cited answer."""
        return self.now.result.sha256 == self.cited.sha256

    @property
    def difference(self) -> ResultDifference | None:
        """The difference between the two snapshots; None if one is gone."""
        return difference(self.then.result, self.now.result) if self.then else None


def asked_query() -> CitedQuery:
    """Return the query in the parameters of the current request. Raises ParameterError if there is none, or two."""
    given = request.args
    return CitedQuery(given.get("query", ""), given.get("question", ""), tuple(given.getlist("param")))


def completed(here: Site, asked: CitedQuery, snapshot: str) -> CitedAnswer:
    """Return the answer of a snapshot for citing, with its hash. Raises the errors of ``repeated``."""
    found = _found(here, asked.text(here.addresses.base), snapshot)
    return replace(CitedAnswer(asked, snapshot), sha256=found.result.sha256)


def repeated(here: Site, cited: CitedAnswer) -> RepeatedAnswer:
    """Run a cited answer again.

    Both snapshots answer from disk, so that an order that the query leaves open is the same. Raises ParameterError for
    what cannot be cited, ResultTooLargeError for more than 5 MB, and the errors of queries.
    """
    query = cited.asked.text(here.addresses.base)
    record().query = query
    now = _found(here, query, here.snapshot.id)
    try:
        then = now if cited.snapshot == here.snapshot.id else _found(here, query, cited.snapshot)
    except NotFoundError as error:
        return RepeatedAnswer(cited, query, None, now, str(error))
    return RepeatedAnswer(cited, query, then, now)


def _found(here: Site, query: str, snapshot: str) -> SnapshotResult:
    with here.past.of(snapshot) as workers:
        answer = limits.query(
            workers,
            query,
            format_for(workers.check(query)),
            seconds=None,
            limit=CITED_BYTES,
            default_graphs=(),
            named_graphs=(),
        )
        return SnapshotResult(workers.snapshot.manifest, canonical(answer))
