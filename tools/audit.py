"""Looks for known vulnerabilities of pinned packages, and reports which were compared with which list.

    python -m tools.audit [--osv-url URL]

``make audit`` installs pip-audit and safety-db for this, and runs it. PyPI and npm are asked first. For packages
without an answer from PyPI, an older list is used that needs no network, and its date is printed. The exit code is 1 if
something is known, and 2 if a package was not compared with a current list. ``--osv-url`` asks a server of the OSV API
(its /v1/query) in place of PyPI; npm asks the registry of its own configuration.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from packaging.requirements import Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT: Final = Path(__file__).resolve().parents[1]
PINNED: Final = ROOT / "constraints.txt"
LOCKS: Final = ("tools/assets", "tests/node")
PATIENCE: Final = 120
META: Final = "$meta"


@dataclass(frozen=True)
class Audited:
    """How many of how many packages were compared with which list, and what is known about them."""

    source: str
    of: int
    compared: int
    known: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return it as lines."""
        return "\n".join([f"{self.source}: {self.compared} of {self.of} packages compared", *self.known])


def pins(lines: Iterable[str]) -> dict[str, Version]:
    """Return the names and versions that the lines of a file of constraints pin."""
    found: dict[str, Version] = {}
    for line in lines:
        if text := line.partition("#")[0].strip():
            wanted = Requirement(text)
            (only,) = wanted.specifier
            found[canonicalize_name(wanted.name)] = Version(only.version)
    return found


def by_pypi(file: Path, osv: str = "") -> tuple[Audited, set[str]]:
    """Return what PyPI, or an OSV server, knows about the pins in a file, and the packages it said nothing about."""
    command = [sys.executable, "-m", "pip_audit", "--format", "json", "--progress-spinner", "off", "--no-deps"]
    command += ["--vulnerability-service", "osv", "--osv-url", osv] if osv else []
    text = _said([*command, "--disable-pip", "--requirement", str(file)], ROOT)
    told = json.loads(text or "{}").get("dependencies", [])
    known = tuple(f"  {one['name']} {one['version']}: {bad['id']}" for one in told for bad in one.get("vulns", ()))
    wanted = pins(file.read_text(encoding="utf-8").splitlines())
    answered = {canonicalize_name(one["name"]) for one in told if "skip_reason" not in one}
    return Audited(f"{osv or 'PyPI'}, now", len(wanted), len(answered), known), wanted.keys() - answered


def by_list(wanted: Mapping[str, Version], listed: Mapping[str, Any]) -> Audited:
    """Return what a list in the format of safety-db knows about some packages; it has only those with advisories."""
    known = (line for name, version in wanted.items() for line in _advisories(name, version, listed.get(name, ())))
    made = datetime.fromtimestamp(listed[META]["timestamp"], UTC).date()
    return Audited(f"the list of PyUp (safety-db) of {made}", len(wanted), len(wanted), tuple(known))


def _advisories(name: str, version: Version, said: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for one in said:
        if any(_concerns(text, version) for text in one["specs"]):
            yield f"  {name} {version}: {one['cve'] or one['id']}"


def _concerns(text: str, version: Version) -> bool:
    """Return whether a version is in a range; an unreadable range concerns every version."""
    try:
        return SpecifierSet(text).contains(version, prereleases=True)
    except InvalidSpecifier:
        return True


def by_npm(folder: Path) -> Audited:
    """Return what the npm registry knows about the locked packages of a folder."""
    packages = json.loads((folder / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    told = json.loads(_said(["npm", "audit", "--package-lock-only", "--json"], folder) or "{}")
    bad = told.get("vulnerabilities")
    known = tuple(f"  {name}: {one['severity']}" for name, one in (bad or {}).items())
    of = sum(1 for name in packages if name)
    name = folder.relative_to(ROOT) if folder.is_relative_to(ROOT) else folder
    return Audited(f"npm, now, for {name}", of, of if bad is not None else 0, known)


def _said(command: list[str], folder: Path) -> str:
    """Return what a command prints, "" if there is none or it takes too long."""
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout


def _listed() -> Mapping[str, Any]:
    """Return the list of safety-db, raises SystemExit if it is not installed."""
    spec = find_spec("safety_db")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("safety-db is not installed: run make audit")
    file = Path(spec.submodule_search_locations[0], "insecure_full.json")
    listed: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return listed


def main() -> int:
    """Print what was compared with what; return 1 if something is known, 2 if a package has no current list."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--osv-url", default="", help="an OSV server that is asked in place of PyPI")
    first, silent = by_pypi(PINNED, parser.parse_args().osv_url)
    wanted = pins(PINNED.read_text(encoding="utf-8").splitlines())
    found = [first, by_list({name: wanted[name] for name in sorted(silent)}, _listed())]
    found += [by_npm(ROOT / folder) for folder in LOCKS]
    sys.stdout.write("\n".join(map(str, found)) + "\n")
    if any(one.known for one in found):
        return 1
    if silent or any(one.compared < one.of for one in found[2:]):
        sys.stdout.write("what is not compared with a list of today has to be audited where there is a network\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
