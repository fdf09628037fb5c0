"""In a real browser, maps zoom and time ranges can be selected, with the mouse and with the keyboard."""

from __future__ import annotations

import json
import os
import re
import subprocess
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from markupsafe import Markup

from endpoint.rendering.figures.histogram import histogram
from endpoint.rendering.figures.maps import event_map
from endpoint.rendering.figures.timeline import timeline
from endpoint.rendering.figures.year_calendar import year_calendar
from kg.lookup.listing.listing import EventSummary, MapPoint
from tests.paths import ROOT

STATIC = ROOT / "endpoint" / "static"
POINTS = [
    MapPoint("homs", "Homs", 34.73, 36.72, 130),
    MapPoint("aleppo", "Aleppo", 36.2, 37.16, 520),
    MapPoint("sydney", "Sydney", -33.87, 151.21, 10),
]
DRIVER = """
const found = {};
const $ = (name, of = document) => of.querySelector(name);
const key = (target, name, more) =>
  target.dispatchEvent(new KeyboardEvent("keydown", {key: name, bubbles: true, cancelable: true, ...more}));
Element.prototype.setPointerCapture = () => {};  // there is no pointer
const drag = (target, from, to) => {
  const { left, top, width, height } = target.getBoundingClientRect();
  for (const [name, part] of [["down", from], ["move", to], ["up", to]]) {
    const at = {clientX: left + part * width, clientY: top + height / 2, bubbles: true};
    target.dispatchEvent(new PointerEvent(`pointer${name}`, at));
  }
};
const map = $(".map"), world = $(".world"), outlines = $(".outlines");
const signs = () => [...map.querySelectorAll(".place")].map((one) => one.getAttribute("aria-label")).sort();
(async () => {
  found.before = signs();
  found.hidden = $(".here").hidden;
  $("[data-key='+']").click();
  found.half = outlines.getAttribute("viewBox");
  key($(".zoom button"), "ArrowLeft");
  found.moved = outlines.getAttribute("viewBox");
  drag(world, 0.5, 0.25);
  found.dragged = outlines.getAttribute("viewBox");
  found.here = $(".here").href;
  $("[data-key='0']").click();
  await new Promise((done) => setTimeout(done, 10));
  found.back = outlines.getAttribute("viewBox");
  for (const once of [1, 2]) {
    const several = [...map.querySelectorAll(".place")].find((one) => one.textContent.includes("+1"));
    several.dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true}));
  }
  found.closer = signs();
  for (const name of ["histogram", "timeline"]) {
    const figure = $(`.${name}`), chosen = $(".chosen", figure);
    drag($("svg", figure), 0.3, 0.7);
    const drawn = chosen.href;
    key(chosen, "Escape");
    const forgotten = chosen.hidden;
    const own = $("[data-at]", figure);
    key(own, "ArrowRight", {shiftKey: true});
    key(own, "ArrowRight", {shiftKey: true});
    key(own, "ArrowLeft", {shiftKey: true});
    found[name] = { drawn, forgotten, keyed: chosen.href, text: chosen.textContent };
  }
  found.wide = document.documentElement.scrollWidth;
})().catch((error) => { found.error = String(error.stack); }).then(() => { document.title = JSON.stringify(found); });
"""


def figures() -> Markup:
    counts = {str(year): year - 2000 for year in range(2008, 2018)}
    events = [EventSummary(f"{day}", f"2011-11-{day:02}", f"Event {day}", "en") for day in range(1, 11)]
    return Markup().join(
        (
            event_map(POINTS, "Map", lambda one: f"/{one.iri}", lambda box: f"/events?q=a&bbox={box.west}", whole=True),
            histogram(counts, "Years", lambda year: f"/{year}", narrow="/events?q=a"),
            timeline(events, "Events", lambda one: f"/{one.iri}", narrow="/events?q=a"),
            year_calendar(2011, {"2011-11-08": 3}, "2011", lambda period: f"/{period}"),
        )
    )


def page(folder: Path) -> str:
    styles = "".join((STATIC / name).read_text(encoding="utf-8") for name in ("style.css", "figures.css"))
    script = (STATIC / "figures.js").read_text(encoding="utf-8")
    file = folder / "page.html"
    file.write_text(
        '<!doctype html><meta charset="utf-8"><base href="http://127.0.0.1/"><title>waiting</title>'
        f"<style>{styles}</style><main>{figures()}</main><script>{script}</script><script>{DRIVER}</script>",
        encoding="utf-8",
    )
    return file.as_uri()


def shown(chromium: str, folder: Path, address: str) -> subprocess.CompletedProcess[bytes]:
    """Return a page as a browser shows it, and the messages in its console."""
    command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}"]
    command += [
        "--window-size=1000,800",
        "--enable-logging=stderr",
        "--virtual-time-budget=5000",
        "--dump-dom",
        address,
    ]
    environment = {**os.environ, "HOME": str(folder)}
    return subprocess.run(command, capture_output=True, check=True, timeout=120, env=environment)


def played(chromium: str, folder: Path) -> dict[str, Any]:
    done = shown(chromium, folder, page(folder))
    text = re.search(r"<title>(\{.*?)</title>", done.stdout.decode(), re.DOTALL)
    assert text, done.stderr.decode()[-2_000:]
    found: dict[str, Any] = json.loads(unescape(text[1]))
    assert "error" not in found, found["error"]
    return found


def asked(address: str) -> dict[str, str]:
    return {name: value for name, [value] in parse_qs(urlsplit(address).query).items()}


def test_maps_zoom_and_ranges_are_drawn_with_mouse_and_keyboard(chromium: str, tmp_path: Path) -> None:
    found = played(chromium, tmp_path)
    assert found["before"] == ["Aleppo and 1 other place: 650 events", "Sydney: 10 events"]
    assert found["hidden"]
    boxes = [[float(one) for one in found[name].split()] for name in ("half", "moved", "dragged")]
    assert boxes == [pytest.approx((left, 220, 880, 440)) for left in (440, 264, 484)]
    west, south, east, north = map(float, asked(found["here"]).pop("bbox").split(","))
    assert (west, south, east, north) == pytest.approx((-70, -22, 110, 48), abs=0.01)
    assert asked(found["here"])["q"] == "a"
    assert found["back"] == "0 0 1760 880"
    assert found["closer"] == ["Aleppo: 520", "Homs: 130"]
    assert asked(found["histogram"]["drawn"]) == {"q": "a", "from": "2011", "to": "2015"}
    assert asked(found["histogram"]["keyed"]) == {"q": "a", "from": "2008", "to": "2009"}
    assert asked(found["timeline"]["drawn"]) == {"q": "a", "from": "2011-11-04", "to": "2011-11-08"}
    assert found["timeline"]["text"] == "Only from 2011-11-01 to 2011-11-02"
    assert found["histogram"]["forgotten"]
    assert found["timeline"]["forgotten"]
    assert found["wide"] <= 1000


def test_the_policy_of_pages_lets_the_script_run(chromium: str, port: int, tmp_path: Path) -> None:
    done = shown(chromium, tmp_path, f"http://127.0.0.1:{port}/events?view=map")
    assert b'<p class="zoom">' in done.stdout, "it is hidden until the script shows it"
    assert b"CONSOLE" not in done.stderr
