"""Compares a whole build with pyoxigraph's bulk load of the same triples from a file, in interleaved rounds.

The artefacts that a build makes for visitors after its snapshot is current are timed separately.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LOAD = """
import sys, pyoxigraph
store = pyoxigraph.Store(sys.argv[2])
store.bulk_load(path=sys.argv[1], format=pyoxigraph.RdfFormat.N_TRIPLES)
store.flush()
"""

DERIVE = """
import sys, pathlib
from kg.derived.artefacts import Artefacts
from kg.derived.kinds import PREPARED
from kg.store.layout import Store
store = Store(pathlib.Path(sys.argv[1]))
errors = [job.result() for job in Artefacts(store).prepare(PREPARED, store.current())]
sys.exit("; ".join(map(str, filter(None, errors))) or 0)
"""


def timed(*command: str) -> float:
    """Run a command and return the seconds it took (wall)."""
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def main() -> None:
    """Print the seconds of each round, their medians, and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", nargs="+")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    builds, checks, loads, derived = [], [], [], []
    with tempfile.TemporaryDirectory() as folder:
        dump = f"{folder}/all.nt"
        kg = (sys.executable, "-m", "kg")
        for number in range(arguments.rounds):
            store = f"{folder}/store-{number}"
            builds.append(timed(*kg, "build", *arguments.archive, "--store", store, "--no-derived"))
            report = json.loads(Path(store, "current", "report.json").read_text(encoding="utf-8"))
            checks.append(float(report["shapes"]["seconds"]))
            derived.append(timed(sys.executable, "-c", DERIVE, store))
            if number == 0:
                timed(*kg, "dump", "--store", store, "--format", "ntriples", "-o", dump)
            loads.append(timed(sys.executable, "-c", LOAD, dump, f"{folder}/peer-{number}"))
            print(
                f"round {number + 1}: kg build {builds[-1]:.1f} s, of that the check of the shapes {checks[-1]:.1f} s; "
                f"pyoxigraph bulk_load {loads[-1]:.1f} s; the artefacts {derived[-1]:.1f} s",
                flush=True,
            )
        with Path(dump).open("rb") as lines:
            triples = sum(1 for _ in lines)
    build, check, load = statistics.median(builds), statistics.median(checks), statistics.median(loads)
    print(
        f"{triples:,} triples: median {build:.1f} s against {load:.1f} s, ratio {build / load:.2f}; "
        f"without the check {(build - check) / load:.2f}; the check is {check / (build - check):.1%} of the rest; "
        f"the artefacts cost {statistics.median(derived):.1f} s more"
    )


if __name__ == "__main__":
    main()
