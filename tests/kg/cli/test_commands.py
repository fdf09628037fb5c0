"""The command line: each command on the sample, and one line for each error."""

from __future__ import annotations

import gzip
import json
import re
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from pyoxigraph import RdfFormat, parse
from rdflib import Graph
from rdflib.compare import to_isomorphic

from kg import __version__, cli, graph
from kg.cli.build import _derive
from kg.cli.options import GRAPH_FORMATS
from kg.derived import kinds
from kg.derived.artefact import ArtefactState
from kg.derived.artefacts import Artefacts
from kg.rdf.formats import by_name
from kg.settings import Settings
from kg.store import pruning
from kg.store.layout import Store
from tests.conftest import TURTLE, publish_turtle, run_here
from tests.paths import ROOT

DAY = "2011_November_8.txt"
PAGE = "{{Current events header|2011|11|08}}\n*Shops close in [[Homs]]. [https://example.org/a (Example News)]\n"
HOMS = "http://127.0.0.1:8000/entity/en/Homs"
COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?event a <https://w3id.org/newsgraph/ns#Event> }"
CONSTRUCT = "CONSTRUCT WHERE { ?event <https://schema.org/location> ?place }"

Finished = subprocess.CompletedProcess[bytes]
RunKg = Callable[..., Finished]
Archive = Callable[..., Path]


def refused(done: Finished) -> str:
    """Return the single line in which a command says why it refuses."""
    text = done.stderr.decode()
    assert done.returncode == 2, text
    assert re.fullmatch(r"kg: [^\n]+\n", text), text
    return text


# ---- kg build


def test_build_prints_sums_that_add_up(sample: tuple[Path, ...], tmp_path: Path) -> None:
    arguments = ("--store", tmp_path / "store", "--report", tmp_path / "report.json", "--no-derived")
    done = run_here("build", *sample, *arguments)
    assert (done.returncode, done.stderr) == (0, b"")
    text = done.stdout.decode().replace(",", "")
    sums = re.findall(r"^ *\w[\w ]* (\d+) = (.*)$", text, re.MULTILINE)
    assert len(sums) == 5
    for total, rest in sums:
        parts = [int(sign + number) for sign, number in re.findall(r"([+-]?) ?(?:[a-z]+ )+(\d+)(?! without)", rest)]
        assert int(total) == sum(parts)
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert f"{report['counts']['triples']} triples" in text
    assert f"lines not understood {len(report['lines not understood'])}" in text


def test_build_makes_the_files_that_visitors_would_wait_for(run_kg: RunKg, archive: Archive, tmp_path: Path) -> None:
    pages = archive({DAY: PAGE})
    store = tmp_path / "store"
    done = run_kg("build", pages, "--store", store)
    assert re.search(rb"the statistics.* [.]{3}\n[.]{3} in [0-9.]+ seconds\n", done.stderr)
    current = Store(store).current()
    artefacts = Artefacts(Store(store))
    assert {artefacts.state(one, current) for one in kinds.PREPARED} == {ArtefactState.READY}


def test_build_leaves_that_to_the_server_on_request(archive: Archive, tmp_path: Path) -> None:
    pages = archive({DAY: PAGE})
    assert run_here("build", pages, "--store", tmp_path / "store", "--no-derived").stderr == b""
    assert not (tmp_path / "store" / "cache").exists()


def test_a_build_is_none_the_worse_if_nothing_can_be_derived(archive: Archive, tmp_path: Path) -> None:
    pages = archive({DAY: PAGE})
    (tmp_path / "cache").write_text("in the way of the folder")
    done = run_here("build", pages, "--store", tmp_path / "store", "--cache", tmp_path / "cache")
    assert done.returncode == 0
    assert done.stderr.count(b"kg: warning: the search index could not be made") == 1


def test_a_build_whose_snapshot_another_one_replaces_says_so_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publish_turtle(tmp_path, TURTLE.read_text(encoding="utf-8"))
    replaced = Store(tmp_path).current()
    pruning.remove(replaced.folder)
    _derive(Settings(store=str(tmp_path)), replaced)
    told = capsys.readouterr().err
    assert told.count(f"snapshot {replaced.id} is kept no longer") == 1
    assert "warning" not in told


