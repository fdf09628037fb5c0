"""The files made from packages of others are those in the list; ``tools/assets/check`` makes them again to compare."""

from __future__ import annotations

import hashlib
import json

import pytest

from tests.paths import ROOT

TOOLS = ROOT / "tools" / "assets"
LISTED = json.loads((TOOLS / "vendored.json").read_bytes())
LOCKED = json.loads((TOOLS / "package-lock.json").read_bytes())["packages"]


@pytest.mark.parametrize("one", LISTED, ids=lambda one: str(one["file"]))
def test_a_file_has_the_hash_in_the_list_and_its_packages_are_those_that_are_locked(one) -> None:
    assert hashlib.sha256((ROOT / one["file"]).read_bytes()).hexdigest() == one["sha256"]
    locked = [LOCKED[f"node_modules/{package['name']}"] for package in one["packages"]]
    assert [(package["version"], package["licence"]) for package in one["packages"]] == [
        (package["version"], package["license"]) for package in locked
    ]
    assert all(package["integrity"] for package in locked)


def test_the_list_has_every_vendored_file_with_its_licence() -> None:
    made = json.loads((TOOLS / "package.json").read_bytes())["made"]
    assert {one["file"]: [package["name"] for package in one["packages"]] for one in LISTED} == made
    told = (ROOT / "endpoint" / "static" / "licences.txt").read_text(encoding="utf-8")
    sent = (one for one in LISTED if one["file"].startswith("endpoint/"))
    for package in (package for one in sent for package in one["packages"]):
        assert f"{package['name']} {package['version']} ({package['licence']})" in told
