"""Citable answers: ``/answer`` names a query, a snapshot and a hash, and tells whether the answer is still the same.

An address without snapshot or hash redirects to the one with both. Nothing is stored for it: the query is run again, on
the snapshot as long as that is kept, and on the newest one.
"""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import urlencode

from flask import Response, request

from endpoint.http.conditional import by_content
from endpoint.http.negotiate import HTML, JSON, choose
from endpoint.http.redirects import redirected
from endpoint.http.routes import Description, Parameter, Routes, media_types
from endpoint.site.problems import acceptable
from endpoint.site.site import Site, site
from endpoint.sparql.answer_rows import shown_rows
from endpoint.sparql.rerun import RepeatedAnswer, SnapshotResult, asked_query, completed, repeated
from endpoint.sparql.result_page import GRAPHS, RESULTS
from kg.errors import ParameterError
from kg.publish.answers.cited import PATH, CitedAnswer
from kg.publish.reference import LiteratureReference

blueprint = Routes("answers", __name__)

FORMATS: Final = (HTML, JSON)
TOLD: Final = 100
"""How many rows of a difference are given in JSON."""
ASKED: Final = (
    Parameter("query", "A SPARQL 1.1 query."),
    Parameter("question", "The name of a question, instead of a query."),
    Parameter("param", "A value of a parameter of the question, as name=value.", many=True),
    Parameter("snapshot", "The id of the snapshot that answered; the newest one if it is not given."),
    Parameter("sha256", "The SHA-256 of the canonical form of what was found."),
)
"""The parameters that identify an answer."""


@blueprint.get(f"/{PATH}", described=Description(media_types(FORMATS), (200, 302, 410), ASKED))
def answer() -> Response:
    """Say whether a cited answer is still what its snapshot answers, and what differs in the newest one."""
    here, asked = site(), asked_query()
    chosen = choose(FORMATS, request.headers.get("Accept"))
    if chosen is None:
        raise acceptable([(one, here.addresses.local(PATH)) for one in FORMATS])
    snapshot, sha256 = request.args.get("snapshot") or here.snapshot.id, request.args.get("sha256", "")
    cited = CitedAnswer(asked, snapshot, sha256)
    if not (sha256 and "snapshot" in request.args):
        return _completed(here, completed(here, asked, snapshot))
    found = repeated(here, cited)
    text = _page(here, found) if chosen == HTML else json.dumps(_told(here, found), ensure_ascii=False, indent=1) + "\n"
    response = Response(text, 200 if found.then else 410, content_type=chosen.content_type)
    response.headers["Vary"] = "Accept"
    if response.status_code == 410:
        response.headers["Cache-Control"] = "no-store"
        return response
    return by_content(response)


def _completed(here: Site, cited: CitedAnswer) -> Response:
    response = redirected(here.addresses.local(cited.path), 302)
    response.headers["Cache-Control"] = "no-store"
    return response


def cited_reference(here: Site) -> LiteratureReference:
    """Return the reference to the answer that the parameters of the current request name.

    The query is not run, so that answers that are gone can still be cited. Raises ParameterError without a hash.
    """
    cited = CitedAnswer(asked_query(), request.args.get("snapshot", ""), request.args.get("sha256", ""))
    if not cited.sha256:
        raise ParameterError(f"give sha256, which the address has that /{PATH} leads to", "sha256")
    return cited.reference(here.settings.publisher, here.addresses.absolute(""))


def _told(here: Site, found: RepeatedAnswer) -> dict[str, Any]:
    cited, changed = found.cited, found.difference
    server = here.addresses.absolute("")
    told: dict[str, Any] = {"query": found.query} | ({"question": cited.asked.question} if cited.asked.question else {})
    return {
        "address": server + cited.path,
        **told,
        "snapshot": cited.snapshot,
        "sha256": cited.sha256,
        "same": found.is_the_same,
        **({"found": _result(found.then)} if found.then else {"gone": found.gone}),
        "newest": _result(found.now) | {"same": found.is_current},
        "added": list(changed.added[:TOLD]) if changed else None,
        "removed": list(changed.removed[:TOLD]) if changed else None,
        "differing": len(changed.added) + len(changed.removed) if changed else None,
        "citation": cited.sentence(here.settings.publisher, server),
    }


def _result(one: SnapshotResult) -> dict[str, Any]:
    return {
        "snapshot": one.manifest.id,
        "created": one.manifest.created,
        "rows": len(one.result.rows),
        "sha256": one.result.sha256,
    }


def _page(here: Site, found: RepeatedAnswer) -> str:
    cited = found.cited
    publisher, server = here.settings.publisher, here.addresses.absolute("")
    query = urlencode([*cited.asked.asked, ("snapshot", cited.snapshot), ("sha256", cited.sha256)])
    changed, rerun = found.difference, urlencode({"query": found.query, "snapshot": cited.snapshot})
    formats = GRAPHS if found.now.result.form == "construct" else RESULTS
    return here.frame.page(
        "answer.html",
        found=found,
        cited=cited,
        title=cited.asked.title,
        sentence=cited.sentence(publisher, server),
        bibtex=cited.reference(publisher, server).bibtex(),
        parameters=query,
        rerun=here.addresses.local(f"sparql?{rerun}"),
        formats=formats,
        newest=here.addresses.local(f"sparql?{urlencode({'query': found.query})}"),
        added=shown_rows(found.now.result.head, changed.added, here.addresses) if changed else None,
        removed=shown_rows(found.now.result.head, changed.removed, here.addresses) if changed else None,
    )
