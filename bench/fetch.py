"""Kills ``kg fetch --revisions`` at random moments, and compares the resumed result with that of a single run.

python bench/fetch.py FOLDER [--kills 20] [--days 30] [--revisions 200] [--seed 18]

The wiki is a local one, on loopback. Then the archive is built with its history, and the revisions with times are
counted.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from random import Random
from time import monotonic

import archive

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.kg.archive.fetch.wiki import LoopbackWiki, serving  # noqa: E402 - found through that path

FIRST = date(2011, 11, 1)
EVENTS = 8
COUNTED = """
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX ng: <https://w3id.org/newsgraph/ns#>
SELECT (COUNT(DISTINCT ?revision) AS ?revisions) (COUNT(DISTINCT ?dated) AS ?withTimes)
  (COUNT(DISTINCT ?follows) AS ?thatFollowOthers) (COUNT(DISTINCT ?address) AS ?permanentAddresses)
WHERE {
  { ?revision a ng:Revision } UNION { ?dated a ng:Revision ; prov:generatedAtTime ?time }
  UNION { ?follows a ng:Revision ; prov:wasRevisionOf ?before } UNION { ?page a ng:Page ; prov:wasDerivedFrom ?address }
}
"""


def filled(days: int, revisions: int, seed: int) -> LoopbackWiki:
    """Return a wiki with pages of some days; each revision has a few more bullets, and the last one is reworded."""
    wiki, news, id_ = LoopbackWiki(), archive.News(seed), 0
    for day in (FIRST + timedelta(number) for number in range(days)):
        lines = news.page(day, EVENTS).split("\n")
        for number in range(revisions):
            id_ += 1
            text = "\n".join(lines[: 4 + (len(lines) - 4) * (number + 1) // revisions])
            text = text.replace(" in ", " near ", 1) if number == revisions - 1 else text
            time = f"{day}T{number // 60:02}:{number % 60:02}:00Z"
            wiki.edit(f"Portal:Current events/{day.year} {day:%B} {day.day}", id_, time, text)
    return wiki


def command(address: str, folder: Path, days: int) -> list[str]:
    """Return the command that fetches the pages of all days."""
    last = FIRST + timedelta(days - 1)
    period = ("--from", str(FIRST), "--to", str(last))
    return [sys.executable, "-m", "kg", "fetch", *period, "--revisions", "--api", address, str(folder)]


def seconds_of(run: list[str]) -> float:
    """Run a command to its end and return how long it took."""
    started = monotonic()
    subprocess.run(run, check=True, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return monotonic() - started


def killed_at(run: list[str], seconds: float) -> bool:
    """Run a command, kill it after some seconds, and return whether it was still running then."""
    process = subprocess.Popen(run, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return True
    return False


def contents(folder: Path) -> dict[str, bytes]:
    """Return the files of an archive, except partial ones of a killed run."""
    return {file.name: file.read_bytes() for file in sorted(folder.rglob("*.json"))}


def main() -> None:
    """Fetch, kill, resume, compare and build; exit with 1 if the archives differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    for name, default in (("kills", 20), ("days", 30), ("revisions", 200), ("seed", 18)):
        parser.add_argument(f"--{name}", type=int, default=default)
    given = parser.parse_args()
    os.environ |= {"KG_FETCH_CONTACT": "mailto:bench@example.org", "KG_FETCH_PRIVATE": "true", "KG_FETCH_RATE": "5"}
    random, wiki = Random(given.seed), filled(given.days, given.revisions, given.seed)
    whole, stopped = given.folder / "whole", given.folder / "stopped"
    shutil.rmtree(given.folder, ignore_errors=True)
    with serving(wiki) as address:
        seconds = seconds_of(command(address, whole, given.days))
        print(f"one run: {len(contents(whole)):,} answers in {seconds:.1f} s, {len(wiki.questions):,} requests")
        kills, longest = 0, 0.8 + 1.4 * seconds / given.kills
        while kills < given.kills and killed_at(command(address, stopped, given.days), random.uniform(0.3, longest)):
            kills += 1
        left = len(contents(stopped))
        seconds_of(command(address, stopped, given.days))
    same = contents(whole) == contents(stopped)
    print(f"killed {kills} times, {left:,} answers by then, resumed: {'the same' if same else 'ANOTHER'} archive")
    store = given.folder / "store"
    build = ("build", str(stopped), "--history", "--store", str(store), "--no-derived")
    subprocess.run([sys.executable, "-m", "kg", *build], check=True, cwd=ROOT)
    subprocess.run([sys.executable, "-m", "kg", "query", "--store", str(store), COUNTED], check=True, cwd=ROOT)
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
