"""Every hostile input of a folder, sent to real servers by bench/payloads.py."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.paths import ROOT

FOLDER = os.environ.get("NEWSGRAPH_PAYLOADS", "")


@pytest.mark.skipif(not FOLDER, reason="NEWSGRAPH_PAYLOADS does not name a folder of hostile inputs")
def test_every_hostile_input_gets_what_its_entry_expects() -> None:
    done = subprocess.run([sys.executable, ROOT / "bench" / "payloads.py", FOLDER], capture_output=True, check=False)
    assert done.returncode == 0, done.stdout.decode()
    assert b"as expected, 0 not" in done.stdout