def test_build_explains_each_kind_of_line_that_was_not_understood(archive: Archive, tmp_path: Path) -> None:
    root = archive({DAY: PAGE + "A stray line\nAnother stray line\n"})
    done = run_here("build", root, "--store", tmp_path / "store")
    assert "lines not understood 2\n    2 text outside a list\n" in done.stdout.decode()


# Folders and files that are not archives: how to make each, and a word that the message must have.
def empty_folder(root: Path) -> None:
    root.mkdir()


def folder_of_pictures(root: Path) -> None:
    root.mkdir()
    for number in range(3):
        (root / f"{number}.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(100))


def page_of_random_bytes(root: Path) -> None:
    root.mkdir()
    (root / DAY).write_bytes(bytes(range(256)) * 10)


def line_of_fifty_megabytes(root: Path) -> None:
    root.mkdir()
    (root / DAY).write_bytes(b"*" + b"a" * 50_000_000)


def git(root: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=Example", "-c", "user.email=example@example.org"]
    subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True)


def repository(root: Path) -> None:
    root.mkdir()
    git(root, "init")
    (root / DAY).write_text(PAGE)
    git(root, "add", ".")
    git(root, "commit", "-m", "pages")


def repository_without_commit(root: Path) -> None:
    root.mkdir()
    git(root, "init")


def repository_with_truncated_objects(root: Path) -> None:
    repository(root)
    for file in (root / ".git" / "objects").rglob("??????????*"):
        if file.is_file():
            file.chmod(0o644)
            file.write_bytes(file.read_bytes()[:10])


def repository_with_a_truncated_page(root: Path) -> None:
    repository(root)
    name = subprocess.run(["git", "rev-parse", f"HEAD:{DAY}"], cwd=root, check=True, capture_output=True, text=True)
    blob = root / ".git" / "objects" / name.stdout[:2] / name.stdout[2:].strip()
    blob.chmod(0o644)
    blob.write_bytes(blob.read_bytes()[:-20])


def repository_without_its_objects(root: Path) -> None:
    repository(root)
    (root / ".git" / "objects").rename(root / "elsewhere")


def missing_path(root: Path) -> None:
    assert not root.exists()


def single_file(root: Path) -> None:
    root.write_text(PAGE)


BAD_ARCHIVES = (
    (empty_folder, "holds no files: pages are named like"),
    (folder_of_pictures, "holds no pages, only 3 other files"),
    (page_of_random_bytes, "is not text"),
    (line_of_fifty_megabytes, "has 50,000,001 bytes, more than the 8,000,000 allowed"),
    (repository_without_commit, "has no commit yet"),
    (repository_with_truncated_objects, "git cannot read"),
    (repository_with_a_truncated_page, "git cannot read"),
    (repository_without_its_objects, "is not a git repository: it has no objects"),
    (missing_path, "is not a folder"),
    (single_file, "is not a folder"),
)


@pytest.mark.parametrize(("make", "said"), BAD_ARCHIVES, ids=[make.__name__ for make, _ in BAD_ARCHIVES])
def test_an_invalid_archive_gives_one_line_and_builds_nothing(
    tmp_path: Path, make: Callable[[Path], None], said: str
) -> None:
    make(tmp_path / "archive")
    assert said in refused(run_here("build", tmp_path / "archive", "--store", tmp_path / "store"))
    left = (tmp_path / "store").iterdir() if (tmp_path / "store").exists() else ()
    assert {file.name for file in left} <= {"lock"}


@pytest.mark.parametrize("store", ["file/store", "file", "/proc/newsgraph/store"])
def test_a_store_that_cannot_be_written_gives_one_line(archive: Archive, tmp_path: Path, store: str) -> None:
    (tmp_path / "file").write_text("")
    done = run_here("build", archive({DAY: PAGE}), "--store", tmp_path / store)
    assert "cannot be written" in refused(done)
    assert (tmp_path / "file").read_text() == ""


@pytest.mark.parametrize("size", [0, 5_000])
def test_a_full_disk_gives_one_line_and_leaves_the_store_unchanged(
    run_kg: RunKg, archive: Archive, tmp_path: Path, size: int
) -> None:
    store = tmp_path / "store"
    run_here("build", archive({DAY: PAGE}), "--store", store)
    before = {file: file.read_bytes() for file in store.rglob("*") if file.is_file()}
    lines = "".join(f"*Shop {number} closes in [[Homs]]. [https://example.org/{number} (A)]\n" for number in range(400))
    done = run_kg(
        "build", archive({DAY: PAGE + lines}), "--store", store,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
    )  # fmt: skip
    assert "cannot be written" in refused(done)
    assert {file: file.read_bytes() for file in store.rglob("*") if file.is_file()} == before


def test_a_report_that_cannot_be_written_gives_one_line(archive: Archive, tmp_path: Path) -> None:
    done = run_here(
        *("build", archive({DAY: PAGE}), "--no-derived"),
        *("--store", tmp_path / "store", "--report", tmp_path / "none" / "r.json"),
    )
    assert "r.json cannot be written: No such file or directory" in refused(done)


@pytest.mark.parametrize(
    "options",
    [
        ("--jobs", "-1"),
        ("--base", "http://["),
        ("--base", "http://a b/"),
        ("--base", 'http://a"b/'),
        ("--base", "http://a:b/"),
        ("--base", "ftp://example.org/"),
        ("--base", "http://example.org"),
        ("--base", "http://example.org/?a/"),
        ("--base", ""),
        ("--language", "not a language"),
    ],
    ids=" ".join,
)
def test_an_invalid_setting_gives_one_line(archive: Archive, tmp_path: Path, options: tuple[str, str]) -> None:
    refused(run_here("build", archive({DAY: PAGE}), "--store", tmp_path / "store", *options))
    assert not (tmp_path / "store").exists()


def test_an_invalid_environment_variable_gives_one_line(run_kg: RunKg, tmp_path: Path) -> None:
    assert "KG_JOBS must be int" in refused(run_kg("build", tmp_path, env={"KG_JOBS": "many"}))


# ---- kg query, kg describe, kg dump


def test_query_prints_a_table(run_kg: RunKg, sample_store: Path) -> None:
    done = run_kg("query", COUNT, "--store", sample_store)
    assert re.fullmatch(r"n\n---\n\d+\n\(1 row\)\n", done.stdout.decode())


@pytest.mark.parametrize("name", ["csv", "tsv", "json", "xml"])
def test_query_prints_each_format_of_results(sample_store: Path, name: str) -> None:
    done = run_here("query", COUNT, "--store", sample_store, "--format", name)
    assert (done.returncode, done.stderr) == (0, b"")
    assert {"csv": b"n\r\n", "tsv": b"?n\n", "json": b"{", "xml": b"<?xml"}[name] in done.stdout
    assert done.stdout.endswith(b"\n")


def test_query_asks_a_question_with_values(sample_store: Path) -> None:
    def ask(*words: str) -> Finished:
        return run_here("query", "--store", sample_store, "--format", "csv", *words)

    done = ask("--question", "in-a-place", "--param", "place=Damascus")
    assert done.returncode == 0
    assert b"2013-04-21" in done.stdout
    assert "must be a day" in refused(ask("--question", "one-day", "--param", "date=soon"))
    assert "there is no question" in refused(ask("--question", "none"))
    assert ask("ASK {}", "--param", "date=2011-11-08").returncode == 2
    assert ask().returncode == 2


def test_query_reads_a_file(sample_store: Path, tmp_path: Path) -> None:
    (tmp_path / "count.rq").write_text(COUNT)
    done = run_here("query", f"@{tmp_path / 'count.rq'}", "--store", sample_store)
    assert done.stdout == run_here("query", COUNT, "--store", sample_store).stdout


@pytest.fixture(scope="module")
def plain(sample_store: Path) -> bytes:
    """The graph of CONSTRUCT in N-Triples, as the command prints it."""
    return run_here("query", CONSTRUCT, "--store", sample_store, "--format", "ntriples").stdout


@pytest.mark.parametrize("name", ["turtle", "ntriples", "rdfxml", "jsonld", "trig", "nquads"])
def test_query_prints_a_graph_in_each_format(sample_store: Path, plain: bytes, name: str) -> None:
    done = run_here("query", CONSTRUCT, "--store", sample_store, "--format", name)
    chosen = by_name(name).rdf
    assert chosen is not None
    assert set(parse(input=done.stdout, format=chosen)) == set(parse(input=plain, format=RdfFormat.N_TRIPLES))


def test_query_prints_a_graph_as_turtle_unless_told_otherwise(sample_store: Path) -> None:
    default = run_here("query", CONSTRUCT, "--store", sample_store)
    assert default.stdout == run_here("query", CONSTRUCT, "--store", sample_store, "--format", "turtle").stdout
    assert default.stdout.startswith(b"@prefix")


def test_a_query_that_is_not_sparql_is_refused_with_line_and_column(sample_store: Path) -> None:
    done = run_here("query", "SELECT * WHERE {\n ?s ?p }", "--store", sample_store)
    assert re.match(r"kg: line 2, column \d+: ", refused(done))


@pytest.mark.parametrize(("query", "name"), [("ASK {}", "turtle"), (CONSTRUCT, "csv")])
def test_a_format_that_cannot_hold_the_result_is_refused(sample_store: Path, query: str, name: str) -> None:
    assert "cannot hold" in refused(run_here("query", query, "--store", sample_store, "--format", name))


@pytest.mark.parametrize("content", [None, b"\xff"], ids=["missing", "not UTF-8"])
def test_a_file_with_a_query_that_cannot_be_read_is_refused(
    sample_store: Path, tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "query.rq").write_bytes(content)
    done = run_here("query", f"@{tmp_path / 'query.rq'}", "--store", sample_store)
    assert "query.rq cannot be read" in refused(done)


@pytest.mark.parametrize("name", GRAPH_FORMATS)
def test_describe_prints_what_is_said_of_a_resource_in_each_format(sample_store: Path, name: str) -> None:
    done = run_here("describe", HOMS, "--store", sample_store, "--format", name)
    chosen = by_name(name).rdf
    assert chosen is not None
    assert any(str(quad.subject) == f"<{HOMS}>" for quad in parse(input=done.stdout, format=chosen))


@pytest.mark.parametrize("iri", ["http://127.0.0.1:8000/entity/en/Nowhere_at_all", "not an IRI", ""])
def test_describe_refuses_what_the_graph_says_nothing_about(sample_store: Path, iri: str) -> None:
    refused(run_here("describe", iri, "--store", sample_store))


@pytest.mark.parametrize("name", GRAPH_FORMATS)
def test_dump_writes_a_file_a_packed_file_and_standard_output_alike(
    sample_store: Path, tmp_path: Path, name: str
) -> None:
    common = ("dump", "--store", sample_store, "--format", name)
    printed = run_here(*common)
    assert printed.stderr == b""
    for output in ("all", "all.gz"):
        assert run_here(*common, "-o", tmp_path / output).stdout == b""
    assert (tmp_path / "all").read_bytes() == printed.stdout
    assert gzip.decompress((tmp_path / "all.gz").read_bytes()) == printed.stdout


def test_rdflib_reads_a_dump_as_the_graph_of_the_library(archive: Archive, tmp_path: Path) -> None:
    root = archive({DAY: PAGE})
    run_here("build", root, "--store", tmp_path / "store")
    dumped = Graph().parse(data=run_here("dump", "--store", tmp_path / "store").stdout, format="turtle")
    assert to_isomorphic(dumped) == to_isomorphic(graph(root))


@pytest.mark.parametrize("command", [("query", "ASK {}"), ("describe", HOMS), ("dump",)], ids=lambda one: one[0])
def test_a_store_without_a_snapshot_is_refused(tmp_path: Path, command: tuple[str, ...]) -> None:
    assert "holds no snapshot: build one with" in refused(run_here(*command, "--store", tmp_path / "none"))


@pytest.mark.parametrize(
    "command",
    [("dump", "--format", "ntriples"), ("query", "SELECT * WHERE { ?s ?p ?o }", "--format", "tsv")],
    ids=lambda one: one[0],
)
def test_a_reader_that_stops_reading_is_not_an_error(sample_store: Path, command: tuple[str, ...]) -> None:
    arguments = [sys.executable, "-m", "kg", *command, "--store", str(sample_store)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stdout.readline()
        running.stdout.close()
        assert running.stderr.read() == b""


# ---- Help


def test_the_help_of_every_command_explains_every_option() -> None:
    for name, command in cli.main.commands.items():
        context = click.Context(command, info_name=name)
        text = command.get_help(context)
        assert command.help
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, f"{name} {parameter.name}"
                assert all(option in text for option in parameter.opts)


def test_the_module_is_the_command(run_kg: RunKg) -> None:
    assert run_kg("--version").stdout.decode().strip().endswith(__version__)
    assert all(name in run_kg("--help").stdout.decode() for name in ("build", "query", "describe", "dump", "serve"))


@pytest.mark.parametrize(
    "arguments", [["--help"], ["build", "--help"], ["serve", "--help"], ["--version"]], ids=" ".join
)
def test_help_imports_nothing_that_takes_time(arguments: list[str]) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "kg", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert "click" in imported
    assert not imported & {"rdflib", "flask", "pyoxigraph", "oxrdflib", "mwparserfromhell", "httptools", "pyld"}


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nothing"],
        ["build"],
        ["build", "archive", "--jobs", "many"],
        ["query"],
        ["query", "ASK {}", "--format", "picture"],
        ["describe"],
        ["dump", "--format", "csv"],
        ["dump", "-o", "."],
        ["serve", "--port", "many"],
        ["serve", "--nothing"],
    ],
    ids=" ".join,
)
def test_no_bad_option_gives_a_traceback(arguments: list[str]) -> None:
    done = run_here(*arguments)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr + done.stdout
    assert b"Usage:" in done.stderr


