"""Tries the wheel and the sdist in a folder in a fresh environment for each Python, before a release.

``make release-check`` builds both and runs this. It ends with an error at the first command that fails.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tools.interpreters import interpreters

ROOT: Final = Path(__file__).resolve().parents[1]
PINNED: Final = str(ROOT / "constraints.txt")
TRIED: Final = (
    ("demo", "--table", "year"),
    ("build", "year/events.csv", "--store", "store"),
    ("verify", "--store", "store"),
    ("query", "--store", "store", "--question", "in-a-place", "--param", "place=Homs"),
)
"""What a new user does first."""


def disagreements(version: str) -> list[str]:
    """Return the files that do not name the version to release."""
    wanted = {"CHANGELOG.md": f"\n## {version}", "CITATION.cff": f"\nversion: {version}\n"}
    return [name for name, line in wanted.items() if line not in (ROOT / name).read_text(encoding="utf-8")]


def try_out(python: Path, distribution: Path) -> None:
    """Install a distribution into a fresh environment of a Python, and use it; raises CalledProcessError."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        _run(folder, python, "-m", "venv", "venv")
        _run(folder, folder / "venv/bin/python", "-m", "pip", "install", "--quiet", "--no-cache-dir", distribution)
        for command in (("--version",), *TRIED):
            _run(folder, folder / "venv/bin/kg", *command)


def _run(folder: Path, *command: str | Path) -> None:
    sys.stdout.write(f"$ {' '.join(map(str, command))}\n")
    sys.stdout.flush()
    pinned = {"PIP_CONSTRAINT": PINNED, "PIP_BUILD_CONSTRAINT": PINNED}
    subprocess.run(command, cwd=folder, env={**os.environ, **pinned}, check=True)


def main() -> None:
    """Try each distribution in the given folder, and say what prevents the release of the version."""
    folder = Path(sys.argv[1]).resolve()
    for version, python in interpreters().items():
        for distribution in (*folder.glob("*.whl"), *folder.glob("*.tar.gz")):
            sys.stdout.write(f"== Python {version}: {distribution.name}\n")
            try_out(python, distribution)
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    if "dev" in version:
        sys.stdout.write(f"{version} works, and is not for release: set the version in pyproject.toml first\n")
    elif missing := disagreements(version):
        raise SystemExit(f"{version} works, and these files do not name it: {', '.join(missing)}")


if __name__ == "__main__":
    main()
