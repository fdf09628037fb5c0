"""A release: the files that name the version, and the Pythons on which it is tried."""

from __future__ import annotations

import subprocess
import sys

from kg.version import __version__
from tools.interpreters import OLDEST, interpreters
from tools.release import disagreements


def test_a_version_is_named_by_the_citation_and_the_changelog() -> None:
    assert "CITATION.cff" not in disagreements(__version__)
    assert disagreements("0.1.0") == ["CITATION.cff"]
    assert disagreements("99.0") == ["CHANGELOG.md", "CITATION.cff"]


def test_each_python_that_is_found_has_the_version_that_it_is_listed_under() -> None:
    found = interpreters()
    assert found
    for version, program in found.items():
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
        assert said.stdout.split()[1].startswith(version)
        assert tuple(map(int, version.split("."))) >= OLDEST
    assert any(version.startswith(f"{sys.version_info.major}.") for version in found)
