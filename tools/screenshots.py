"""Takes the pictures of pages for the documentation, from the sample (``make screenshots``).

The sample was written for newsgraph, so the pictures are as free as everything else here. They are WebP, made by the
browser that takes them.
"""

from __future__ import annotations

import base64
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal, TypeAlias
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, sync_playwright

Scheme: TypeAlias = Literal["light", "dark"]

ROOT: Final = Path(__file__).parents[1]
TARGET: Final = ROOT / "docs/img"
DESK, PHONE = (1200, 800), (390, 780)
SECONDS: Final = 60
QUALITY: Final = 0.82
EVENT: Final = "event/2018-01-01/rezalciwvi"
"""An event of the sample with three wordings."""
PICTURES: Final[dict[str, tuple[str, tuple[int, int], Scheme]]] = {
    "home": ("", DESK, "light"),
    "list": ("events?place=entity/en/Homs", DESK, "light"),
    "map": ("events?place=entity/en/Syria&relation=in&view=map", DESK, "light"),
    "event": (f"doc/{EVENT}", DESK, "light"),
    "history": (f"{EVENT}/history", DESK, "light"),
    "place": ("doc/entity/en/Homs", DESK, "dark"),
    "question": ("questions/place-by-month?view=chart", DESK, "light"),
    "phone": ("doc/entity/en/Homs", PHONE, "light"),
    "chinese": ("zh/events?place=entity/en/Homs", PHONE, "dark"),
}
"""The pictures by name: the address, the width and height, and the scheme of colours."""
AS_WEBP: Final = """async ([data, quality]) => {
  const image = new Image();
  image.src = `data:image/png;base64,${data}`;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
  canvas.getContext("2d").drawImage(image, 0, 0);
  return canvas.toDataURL("image/webp", quality).split(",")[1];
}"""


@contextmanager
def served(store: str) -> Iterator[str]:
    """Serve a store, and provide its address once its pages have their index."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "kg", "serve", "--store", store, "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        try:
            root = f"http://127.0.0.1:{port}/"
            _wait(f"{root}search?q=Homs")
            yield root
        finally:
            server.terminate()


def _wait(address: str) -> None:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        try:
            urlopen(address, timeout=SECONDS).close()  # noqa: S310 - our own server
        except URLError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(address)


def picture(browser: Browser, address: str, size: tuple[int, int], scheme: Scheme) -> bytes:
    """Return a picture of the top of a page, as WebP."""
    width, height = size
    with browser.new_context(color_scheme=scheme, viewport={"width": width, "height": height}) as context:
        page = context.new_page()
        page.goto(address, wait_until="networkidle")
        return _webp(context.new_page(), page.screenshot())


def _webp(blank: Page, png: bytes) -> bytes:
    made: str = blank.evaluate(AS_WEBP, [base64.b64encode(png).decode(), QUALITY])
    return base64.b64decode(made)


def main(store: str) -> None:
    """Take all pictures of a store."""
    TARGET.mkdir(exist_ok=True)
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    with served(store) as root, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for name, (target, size, scheme) in PICTURES.items():
            data = picture(browser, root + target, size, scheme)
            (TARGET / f"{name}.webp").write_bytes(data)
            print(f"{name}.webp {len(data):,} bytes")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
