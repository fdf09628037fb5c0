from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode

from kg.pipeline import kept_months, run
from kg.pipeline.run import Built
from kg.rdf import terms
from kg.rdf.lines import statements
from kg.settings import Settings
from kg.store.layout import Store
from tests.paths import ROOT

PAGE = "<!-- All news items below this line -->{{Current events header|2018|%02d|01}}\n\n;Business\n%s\n"
MONTHS = {1: "January", 2: "February", 3: "March"}


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    root = tmp_path / "archive"
    root.mkdir()
    for month in MONTHS:
        write(root, month, f"*Shops in town {month} open. [https://example.org/{month} (Example News)]")
    return root


def write(root: Path, month: int, bullets: str) -> None:
    (root / f"2018_{MONTHS[month]}_1.txt").write_text(PAGE % (month, bullets), encoding="utf-8")


def built(root: Path, store: Path) -> Built:
    return run.build([root], replace(Settings(), store=str(store), jobs=1))


def quads(one: Built) -> bytes:
    with statements.reading(one.snapshot.open()) as lines:
        return b"".join(sorted(lines))


def test_a_build_converts_only_the_months_that_are_new(archive: Path, tmp_path: Path) -> None:
    assert built(archive, tmp_path / "store").report["months"] == {"all": 3, "new": 3}
    assert built(archive, tmp_path / "store").report["months"] == {"all": 3, "new": 0}
    write(archive, 2, "*A bridge is closed.")
    assert built(archive, tmp_path / "store").report["months"] == {"all": 3, "new": 1}


def test_the_months_of_a_remote_store_are_kept_in_its_folder(archive: Path, tmp_path: Path) -> None:
    settings = Settings(store="sparql+http://127.0.0.1:1/", store_folder=str(tmp_path / "ours"), jobs=1)
    assert run.build([archive], settings).report["months"] == {"all": 3, "new": 3}
    assert run.build([archive], settings).report["months"] == {"all": 3, "new": 0}


def test_kept_months_give_the_same_graph_report_and_ledger_as_a_new_conversion(archive: Path, tmp_path: Path) -> None:
    first = built(archive, tmp_path / "store")
    ledger = (tmp_path / "store" / "ledger.tsv").read_bytes()
    second = built(archive, tmp_path / "store")
    assert quads(first) == quads(second)
    same = ("counts", "tally", "lines not understood", "languages", "other files", "excluded")
    assert [first.report[name] for name in same] == [second.report[name] for name in same]
    assert (tmp_path / "store" / "ledger.tsv").read_bytes() == ledger


def test_the_sample_kept_gives_the_same_graph_as_the_sample_converted(
    sample: tuple[Path, ...], sample_build: Built, tmp_path: Path
) -> None:
    settings = replace(Settings(), store=str(tmp_path / "store"))
    for _ in range(3):
        again = run.build(sample, settings)
    assert again.report["months"]["new"] == 0
    assert quads(again) == quads(sample_build)


def test_a_changed_archive_gives_the_same_graph_as_a_build_from_nothing_with_the_ledger(
    archive: Path, tmp_path: Path
) -> None:
    built(archive, tmp_path / "store")
    write(archive, 2, "*A bridge is closed.\n*Shops in town 2 open. [https://example.org/2 (Example News)]")
    changed = built(archive, tmp_path / "store")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "ledger.tsv").write_bytes((tmp_path / "store" / "ledger.tsv").read_bytes())
    assert quads(changed) == quads(built(archive, tmp_path / "other"))


def test_a_part_that_is_damaged_is_converted_again(archive: Path, tmp_path: Path) -> None:
    first = built(archive, tmp_path / "store")
    for file in Store(tmp_path / "store").kept_months.glob("*.nt"):
        file.write_bytes(file.read_bytes()[:-10])
    second = built(archive, tmp_path / "store")
    assert second.report["months"]["new"] == 3
    assert quads(first) == quads(second)
    assert built(archive, tmp_path / "store").report["months"]["new"] == 0


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"sha256": 1}', '{"sha256": "x", "outcome": {}}'])
def test_an_unreadable_result_is_converted_again(archive: Path, tmp_path: Path, text: str) -> None:
    built(archive, tmp_path / "store")
    for file in Store(tmp_path / "store").kept_months.glob("*.json"):
        file.write_text(text, encoding="utf-8")
    assert built(archive, tmp_path / "store").report["months"]["new"] == 3


def test_the_spelling_of_a_publisher_that_is_printed_most_is_its_label(archive: Path, tmp_path: Path) -> None:
    for day, name in ((1, "EXAMPLE"), (2, "Example"), (3, "Example")):
        write(archive, day, f"*Shops open {day}. [https://example.org/{day} ({name})]")
    for new in (3, 0):  # counted, and read from kept parts
        built_ = built(archive, tmp_path / "store")
        assert built_.report["months"]["new"] == new
        publisher = NamedNode("http://127.0.0.1:8000/publisher/example.org")
        said = {(one.predicate, one.object) for one in built_.snapshot.open().quads_for_pattern(publisher, None, None)}
        assert said >= {(terms.LABEL, Literal("Example")), (terms.ALT_LABEL, Literal("EXAMPLE"))}


def test_parts_of_pages_that_are_gone_are_removed(archive: Path, tmp_path: Path) -> None:
    built(archive, tmp_path / "store")
    before = len(list(Store(tmp_path / "store").kept_months.iterdir()))
    (archive / "2018_March_1.txt").unlink()
    built(archive, tmp_path / "store")
    built(archive, tmp_path / "store")
    assert len(list(Store(tmp_path / "store").kept_months.iterdir())) < before


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program's files that a test may change."""
    root = tmp_path_factory.mktemp("program")
    for package in ("kg", "vocab"):
        shutil.copytree(ROOT / package, root / package, ignore=shutil.ignore_patterns("__pycache__"))
    return root


@pytest.mark.parametrize("package", kept_months.CODE)
def test_a_changed_line_in_a_converting_package_is_another_program(program: Path, package: str) -> None:
    before = kept_months.program_at(program)
    assert before == kept_months.program_at(ROOT)
    for file in (program / package).rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        file.write_text(f"{text}\n", encoding="utf-8")
        assert kept_months.program_at(program) != before
        file.write_text(text, encoding="utf-8")


def test_a_change_of_the_command_line_leaves_the_kept_months_as_they_are(program: Path) -> None:
    before = kept_months.program_at(program)
    for file in (program / "kg" / "cli").rglob("*.py"):
        file.write_text("", encoding="utf-8")
    assert kept_months.program_at(program) == before


def test_all_that_a_conversion_imports_is_in_a_package_that_names_the_program() -> None:
    """Except errors, settings and code that runs processes, which put nothing into a graph."""
    script = "import sys, kg.pipeline.convert; print(*(getattr(m, '__file__', '') or '' for m in sys.modules.values()))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    files = [Path(one) for one in done.stdout.split() if Path(one).is_relative_to(ROOT)]
    ours = [one.relative_to(ROOT).as_posix() for one in files if one.relative_to(ROOT).parts[0] in ("kg", "vocab")]
    outside = {one for one in ours if not one.startswith(tuple(f"{package}/" for package in kept_months.CODE))}
    assert len(ours) > 20
    assert outside <= {"kg/__init__.py", "kg/errors.py", "kg/version.py"}
