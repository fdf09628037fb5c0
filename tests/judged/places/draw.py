"""Draws the link targets that are judged by reading: is the subject of the article a place?

    python tests/judged/places/draw.py ARCHIVE [--seed N] [--count N] [--context N]

ARCHIVE is a git checkout of Current Events day pages (`data/2011_November_8.txt`). The frame is every distinct
target of a link in a bullet of its newest day pages, written as MediaWiki writes a title: underscores are spaces,
the section behind `#` is cut, the first letter is a capital. Links to files, categories, other namespaces and other
wikis are not targets. `COUNT` targets are drawn without replacement from the frame in the order of code points, all
with equal chances. The targets are printed in the order drawn, with up to `--context` of the lines that link each,
for a judge to read; the seed and the size of the frame are printed first.
"""

import argparse
import html
import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

SEED = 20261125
COUNT = 1_200
LINK = re.compile(r"\[\[\s*:?([^\[\]|{}<>\n]+?)\s*(?:\|[^\[\]]*)?\]\]")
BULLET = re.compile(r"[*#:]")
OTHER = re.compile(
    r"(?:[a-z]{2,3}|simple|wikt|[bcdmnqsvw]|voy|file|image|category|media|template|portal|wikipedia|wp|help|user"
    r"|talk|special|commons|wiktionary|wikinews|wikiquote|wikisource|meta)\s*:(?!\s)",
    re.IGNORECASE,
)


def lines(archive: Path) -> Iterator[tuple[str, str]]:
    """Yield each bullet of each day page with the file's name."""
    for file in sorted((archive / "data").glob("*.txt")):
        data = file.read_bytes()
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            text = data.decode("latin-1")
        yield from ((file.name, line) for line in text.split("\n") if BULLET.match(line))


def title(target: str) -> str:
    """Return a link target as a title, empty if it leads to no article."""
    plain = unquote(html.unescape(target)).replace("_", " ").partition("#")[0]
    plain = " ".join(plain.split())
    return "" if OTHER.match(plain) else plain[:1].upper() + plain[1:]


def frame(archive: Path) -> dict[str, list[tuple[str, str]]]:
    """Return for every distinct target the bullets that link it, with their files."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name, line in lines(archive):
        for target in dict.fromkeys(map(title, LINK.findall(line))):
            if target:
                found.setdefault(target, []).append((name, line))
    return found


def draw(targets: dict[str, list[tuple[str, str]]], seed: int = SEED, count: int = COUNT) -> list[str]:
    """Return the targets drawn, in the order drawn."""
    return random.Random(seed).sample(sorted(targets), count)


def main() -> None:
    """Draw, and print the targets with the lines that link them."""
    options = argparse.ArgumentParser(description="Draw the link targets to judge.")
    options.add_argument("archive", type=Path, help="git checkout of day pages")
    options.add_argument("--seed", type=int, default=SEED)
    options.add_argument("--count", type=int, default=COUNT)
    options.add_argument("--context", type=int, default=0, help="how many linking lines to print of each target")
    given = options.parse_args()
    targets = frame(given.archive)
    print(f"# seed {given.seed}: {given.count} of {len(targets)} targets")
    for target in draw(targets, given.seed, given.count):
        print(target)
        for name, line in targets[target][: given.context]:
            print(f"    {name}: {line}")


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")
    main()
