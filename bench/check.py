"""Prints the share of the check of the shapes in the time of a build, both timed in the same run."""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path


def main() -> None:
    """Print the seconds of each round, and the median share of the check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", nargs="+")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--history", action="store_true")
    arguments = parser.parse_args()
    history = ["--history"] if arguments.history else []
    shares = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(arguments.rounds):
            store = Path(folder, f"store-{number}")
            options = [*history, "--store", str(store), "--no-derived"]
            command = [sys.executable, "-m", "kg", "build", *arguments.archive, *options]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            report = json.loads((store / "current" / "report.json").read_text(encoding="utf-8"))
            check, build, triples = report["shapes"]["seconds"], report["seconds"], report["counts"]["triples"]
            others = build - check
            shares.append(check / others)
            print(
                f"round {number + 1}: {triples:,} triples, check {check:.1f} s, the rest of the build {others:.1f} s, "
                f"{shares[-1]:.1%}",
                flush=True,
            )
    print(f"median: the check costs {statistics.median(shares):.1%} of the build without it")


if __name__ == "__main__":
    main()
