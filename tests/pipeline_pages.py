"""A few pages of two months, one of which spells a thing differently, and the files of a folder as bytes."""

from __future__ import annotations

from pathlib import Path

_HEADER = "{{Current events header|%s}}\n;Armed conflicts and attacks\n"
PAGES = {
    "2011_November_8.txt": _HEADER % "2011|11|08"
    + "*[[Example civil war]]\n**Shops close in [[Homs]]. [https://example.org/1 (Example News)]\n"
    + "**Shops open in [[Hama]]. [https://example.org/2 (Example News)]\n",
    "2011_December_2.txt": _HEADER % "2011|12|02"
    + "*[[Example Civil War]]\n**Bakers meet in [[Homs]]. [https://example.org/1 (Sample Post)]\n",
}


def contents(folder: Path) -> dict[str, bytes]:
    """Return all files of a folder by their paths in it."""
    files = (file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}
