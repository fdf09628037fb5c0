"""Installs the distributions of this folder without an installer: files and metadata on a path."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

PLUGINS = Path(__file__).parent
CSV = PLUGINS / "csv_dialect"

Kg = Callable[..., "subprocess.CompletedProcess[bytes]"]


def install(distribution: Path, site: Path) -> None:
    """Put the modules of a distribution into ``site``, with the metadata from its pyproject.toml.

    Entry points and metadata have the forms that the Python Packaging User Guide specifies.
    """
    project = tomllib.loads((distribution / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for file in distribution.glob("*.py"):
        shutil.copy(file, site / file.name)
    metadata = site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    metadata.mkdir(parents=True, exist_ok=True)
    about = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (metadata / "METADATA").write_text(about, encoding="utf-8")
    groups = "".join(
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in points.items())
        for group, points in project["entry-points"].items()
    )
    (metadata / "entry_points.txt").write_text(groups, encoding="utf-8")


def python(site: Path, *arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    """Run Python in a process of its own that finds the distributions in ``site``."""
    environment = {**os.environ, "PYTHONPATH": str(site)}
    return subprocess.run([sys.executable, *map(str, arguments)], env=environment, capture_output=True, check=False)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder of installed distributions, still empty."""
    folder = tmp_path / "site"
    folder.mkdir()
    return folder


@pytest.fixture
def kg(site: Path) -> Kg:
    """Run ``kg`` with the dialects of ``site``."""
    return lambda *arguments: python(site, "-m", "kg", *arguments)
