"""bench/payloads.py sends every hostile input of a folder to real servers."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.paths import CHECKS, ROOT

FOLDER = CHECKS / "payloads"


@pytest.mark.slow(also="tests/service/test_verdicts.py::test_expectations_are_parsed_from_their_wording")
@pytest.mark.skipif(not FOLDER.is_dir(), reason="there is no folder of hostile inputs beside the repository")
def test_every_hostile_input_gets_what_its_entry_expects() -> None:
    done = subprocess.run([sys.executable, ROOT / "bench" / "payloads.py", FOLDER], capture_output=True, check=False)
    assert done.returncode == 0, done.stdout.decode()
    assert b"as expected, 0 not" in done.stdout
