"""A real browser, on a page from another origin, uses Memento, a range of a dump and reconciliation."""

from __future__ import annotations

import json
import os
import re
import subprocess
import threading
from collections.abc import Iterator
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

EVENT = "event/2011-11-08/abcdefghij"
PAGE = """<!doctype html><meta charset="utf-8"><pre id="found">waiting</pre><script>
const root = "ROOT";
async function all() {
  const dated = await fetch(root + "timegate/EVENT", {headers: {"Accept-Datetime": "Wed, 09 Nov 2011 12:00:00 GMT"}});
  const part = await fetch(root + "dump/newsgraph.nt", {headers: {"Range": "bytes=0-9"}});
  const asked = await fetch(root + "reconcile", {method: "POST", body: new URLSearchParams({
    queries: JSON.stringify({a: {query: "Homs"}, b: {query: " "}})})});
  return {
    memento: dated.headers.get("Memento-Datetime"), link: dated.headers.get("Link"), status: part.status,
    range: part.headers.get("Content-Range"), digest: part.headers.get("Repr-Digest"),
    length: (await part.text()).length, result: await asked.json()
  };
}
all().then((found) => JSON.stringify(found), (error) => JSON.stringify({error: String(error)}))
  .then((text) => { document.getElementById("found").textContent = text; });
</script>"""


@pytest.fixture
def elsewhere(port: int) -> Iterator[str]:
    """The address of a page on a server of another origin."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = PAGE.replace("ROOT", f"http://127.0.0.1:{port}/").replace("EVENT", EVENT).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.mark.slow(also="tests/endpoint/http/test_headers.py::test_an_answer_exposes_what_is_set")
def test_a_page_of_another_origin_uses_time_ranges_and_reconciliation(
    chromium: str, elsewhere: str, send, tmp_path: Path
) -> None:
    assert send("/dump/newsgraph.nt").status == 200
    command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}"]
    command += ["--virtual-time-budget=20000", "--dump-dom", elsewhere]
    done = subprocess.run(
        command, capture_output=True, check=False, timeout=120, env={**os.environ, "HOME": str(tmp_path)}
    )
    text = re.search(r'<pre id="found">(.*?)</pre>', done.stdout.decode(), re.DOTALL)
    assert text, done.stderr.decode()[-2_000:]
    found = json.loads(unescape(text[1]))
    assert "error" not in found, found
    assert found["memento"] == "Wed, 09 Nov 2011 06:00:00 GMT"
    assert 'rel="original"' in found["link"]
    assert (found["status"], found["length"]) == (206, 10)
    assert re.fullmatch(r"bytes 0-9/\d+", found["range"])
    assert found["digest"].startswith("sha-256=")
    assert found["result"]["a"]["result"][0]["id"] == "entity/en/Homs"
    assert found["result"]["b"]["result"] == []
