"""OpenRefine, as packaged by Debian, matches a column with the graph and extends the table by a property."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

CELLS = ("Homs", "  ", "2011", "Homms Governorat", "x" * 3_000, "entity/en/Homs")
HOMS = "entity/en/Homs"
SECONDS = 90


class Refine:
    """A running OpenRefine, controlled by the requests that its own pages send."""

    def __init__(self, port: int) -> None:
        self.root = f"http://127.0.0.1:{port}/command/core/"
        self.project = ""

    def get(self, command: str, **parameters: str) -> Any:
        return requests.get(self.root + command, {"project": self.project, **parameters}, timeout=30).json()

    def post(self, command: str, files: Any = None, **form: str) -> requests.Response:
        token = self.get("get-csrf-token")["token"]
        query = {"project": self.project, "csrf_token": token} if self.project else {"csrf_token": token}
        return requests.post(self.root + command, form, params=query, files=files, timeout=30)

    def import_lines(self, lines: tuple[str, ...]) -> None:
        """Make a project with one column, called "Column 1"."""
        options = json.dumps({"guessCellValueTypes": False, "storeBlankCellsAsNulls": False, "headerLines": 0})
        text = "\n".join(lines).encode()
        form = {"project-name": "names", "format": "text/line-based", "options": options}
        done = self.post("create-project-from-upload", {"project-file": ("names.txt", text)}, **form)
        self.project = done.url.rpartition("=")[2]

    def until_done(self) -> None:
        end = time.monotonic() + SECONDS
        while self.get("get-processes")["processes"]:
            assert time.monotonic() < end
            time.sleep(0.2)  # another program works

    def rows(self) -> list[list[dict[str, Any]]]:
        """Return the cells, each with its matches under "r"."""
        found: dict[str, Any] = self.get("get-rows", start="0", limit="50")
        pool = found["pool"]["recons"]
        cells = [[cell or {} for cell in row["cells"]] for row in found["rows"]]
        return [[one | ({"r": pool[str(one["r"])]} if "r" in one else {}) for one in row] for row in cells]


@pytest.fixture
def refine(tmp_path: Path) -> Iterator[Refine]:
    if not shutil.which("openrefine"):
        pytest.skip("openrefine is not installed: apt-get install openrefine")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = ["openrefine", "-p", str(port), "-i", "127.0.0.1", "-d", str(tmp_path), "-m", "512M"]
    environment = {**os.environ, "REFINE_NO_BROWSER": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, env=environment
    ) as process:
        try:
            _wait(port)
            yield Refine(port)
        finally:
            os.killpg(process.pid, signal.SIGKILL)


def _wait(port: int) -> None:
    end = time.monotonic() + SECONDS
    while True:
        with socket.socket() as connection:
            if not connection.connect_ex(("127.0.0.1", port)):
                return
        assert time.monotonic() < end
        time.sleep(0.2)  # another program starts


@pytest.mark.slow(
    also="tests/endpoint/test_reconcile.py::test_a_cell_that_names_nothing_does_not_affect_the_rest_of_the_batch"
)
def test_openrefine_matches_a_column_and_extends_the_table(refine: Refine, port: int) -> None:
    service = f"http://127.0.0.1:{port}/reconcile"
    manifest = requests.get(service, timeout=30).json()
    refine.import_lines(CELLS)
    engine = json.dumps({"facets": [], "mode": "row-based"})
    config = {
        "mode": "standard-service",
        "service": service,
        "identifierSpace": manifest["identifierSpace"],
        "schemaSpace": manifest["schemaSpace"],
        "type": None,
        "autoMatch": True,
        "columnDetails": [],
        "limit": 0,
    }
    refine.post("reconcile", columnName="Column 1", engine=engine, config=json.dumps(config))
    refine.until_done()
    found = [row[0].get("r", {}) for row in refine.rows()]
    matched = [(one.get("m") or {}).get("id") for one in found]
    assert matched == [HOMS, None, None, None, None, HOMS]
    assert "entity/en/Homs_Governorate" in [one["id"] for one in found[3]["c"]]

    extension = {"properties": [{"id": "https://schema.org/addressCountry"}]}
    refine.post(
        "extend-data",
        engine=engine,
        baseColumnName="Column 1",
        endpoint=service,
        identifierSpace=manifest["identifierSpace"],
        schemaSpace=manifest["schemaSpace"],
        columnInsertIndex="1",
        extension=json.dumps(extension),
    )
    refine.until_done()
    assert [(row[1:] or [{}])[0].get("v") for row in refine.rows()] == ["SY", None, None, None, None, "SY"]
