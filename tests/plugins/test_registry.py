"""Dialects of other distributions are found, ordered and refused."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from kg.version import __version__
from tests.plugins.conftest import CSV, install, python

SHOWN = """
from kg.dialects import registry
from kg.errors import NewsgraphError
try:
    print([(one.name, one.distribution, one.version) for one in registry.installed()])
    print(type(registry.find("a.csv")).__module__, type(registry.find("2011_November_8.txt")).__module__)
except NewsgraphError as error:
    print(f"{type(error).__name__}: {error}")
"""
OWN = ", ".join(
    f"('{name}', 'newsgraph', '{__version__}')" for name in ("context", "parsed-wikitext", "rows", "wikitext")
)
PYPROJECT = """
[project]
name = "{name}"
version = "2.0"
[project.entry-points."newsgraph.dialects"]
{point} = "{value}"
"""


ALL = """
from newsgraph_csv import Csv


class All(Csv):
    def matches(self, path):
        return True
"""

SPOKEN = """
from newsgraph_csv import Csv


class Spoken(Csv):
    publication = "CC BY 4.0"
"""

Make = Callable[[str, str, str, str], None]


def shown(site: Path) -> str:
    done: subprocess.CompletedProcess[bytes] = python(site, "-c", SHOWN)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


@pytest.fixture
def distribution(tmp_path: Path, site: Path) -> Make:
    """A function that installs a distribution with one entry point and one module with this text."""

    def make(name: str, point: str, value: str, text: str) -> None:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "pyproject.toml").write_text(PYPROJECT.format(name=name, point=point, value=value))
        (folder / f"{value.partition(':')[0]}.py").write_text(text)
        install(folder, site)

    return make


def test_dialects_of_others_come_after_our_own_and_by_name(site: Path, distribution: Make) -> None:
    install(CSV, site)
    distribution("another", "all", "everything:All", ALL)
    found = shown(site)
    assert found.startswith(f"[{OWN}, ('all', 'another', '2.0'), ('csv', 'newsgraph-csv', '1.0')]")


def test_of_two_dialects_that_match_a_page_the_first_by_name_reads_it_and_never_instead_of_ours(
    site: Path, distribution: Make
) -> None:
    install(CSV, site)
    distribution("another", "all", "everything:All", ALL)
    assert shown(site).splitlines()[1] == "everything kg.dialects.wikitext.dialect"
    shutil.rmtree(site)
    site.mkdir()
    install(CSV, site)
    distribution("later", "tables", "everything:All", ALL)
    assert shown(site).splitlines()[1] == "newsgraph_csv kg.dialects.wikitext.dialect"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("import no_such_module\n", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("", "AttributeError: "),
        ("Bad = 1\n", "TypeError: bad:Bad is not a subclass of kg.dialects.base.Dialect"),
        (
            "from kg.dialects.base import Dialect\nclass Bad(Dialect):\n    item_counts = {}\n    shown_path = 'a'\n",
            "TypeError: Can't instantiate abstract class",
        ),
        (
            "from kg.dialects.base import Dialect\nclass Bad(Dialect):\n    item_counts = {}\n",
            "TypeError: bad:Bad has no shown_path)",
        ),
        ("Bad = = 1\n", "SyntaxError: "),
    ],
)
def test_a_dialect_that_cannot_be_used_is_an_error_that_names_its_distribution(
    site: Path, distribution: Make, text: str, reason: str
) -> None:
    distribution("broken", "bad", "bad:Bad", text)
    assert shown(site).startswith(f"ConfigurationError: the dialect bad of broken 2.0 cannot be used ({reason}")


def test_two_dialects_of_one_name_are_an_error_that_names_both_distributions(site: Path, distribution: Make) -> None:
    install(CSV, site)
    distribution("another", "csv", "everything:All", ALL)
    assert shown(site) == (
        "ConfigurationError: two dialects are called csv, of another and newsgraph-csv: uninstall one of them\n"
    )


def test_a_broken_dialect_stops_a_build_in_one_line(site: Path, distribution: Make, tmp_path: Path) -> None:
    distribution("broken", "bad", "bad:Bad", "import no_such_module\n")
    (tmp_path / "2011_November_8.txt").write_text("* Shops open.\n")
    done = python(site, "-m", "kg", "build", tmp_path, "--store", tmp_path / "store", "--no-derived")
    assert done.returncode == 2
    assert done.stderr.startswith(b"kg: the dialect bad of broken 2.0 cannot be used")
    assert done.stderr.count(b"\n") == 1


def test_what_a_dialect_says_of_its_archive_must_be_a_publication(site: Path, distribution: Make) -> None:
    install(CSV, site)
    distribution("wordy", "spoken", "spoken:Spoken", SPOKEN)
    found = shown(site)
    assert found.startswith("ConfigurationError: the dialect spoken of wordy 2.0 cannot be used")
    assert "the publication of spoken:Spoken is not a Publication" in found
