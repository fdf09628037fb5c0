"""The notebook of the docs runs from its first cell to its last, on the sample."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.paths import DOCS

RUN = """
import sys, nbformat
from nbclient import NotebookClient
notebook = nbformat.read(sys.argv[1], as_version=4)
NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": sys.argv[2]}}).execute()
kinds = [kind for cell in notebook.cells for output in cell.get("outputs", ()) for kind in output.get("data", ())]
print(kinds.count("image/png"), kinds.count("text/html"))
"""


def test_the_notebook_shows_a_chart_a_map_and_tables(sample_store: Path, tmp_path: Path) -> None:
    folders = {"STORE": sample_store, "PYTHONPATH": DOCS.parent, "HOME": tmp_path, "MPLCONFIGDIR": tmp_path}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", RUN, str(DOCS / "notebook.ipynb"), str(tmp_path)],
        capture_output=True,
        check=False,
        env={"PATH": "/usr/bin", **{name: str(folder) for name, folder in folders.items()}},
    )
    assert done.returncode == 0, done.stderr.decode()[-3_000:]
    assert done.stdout.split() == [b"2", b"2"]
