"""Makes all faults of bench, prints one table of them, and writes it into docs/keeping.md.

    python bench/faults_all.py [--moments 100] [--at-once 1] [--again NAME] [--page]

Each fault is made at its share of the moments; the results are stored in bench/faults.json. ``--again`` makes only the
faults of one function, whose rows replace the stored ones, with the commit at which they were measured. ``--page`` only
rewrites the page from that file and bench/soak.json, which ``bench/soak.py --result bench/soak.json`` writes.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import repeat
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
RESULTS: Final = ROOT / "bench" / "faults.json"
SOAKED: Final = ROOT / "bench" / "soak.json"
DOCUMENT: Final = ROOT / "docs" / "keeping.md"
BEGIN: Final = "<!-- faults: made by bench/faults_all.py -->\n"
END: Final = "<!-- end of faults -->"


@dataclass(frozen=True)
class Part:
    """Faults of one command, none for all, and at which part of the moments each of them is made."""

    command: str
    share: float
    names: tuple[str, ...] = ()


PARTS: Final = (
    Part("faults.py", 0.6, ("killed_commands",)),
    Part("faults.py", 0.6, ("killed_builds",)),
    Part("faults.py", 0.1, ("killed_publications",)),
    Part("faults.py", 1.5, ("flips",)),
    Part("faults.py", 0.3, ("full_disks", "small_memories", "read_only")),
    Part("faults.py", 0.8, ("clocks", "two_at_once", "changing_archive")),
    Part("faults_served.py", 0.6, ("killed_writer", "killed_server")),
    Part("faults_served.py", 0.3, ("full_disk", "moved", "copied")),
    Part("faults_fetch.py", 0.6, ("killed",)),
    Part("faults_fetch.py", 0.2, ("full_disk", "small_disk", "read_only", "clocks", "two_at_once")),
    Part("faults_machine.py", 0.2),
)
NAMES: Final = {
    "faults.py": "a store",
    "faults_served.py": "a server that is written",
    "faults_fetch.py": "a fetch",
    "faults_machine.py": "the machine",
}
COLUMNS: Final = ("moments", "noticed", "lost", "wrong")


def made(parts: Sequence[Part], moments: int, at_once: int) -> tuple[list[dict[str, Any]], bool]:
    """Run some commands, several of them at once; return their rows, and whether each of them ended with 0."""
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(at_once) as lanes:
        files = [Path(folder, str(number)) for number in range(len(parts))]
        statuses = list(lanes.map(_run, parts, files, repeat(moments)))
        for part, file in zip(parts, files, strict=True):
            found = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
            rows += [{"of": NAMES[part.command], **json.loads(line)} for line in found]
    return rows, not any(statuses)


def _run(part: Part, file: Path, moments: int) -> int:
    """Run a command and return its exit status."""
    given = ["--moments", str(max(1, round(moments * part.share))), "--rows", str(file), *part.names]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    return subprocess.run(
        [sys.executable, ROOT / "bench" / part.command, *given], env=environment, check=False
    ).returncode


def again(name: str, moments: int, at_once: int) -> tuple[list[dict[str, Any]], bool]:
    """Make the faults of one function again; return all rows with those, and whether it ended with 0."""
    parts = [replace(part, names=(name,)) for part in PARTS if name in part.names]
    if not parts:
        raise SystemExit(f"--again: no function of faults is called {name!r}")
    rows, is_well = made(parts[:1], moments, at_once)
    new = {(row["of"], row["fault"]): {**row, "commit": commit()} for row in rows}
    stored = json.loads(RESULTS.read_text(encoding="utf-8"))["rows"]
    return [new.get((row["of"], row["fault"]), row) for row in stored], is_well


def results(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the results of a run that are kept."""
    machine = {"cores": os.cpu_count(), "python": platform.python_version()}
    return {"date": datetime.now(UTC).date().isoformat(), "commit": commit(), **machine, "rows": rows}


def commit() -> str:
    """Return the short name of the commit that is measured."""
    asked = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(asked, cwd=ROOT, capture_output=True, check=True, text=True).stdout.strip()


def table(found: Mapping[str, Any]) -> str:
    """Return the table of a run, and the totals of its columns."""
    rows = found["rows"]
    lines = [
        "| fault | of | moments | noticed | lost | wrong answers | seconds to be back |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        figures = " | ".join(f"{row[name]:,}" for name in COLUMNS)
        fault = f"{row['fault']} (at {row['commit']})" if "commit" in row else row["fault"]
        lines.append(f"| {fault} | {row['of']} | {figures} | {row['back']:.2f} |")
    sums = " | ".join(f"**{sum(row[name] for row in rows):,}**" for name in COLUMNS)
    lines.append(f"| **all** |  | {sums} | {max((row['back'] for row in rows), default=0):.2f} |")
    return "\n".join(lines)


def page(found: Mapping[str, Any], soaked: Mapping[str, Any]) -> str:
    """Return the generated part of the page: the table, and the result of a soak."""
    machine = f"Python {found['python']} on {found['cores']} cores, which others used too"
    heard, growth = sum(soaked["heard"].values()), "; ".join(soaked["growth"])
    mixed = (
        f"`bench/soak.py` mixed documents, queries, hostile queries, slow sockets, writes and builds for "
        f"{soaked['minutes']:g} minutes, at commit {soaked['commit']}: "
        f"{heard:,} answers and builds, {soaked['wrong']} wrong or undeclared, "
        f"{soaked['compared']:,} graphs compared with what was written into their snapshots.\nMedians of {growth}."
    )
    told = f"Measured on {found['date']} at commit {found['commit']} with {machine}."
    return f"{told}\n\n{table(found)}\n\n{mixed}\n"


def write_page() -> None:
    """Rewrite the page."""
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    found, soaked = (json.loads(file.read_text(encoding="utf-8")) for file in (RESULTS, SOAKED))
    DOCUMENT.write_text(f"{before}{BEGIN}{page(found, soaked)}{END}{after}", encoding="utf-8")


def main() -> int:
    """Make all faults, and return 1 if anything was lost or wrong, or a command could not be run."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--moments", type=int, default=100)
    parser.add_argument("--at-once", type=int, default=1, help="commands that run at the same time")
    parser.add_argument("--again", metavar="NAME", help="a function whose faults are made again")
    parser.add_argument("--page", action="store_true")
    given = parser.parse_args()
    is_well = True
    if given.again:
        stored = json.loads(RESULTS.read_text(encoding="utf-8"))
        rows, is_well = again(given.again, given.moments, given.at_once)
        RESULTS.write_text(json.dumps({**stored, "rows": rows}, indent=1) + "\n", encoding="utf-8")
    elif not given.page:
        rows, is_well = made(PARTS, given.moments, given.at_once)
        RESULTS.write_text(json.dumps(results(rows), indent=1) + "\n", encoding="utf-8")
    if not given.page:
        print(table(json.loads(RESULTS.read_text(encoding="utf-8"))))
    if SOAKED.exists():
        write_page()
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main())
