"""The commands that read a store: ``kg query``, ``describe``, ``diff`` and ``page``."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import click

from kg.cli.options import GRAPH_FORMATS, RESULT_FORMATS, graph_format, setting, show, store_of, write
from kg.errors import NewsgraphError
from kg.settings import Settings, load

SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")

if TYPE_CHECKING:
    from kg.publish.answers.cited import CitedQuery
    from kg.query.evaluate import Answer
    from kg.rdf.formats import Format
    from kg.store.layout import Store
    from kg.workers.workers import Workers


@click.command()
@click.argument("query", required=False)
@click.option("--question", metavar="NAME", help="Ask this question of data/queries instead of a query.")
@click.option("--param", "given", multiple=True, metavar="NAME=VALUE", help="A value for the question.")
@setting("store")
@setting("netrc")
@setting("as_of")
@setting("query_seconds")
@click.option("--endpoint", metavar="URL", help="Ask the SPARQL endpoint at this address instead of a store.")
@click.option(
    "--format",
    "name",
    type=click.Choice([*RESULT_FORMATS, *GRAPH_FORMATS]),
    help="How to print the result.  [default: table, or turtle for a graph]",
)
@click.option("--cite", is_flag=True, help="Print how to cite the answer instead of the answer.")
@click.option("--keep", is_flag=True, help="With --cite, keep the snapshot that answers for good.")
@setting("serve_url")
def query(
    query: str | None,
    question: str | None,
    given: tuple[str, ...],
    name: str | None,
    endpoint: str | None,
    cite: bool,
    keep: bool,
    **options: Any,
) -> None:
    """Run a SPARQL query, given as text, as @FILE to read it from a file, or as the name of a question."""
    from kg.cli import table
    from kg.publish.answers.cited import CitedQuery
    from kg.rdf.formats import by_name

    if (query is None) == (question is None) or (given and not question):
        raise click.UsageError("give a query, or --question with the name of a question; only that takes --param")
    if (cite and (endpoint or name)) or (keep and not cite):
        raise click.UsageError("--cite is for a store and takes no --format, and --keep is for --cite")
    settings = load(**options)
    if cite:
        asked = CitedQuery(_query_text(query) if query else "", question or "", given)
        show(_citation(asked, settings, keep=keep).encode())
        return
    wanted = None if name in (None, "table") else by_name(str(name))
    text = _bound(question, given, endpoint, settings) if question else _query_text(query or "")
    answer = _answer(text, wanted, endpoint, settings)
    as_table = name in (None, "table") and answer.format.name == "json"
    show(table.render(answer.body).encode() if as_table else answer.body)


@click.command()
@click.argument("iri")
@setting("store")
@setting("as_of")
@graph_format("How to print the description.")
def describe(iri: str, name: str, **options: Any) -> None:
    """Print what the graph says about the resource IRI, which may omit the identity base: entity/en/Homs."""
    from kg.rdf.formats import by_name
    from kg.workers.operations import Describe

    settings = load(**options)
    with _workers(settings) as workers:
        whole = iri if SCHEME.match(iri) else workers.snapshot.manifest.base + iri.lstrip("/")
        show(workers.ask(Describe(whole, by_name(name), settings.result_bytes)).body)


@click.command()
@click.argument("old", metavar="A")
@click.argument("new", metavar="B")
@setting("store")
@click.option(
    "--format",
    "name",
    type=click.Choice(("text", "json", "patch")),
    default="text",
    show_default=True,
    help="How to write the changes; patch is an RDF Patch that makes the triples of A those of B.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write; standard output if not given.",
)
def diff(old: str, new: str, name: Literal["text", "json", "patch"], output: Path | None, **options: Any) -> None:
    """Show what changed from A to B: events added, removed, reworded, or changed otherwise.

    A and B are snapshots (ids, the beginnings of ids, or the words current and previous), or the IRIs of two
    revisions.
    """
    from kg.publish import diff as comparing

    store = store_of(load(**options))
    if name == "patch":
        comparing.write_patch(store, old, new, output or sys.stdout.buffer)
        return
    report = comparing.report(store, old, new, name)
    if output:
        write(output, report)
    else:
        show(report.encode())


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="IRI | --verify ARCHIVE...")
@setting("store")
@setting("jobs")
@click.option(
    "--verify",
    is_flag=True,
    help="Read archives, make each page again from its triples, and compare; exit code 1 if any page differs.",
)
@click.option("--history", is_flag=True, default=None, help="With --verify, read all commits of git archives.")
@setting("mapping")
def page(names: tuple[str, ...], verify: bool, **options: Any) -> None:
    """Print a page from its triples: a page of the Context byte for byte, of a day page the list of items.

    IRI is that of a capture, or the path that the page has in its archive.
    """
    from kg.mapping import rebuild as rebuilding

    settings = load(**options)
    if verify:
        _verify([Path(name) for name in names], settings)
    elif len(names) > 1:
        raise click.UsageError("give one IRI or path; only --verify takes several archives")
    else:
        graph = store_of(settings).current().open()
        sys.stdout.buffer.write(rebuilding.text(rebuilding.find(graph, names[0])))
        sys.stdout.buffer.flush()


def _verify(archives: list[Path], settings: Settings) -> None:
    from kg.pipeline import verify as verifying

    found = verifying.verify(archives, settings)
    click.echo(verifying.summary(found))
    if any(one.reason is not None for one in found):
        sys.exit(1)


def _answer(text: str, wanted: Format | None, endpoint: str | None, settings: Settings) -> Answer:
    if endpoint:
        from kg.query.remote.endpoint import query as ask

        return ask(endpoint, text, wanted, settings)
    with _workers(settings) as workers:
        return workers.query(text, wanted)


def _citation(asked: CitedQuery, settings: Settings, *, keep: bool) -> str:
    """Return a sentence and a BibTeX entry that cite an answer, and whether its snapshot is kept; ``keep`` pins it.

    Raises ParameterError for a query that cannot be cited, and the errors of queries and of ``Store.pin``.
    """
    from kg.publish.answers.canonical import CITED_BYTES, canonical, format_for
    from kg.publish.answers.cited import CitedAnswer

    with _workers(settings) as workers, workers.hold() as snapshot:
        base = snapshot.manifest.base
        text = asked.text(base)
        found = canonical(workers.query(text, format_for(workers.check(text)), limit=CITED_BYTES))
    cited = CitedAnswer(asked, snapshot.id, found.sha256)
    store, told = store_of(settings), (settings.publisher, settings.serve_url or base)
    if keep:
        store.pin(snapshot.id, cited.path)
    lines = (cited.sentence(*told), "", f"Rows: {len(found.rows)}", _stays(store, snapshot.id), "")
    return "\n".join((*lines, cited.reference(*told).bibtex()))


def _stays(store: Store, snapshot: str) -> str:
    if snapshot in store.pinned():
        return f"Snapshot {snapshot} is pinned: it stays until its line in pinned.txt is removed."
    if any(one.id == snapshot for one in store.past()):
        return f"Snapshot {snapshot} is one of the past: it stays."
    return f"Snapshot {snapshot} goes with later builds; --keep pins it."


def _bound(question: str, given: tuple[str, ...], endpoint: str | None, settings: Settings) -> str:
    """Return the query of a question with values; IRIs must be full, since the base of an endpoint is unknown."""
    from kg.query import questions
    from kg.store.layout import Store

    pairs = [one.partition("=") for one in given]
    base = "" if endpoint else Store(settings.folder).current().manifest.base
    return questions.question(question).bound({name: value for name, _, value in pairs}, base)


def _workers(settings: Settings) -> Workers:
    from kg.store import past as retained
    from kg.workers.workers import Workers

    store = store_of(settings)
    past = store.at(retained.instant(settings.as_of)) if settings.as_of else None
    return Workers(past or store, settings, spare=0)


def _query_text(query: str) -> str:
    if not query.startswith("@"):
        return query
    try:
        return Path(query[1:]).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise NewsgraphError(f"the query {query[1:]} cannot be read: {why}") from error
