"""Draws the transitions of Current Events day pages that are judged by reading.

    python tests/judged/alignment/draw.py ARCHIVE [--edited] [--out FILE]

ARCHIVE is a git checkout or bare repository whose commits are captures of day pages, one file per day
(`2017_March_18.txt`). The frame is every day page that has at least one transition between consecutive captures in
which a bullet line was added, removed or changed in its text. Of these pages `PAGES` are drawn without replacement,
and of each its one transition, all with equal chance and one seeded generator. What is written is a JSON list of
`{"path", "old_blob", "new_blob"}` in the order drawn; the seed and the sizes of the frame are printed.

With `--edited` the frame is narrower: the words of the bullets differ, without regard to addresses, link targets,
references, comments and punctuation. It is a second sample, with a seed of its own, kept apart from the first.
"""

import argparse
import json
import random
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import TypedDict

SEED = 20261123
SEED_EDITED = 20261124
PAGES = 100
NOT_WORDS = re.compile(r"<!--.*?-->|<ref.*?</ref>|\[(?:https?:)?//[^\]]*\]|(?<=\[\[)[^|\]]*\|")
DAY_PAGE = re.compile(r"\d{4}_[A-Z][a-z]+_\d{1,2}\.txt")


class Transition(TypedDict):
    """Two consecutive captures of a day page: the path of the newer one, and the ids of both blobs."""

    path: str
    old_blob: str
    new_blob: str


def histories(archive: Path) -> dict[str, list[tuple[str, str]]]:
    """Return for every day page its captures, oldest first, as (path, blob id).

    A page is identified by its file name, since the archive once moved all pages into a folder. Deletions are not
    and a capture with the blob of the one before it is none either.
    """
    command = ["git", "-C", str(archive), "log", "--raw", "--reverse", "--no-renames", "--no-abbrev", "-z", "--format="]
    fields = subprocess.run(command, check=True, capture_output=True).stdout.decode().split("\0")
    pages: dict[str, list[tuple[str, str]]] = {}
    for head, path in pairwise(fields):
        change = head.strip().split(" ")
        name = path.rpartition("/")[2]
        if len(change) != 5 or not head.strip().startswith(":") or not DAY_PAGE.fullmatch(name):
            continue
        blob = change[3]
        captures = pages.setdefault(name, [])
        if blob.strip("0") and (not captures or captures[-1][1] != blob):
            captures.append((path, blob))
    return pages


def read_blobs(archive: Path, blobs: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield (blob id, text) for each id, read in one pass; text is UTF-8, or else Latin-1."""
    ids = list(blobs)
    command = ["git", "-C", str(archive), "cat-file", "--batch"]
    out = subprocess.run(command, check=True, capture_output=True, input="\n".join(ids).encode()).stdout
    start = 0
    for blob in ids:
        end_of_head = out.index(b"\n", start)
        size = int(out[start:end_of_head].split()[2])
        data = out[end_of_head + 1 : end_of_head + 1 + size]
        start = end_of_head + size + 2
        yield blob, decode(data)


def decode(data: bytes) -> str:
    """Return the text of a blob."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def bullets(text: str) -> Counter[str]:
    """Return how often each bullet line occurs, white space collapsed."""
    return Counter(" ".join(line.split()) for line in text.split("\n") if line.startswith("*"))


def wording(text: str) -> Counter[str]:
    """Return how often each bullet line's words occur."""
    return Counter(" ".join(re.findall(r"\w+", NOT_WORDS.sub("", line))) for line in bullets(text).elements())


def frame(archive: Path, compare: Callable[[str], Counter[str]] = bullets) -> dict[str, list[Transition]]:
    """Return, by file name, the transitions in which what `compare` sees of the bullets differs."""
    pages = histories(archive)
    wanted = dict.fromkeys(blob for captures in pages.values() if len(captures) > 1 for _, blob in captures)
    seen = {blob: compare(text) for blob, text in read_blobs(archive, wanted)}
    found: dict[str, list[Transition]] = {}
    for name, captures in pages.items():
        for (_, old), (path, new) in pairwise(captures):
            if seen[old] != seen[new]:
                found.setdefault(name, []).append({"path": path, "old_blob": old, "new_blob": new})
    return found


def draw(pages: dict[str, list[Transition]], seed: int = SEED, count: int = PAGES) -> list[Transition]:
    """Return one transition of each of `count` pages, drawn from the pages in the order of their names."""
    chance = random.Random(seed)
    return [chance.choice(pages[name]) for name in chance.sample(sorted(pages), count)]


def main() -> None:
    """Draw, write and print the numbers."""
    options = argparse.ArgumentParser(description="Draw the transitions to judge.")
    options.add_argument("archive", type=Path, help="git repository of day pages")
    options.add_argument("--edited", action="store_true", help="draw the second sample: changed words only")
    options.add_argument("--out", type=Path, help="where to write (by default beside this script)")
    given = options.parse_args()
    seed, compare, name = (SEED_EDITED, wording, "drawn_edited") if given.edited else (SEED, bullets, "drawn")
    pages = frame(given.archive, compare)
    drawn = draw(pages, seed)
    out = given.out or Path(__file__).with_name(f"{name}.json")
    out.write_text(json.dumps(drawn, indent=1) + "\n", encoding="utf-8")
    transitions = sum(map(len, pages.values()))
    sys.stdout.write(f"seed {seed}: {len(drawn)} of {len(pages)} pages with {transitions} transitions\n")


if __name__ == "__main__":
    main()
