"""Prints, for every English event page and day-index item, the wikitext bullets that could be the same event.

    python tests/judged/cross/candidates.py --wikitext DATA ARCHIVE [ARCHIVE ...]

DATA holds the day files of Wikipedia's Current Events portal (`2011_November_8.txt`), an ARCHIVE the Markdown pages
of *the Context* (`news/2011/11/8/….md`). Bullets of the same day, the day before and the day after are ranked by
the words they share with the title. The reading is deliberately plain and uses nothing of the `kg` package, so that
judgements made from it stay independent of the code that they measure.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import click

PAGE_PATH = re.compile(r"news/(\d{4})/(\d{2})/(\d{1,2})/([^/]+)\.md$")
INDEX_NAMES = ("README", "index")
INDEX_ITEM = re.compile(r"^### \[(.*)\]\(/news/.*\.md\)$", re.MULTILINE)
EVENT_TITLE = re.compile(r"^# (.*)$", re.MULTILINE)
LINK_TARGET = re.compile(r"\[\[[^\[\]|]*\||\[https?://\S+|\{\{|\}\}")
WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Item:
    """A title that a page of the Context prints: that of the page itself, or of one item of a day index."""

    page: str
    position: int | None
    day: date
    title: str


@dataclass(frozen=True)
class Bullet:
    """A bullet in a day's wikitext, with the nearest bullet above it that is less deep."""

    path: str
    line: int
    offset: int
    text: str
    parent: str


def words(text: str) -> set[str]:
    return set(WORD.findall(LINK_TARGET.sub(" ", text).casefold()))


def read(path: Path) -> str:
    data = path.read_bytes()
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def titles(name: str, text: str) -> Iterator[tuple[int | None, str]]:
    if name in INDEX_NAMES:
        yield from enumerate(INDEX_ITEM.findall(text), 1)
        return
    found = EVENT_TITLE.search(text)
    if found:
        yield None, found[1]


def items(archive: Path) -> Iterator[Item]:
    """Yield every event page and every index item, the latter once per day and title."""
    listed: set[tuple[date, str]] = set()
    for path in sorted(archive.rglob("*.md"), key=lambda path: (path.parent, path.name == "README.md", path)):
        place = PAGE_PATH.search(path.as_posix())
        if not place:
            continue
        day = date(int(place[1]), int(place[2]), int(place[3]))
        for position, title in titles(place[4], read(path)):
            if position is None or (day, title) not in listed:
                yield Item(path.relative_to(archive).as_posix(), position, day, title)
            if position is not None:
                listed.add((day, title))


def bullets(wikitext: Path, day: date, offset: int) -> Iterator[Bullet]:
    near = day + timedelta(days=offset)
    path = wikitext / f"{near.year}_{near:%B}_{near.day}.txt"
    if not path.exists():
        return
    above: dict[int, str] = {}
    for number, line in enumerate(read(path).split("\n"), 1):
        depth = len(line) - len(line.lstrip("*#:"))
        if not depth:
            continue
        parent = next((above[less] for less in range(depth - 1, 0, -1) if less in above), "")
        above = {less: text for less, text in above.items() if less < depth} | {depth: line}
        yield Bullet(f"{wikitext.name}/{path.name}", number, offset, line, parent)


def ranked(wikitext: Path, item: Item) -> list[tuple[int, Bullet]]:
    """Return the bullets of three days with the number of shared words, the likeliest first."""
    wanted = words(item.title)
    near = [bullet for offset in (0, -1, 1) for bullet in bullets(wikitext, item.day, offset)]
    counted = [(len(wanted & words(f"{bullet.parent} {bullet.text}")), bullet) for bullet in near]
    return sorted(counted, key=lambda pair: (-pair[0], abs(pair[1].offset), len(pair[1].text)))


def show(item: Item, candidates: list[tuple[int, Bullet]]) -> None:
    click.echo(f"\n== {item.page} item {item.position or '-'} of {item.day}\n   {item.title}")
    if not candidates:
        click.echo("   no wikitext")
    for shared, bullet in candidates:
        below = f"   < {bullet.parent}" if bullet.parent else ""
        click.echo(f"{shared:4} {bullet.offset:+d} {bullet.path}:{bullet.line} {bullet.text}{below}")


@click.command()
@click.option("--wikitext", required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--top", type=click.IntRange(min=1), help="Print only so many candidates of each item.")
@click.argument("archives", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
def main(wikitext: Path, top: int | None, archives: tuple[Path, ...]) -> None:
    """List the candidates of every item of the ARCHIVES."""
    for archive in archives:
        for item in items(archive):
            show(item, ranked(wikitext, item)[:top])


if __name__ == "__main__":
    main()
