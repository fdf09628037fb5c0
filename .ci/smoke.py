"""Uses each real part once, as a stranger does: a wheel, kg build, kg query, kg serve over a socket, and Oxigraph."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = (ROOT / "data" / "seed", ROOT / "data" / "sample")
COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
JSON = "application/sparql-results+json"
PINNED = str(ROOT / "constraints.txt")
SECONDS = 60
"""How long a server may take to start."""


def run(*command: str | Path) -> str:
    """Run a command and return what it prints."""
    print("$", *command, flush=True)
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


@contextmanager
def serving(*command: str | Path, port: int) -> Iterator[None]:
    """Run a server until the block ends, which begins when it accepts connections."""
    print("$", *command, flush=True)
    with subprocess.Popen(command) as process:
        try:
            until = time.monotonic() + SECONDS
            while not accepts(port):
                if process.poll() is not None or time.monotonic() > until:
                    raise SystemExit(f"{command[0]} does not serve")
                time.sleep(0.1)
            yield
        finally:
            process.terminate()


def accepts(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def counted(url: str) -> int:
    """Return how many triples a SPARQL endpoint has."""
    with urlopen(Request(f"{url}?{urlencode({'query': COUNT})}", headers={"Accept": JSON}), timeout=SECONDS) as reply:
        return int(json.load(reply)["results"]["bindings"][0]["n"]["value"])


def installed(folder: Path) -> Path:
    """Build a wheel, install it into a fresh environment, and return its command."""
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, ROOT)
    run(sys.executable, "-m", "venv", folder / "venv")
    run(folder / "venv" / "bin" / "python", "-m", "pip", "install", "--quiet", *folder.glob("*.whl"))
    return folder / "venv" / "bin" / "kg"


def main() -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        os.environ |= {"PIP_CONSTRAINT": PINNED, "PIP_BUILD_CONSTRAINT": PINNED}
        os.chdir(folder)  # away from the checkout, so that the data comes from the wheel
        kg = installed(folder)
        shown = free_port()
        with serving(kg, "demo", "--port", str(shown), port=shown):
            demonstrated = counted(f"http://127.0.0.1:{shown}/sparql")
        run(kg, "build", *SAMPLE, "--store", "store")
        found = json.loads(run(kg, "query", "--store", "store", "--format", "json", COUNT))
        triples = int(found["results"]["bindings"][0]["n"]["value"])
        assert demonstrated == triples
        run(kg, "dump", "--store", "store", "--format", "ntriples", "-o", "all.nt")
        oxigraph = Path(sys.executable).with_name("oxigraph")
        run(oxigraph, "load", "--location", "oxigraph", "--file", "all.nt")
        ours, theirs = free_port(), free_port()
        with serving(kg, "serve", "--store", "store", "--port", str(ours), port=ours):
            assert counted(f"http://127.0.0.1:{ours}/sparql") == triples > 1_000
        address = f"127.0.0.1:{theirs}"
        with serving(oxigraph, "serve-read-only", "--location", "oxigraph", "--bind", address, port=theirs):
            assert counted(f"http://{address}/query") == triples
        print(f"{triples:,} triples, wherever they are counted")


if __name__ == "__main__":
    main()
