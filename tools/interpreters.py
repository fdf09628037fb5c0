"""Finds the Pythons of this machine that newsgraph supports, one of each version (``python -m tools.interpreters``)."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

OLDEST: Final = (3, 11)
_PROGRAM: Final = re.compile(r"python3(?:\.\d+)?")
_VERSION: Final = "import sys; print('.'.join(map(str, sys.version_info[:3])))"


def interpreters() -> dict[str, Path]:
    """Return the program of each version from 3.11 on, found on the PATH, in /usr/bin and in pyenv."""
    found: dict[str, Path] = {}
    for program in _programs():
        told = subprocess.run([program, "-c", _VERSION], capture_output=True, text=True, check=False)
        version = told.stdout.strip()
        if told.returncode == 0 and tuple(map(int, version.split("."))) >= OLDEST:
            found.setdefault(version, program)
    return found


def _programs() -> Iterator[Path]:
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    folders = [*map(Path, os.environ["PATH"].split(os.pathsep)), Path("/usr/bin"), *pyenv.glob("versions/*/bin")]
    for folder in folders:
        yield from sorted(one for one in folder.glob("python3*") if _PROGRAM.fullmatch(one.name))


if __name__ == "__main__":
    for version, program in interpreters().items():
        sys.stdout.write(f"{version}\t{program}\n")