def test_the_defaults_that_help_shows_are_those_of_the_settings() -> None:
    text = cli.main.commands["serve"].get_help(click.Context(cli.main.commands["serve"]))
    for name in ("host", "port", "store"):
        assert f"[default: {getattr(Settings(), name)}]" in " ".join(text.split())


# ---- kg query --cite, kg mcp


def test_query_cites_an_answer_and_says_whether_its_snapshot_stays(served_store: Path) -> None:
    done = run_here("query", COUNT, "--cite", "--store", served_store)
    assert done.returncode == 0
    text = done.stdout.decode()
    assert re.search(r"/answer\?query=SELECT\S+&snapshot=20111109T060000000000Z&sha256=[0-9a-f]{64} SHA-256: ", text)
    assert "Rows: 1\nSnapshot 20111109T060000000000Z goes with later builds; --keep pins it.\n" in text
    assert "@misc{newsgraph-answer-20111109-" in text


@pytest.mark.parametrize(
    "arguments",
    [("--keep", COUNT), ("--cite", "--format", "csv", COUNT), ("--cite", "--endpoint", "http://127.0.0.1:1/", COUNT)],
)
def test_options_that_go_with_cite_are_named(arguments: tuple[str, ...], served_store: Path) -> None:
    done = run_here("query", *arguments, "--store", served_store)
    assert done.returncode == 2
    assert b"--keep is for --cite" in done.stderr


def test_query_does_not_cite_what_is_another_answer_next_time(served_store: Path) -> None:
    done = run_here("query", "SELECT (RAND() AS ?r) {}", "--cite", "--store", served_store)
    assert "RAND cannot be cited" in refused(done)


def test_mcp_needs_a_store_and_its_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "holds no snapshot" in refused(run_here("mcp", "--store", tmp_path))
    for name in [one for one in sys.modules if one.startswith("endpoint.agents")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "mcp_types", None)
    assert "kg mcp needs mcp_types: install newsgraph with its extra mcp" in refused(run_here("mcp"))
