"""The command line: one verb for each step of the way. Modules that take time to load are imported when needed."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click

from kg import __version__
from kg.errors import NewsgraphError, StoreError
from kg.settings import SETTINGS, Settings, load

if TYPE_CHECKING:
    from kg.formats import Format
    from kg.query import Answer
    from kg.workers import Workers

Command = TypeVar("Command", bound=Callable[..., Any])

GRAPH_FORMATS = ("turtle", "ntriples", "rdfxml", "jsonld", "trig", "nquads")
RESULT_FORMATS = ("table", "csv", "tsv", "json", "xml")


class Group(click.Group):
    """A group of commands that reports each of our errors in one line and ends with exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; raises click.exceptions.Exit with code 2 for an error."""
        try:
            return super().invoke(ctx)
        except NewsgraphError as error:
            click.echo(f"kg: {error}", err=True)
            ctx.exit(2)


def setting(name: str) -> Callable[[Command], Command]:
    """Return the option for a setting, with its help and default from the table of settings."""
    one = next(candidate for candidate in SETTINGS if candidate.name == name)
    shown = one.metadata["help"]
    option = f"--{name.replace('_', '-')}"
    return click.option(option, name, type=type(one.default), default=None, help=f"{shown}  [default: {one.default}]")


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="newsgraph")
def main() -> None:
    """Turn an archive of news events into a knowledge graph, query it, and serve it."""


@main.command()
@click.argument("archives", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="ARCHIVE...")
@setting("store")
@setting("ledger")
@setting("base")
@setting("jobs")
@setting("language")
@click.option(
    "--history",
    is_flag=True,
    default=None,
    help="Read git archives through all their commits, which gives events their revisions.",
)
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write all that was counted, and each line not understood, to this file as JSON.",
)
def build(archives: tuple[Path, ...], report: Path | None, **options: Any) -> None:
    """Read archives and make a new snapshot of the store, which becomes the current one.

    ARCHIVE is a folder of pages, or a git repository, which is read at its newest commit.
    """
    from kg import build as building
    from kg.report import summary

    with _progress_bar() as progress:
        built = building.build(archives, load(**options), progress)
    click.echo(summary(built.snapshot.manifest, built.report))
    if report:
        _write(report, json.dumps(built.report, indent=1, ensure_ascii=False) + "\n")


@main.command()
@click.argument("query")
@setting("store")
@setting("query_seconds")
@click.option("--endpoint", metavar="URL", help="Ask the SPARQL endpoint at this address instead of a store.")
@click.option(
    "--format",
    "name",
    type=click.Choice([*RESULT_FORMATS, *GRAPH_FORMATS]),
    help="How to print the result.  [default: table, or turtle for a graph]",
)
def query(query: str, name: str | None, endpoint: str | None, **options: Any) -> None:
    """Run a SPARQL query: its text, or @FILE to read it from a file."""
    from kg import table
    from kg.formats import by_name

    settings = load(**options)
    wanted = None if name in (None, "table") else by_name(str(name))
    answer = _answer(_query_text(query), wanted, endpoint, settings)
    as_table = name in (None, "table") and answer.format.name == "json"
    _print(table.render(answer.body).encode() if as_table else answer.body)


@main.command()
@click.argument("iri")
@setting("store")
@click.option(
    "--format",
    "name",
    type=click.Choice(GRAPH_FORMATS),
    default="turtle",
    show_default=True,
    help="How to print the description.",
)
def describe(iri: str, name: str, **options: Any) -> None:
    """Print what the graph says about the resource IRI."""
    from kg.formats import by_name

    with _workers(load(**options)) as workers:
        _print(workers.describe(iri, by_name(name)).body)


@main.command()
@setting("store")
@click.option(
    "--format",
    "name",
    type=click.Choice(GRAPH_FORMATS),
    default="turtle",
    show_default=True,
    help="Format of the dump.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write, gzipped if its name ends in .gz; standard output if not given.",
)
def dump(name: str, output: Path | None, **options: Any) -> None:
    """Write the whole graph to one file."""
    from kg import dump as dumping
    from kg import snapshot
    from kg.formats import by_name

    database = snapshot.current(Path(load(**options).store)).database
    if output:
        dumping.dump(database, by_name(name), output)
    else:
        dumping.write(database, by_name(name), sys.stdout.buffer)


@main.command()
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
    from kg import diff as comparing

    store = Path(load(**options).store)
    if name == "patch":
        comparing.write_patch(store, old, new, output or sys.stdout.buffer)
        return
    report = comparing.report(store, old, new, name)
    if output:
        _write(output, report)
    else:
        _print(report.encode())


@main.command()
@click.argument("names", nargs=-1, required=True, metavar="IRI | --verify ARCHIVE...")
@setting("store")
@setting("jobs")
@click.option(
    "--verify",
    is_flag=True,
    help="Read archives instead, make each of their pages from its triples, and compare; exit code 1 if any differs.",
)
@click.option(
    "--history", is_flag=True, default=None, help="With --verify, read git archives through all their commits."
)
def page(names: tuple[str, ...], verify: bool, **options: Any) -> None:
    """Print a page as its triples tell it: one of the Context byte for byte, of a day page the item list.

    IRI is that of a capture, or the path that the page has in its archive.
    """
    from kg import page as rebuilding
    from kg import snapshot

    settings = load(**options)
    if verify:
        _verify([Path(name) for name in names], settings)
    elif len(names) > 1:
        raise click.UsageError("give one IRI or path; only --verify takes several archives")
    else:
        store = snapshot.current(Path(settings.store)).open()
        sys.stdout.buffer.write(rebuilding.text(rebuilding.find(store, names[0])))
        sys.stdout.buffer.flush()


@main.group()
def ledger() -> None:
    """Say which events are one, and which must not be shown; what is said takes effect with the next build."""


@ledger.command()
@click.argument("old")
@click.argument("new")
@setting("store")
def merge(old: str, new: str, **options: Any) -> None:
    """Merge the event with the IRI OLD into the one with the IRI NEW, to which OLD leads from then on."""
    from kg import curate

    curate.merge(Path(load(**options).store), old, new)
    click.echo(f"{old} is merged into {new}: takes effect with the next build")


@ledger.command()
@click.argument("event")
@setting("store")
def withdraw(event: str, **options: Any) -> None:
    """Withdraw the event with the IRI EVENT: of what it says, nothing is shown any more."""
    from kg import curate

    curate.withdraw(Path(load(**options).store), event)
    click.echo(f"{event} is withdrawn: takes effect with the next build")


@ledger.command()
@click.argument("event")
@setting("store")
def show(event: str, **options: Any) -> None:
    """Print what the ledger says about the event with the IRI EVENT."""
    from kg import curate

    click.echo("\n".join(curate.show(Path(load(**options).store), event)))


@main.command()
@setting("store")
@setting("host")
@setting("port")
@setting("query_seconds")
@setting("query_workers")
def serve(**options: Any) -> None:
    """Serve the store over HTTP: pages, documents in every format, dumps, and SPARQL."""
    from endpoint.app import serve as run

    run(load(**options))


def _verify(archives: list[Path], settings: Settings) -> None:
    from kg import verify as verifying

    found = verifying.verify(archives, settings)
    click.echo(verifying.summary(found))
    if any(one.reason is not None for one in found):
        sys.exit(1)


def _answer(text: str, wanted: Format | None, endpoint: str | None, settings: Settings) -> Answer:
    if endpoint:
        from kg import remote

        return remote.query(endpoint, text, wanted, settings)
    with _workers(settings) as workers:
        return workers.query(text, wanted)


def _workers(settings: Settings) -> Workers:
    from kg.workers import Workers

    return Workers(Path(settings.store), settings, spare=0)


def _query_text(query: str) -> str:
    if not query.startswith("@"):
        return query
    try:
        return Path(query[1:]).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NewsgraphError(f"the query {query[1:]} cannot be read: {error}") from error


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreError(f"{file} cannot be written: {error.strerror}") from error


def _print(content: bytes) -> None:
    sys.stdout.buffer.write(content if content.endswith(b"\n") else content + b"\n")
    sys.stdout.buffer.flush()


class _progress_bar:  # noqa: N801
    """A progress bar with rate and time left on a terminal, and nothing elsewhere."""

    def __enter__(self) -> Callable[[int, int], None]:
        self.bar: Any = None
        return self.show if sys.stderr.isatty() else lambda done, total: None

    def show(self, done: int, total: int) -> None:
        """Show that ``done`` of ``total`` days are read."""
        if self.bar is None:
            self.bar = click.progressbar(length=total, label="days", file=sys.stderr, show_pos=True, show_eta=True)
        self.bar.update(done - self.bar.pos)

    def __exit__(self, *exception: object) -> None:
        if self.bar is not None:
            self.bar.render_finish()
