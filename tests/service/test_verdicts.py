from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType

import pytest

from tests.paths import ROOT

FILE = ROOT / "bench" / "verdicts.py"


@pytest.fixture(scope="module")
def verdicts() -> ModuleType:
    spec = spec_from_file_location("verdicts", FILE)
    assert spec
    assert spec.loader
    found = module_from_spec(spec)
    sys.modules["verdicts"] = found
    spec.loader.exec_module(found)
    return found


@pytest.fixture
def allowed(verdicts: ModuleType) -> Callable[[str], set[int]]:
    return lambda expect: set(verdicts.allowed("", expect))


@pytest.mark.parametrize(
    ("expect", "right", "wrong"),
    [
        ("refuse: 403/400, no outgoing connection", {403, 400}, {200, 500, 504}),
        ("reject quickly (<1 s, <200 MB)", {400, 413}, {200, 500, 503}),
        ("504 within 1.2x deadline or 503 out-of-memory; server stays up", {503, 504}, {400, 500}),
        ("answer < 100 ms (linear engine) or 504", {200, 504}, {400, 500}),
        ("413: decompressed-size and ratio cap", {413, 415}, {200, 400, 500}),
        ("ok, 0 quads", {200, 204}, {400, 500}),
        ("connection closed by server <= 30 s", {0}, {200, 500}),
        ("no crash", {200, 400, 504}, {0, 500}),
    ],
)
def test_expectations_are_parsed_from_their_wording(
    allowed: Callable[[str], set[int]], expect: str, right: set[int], wrong: set[int]
) -> None:
    assert right <= allowed(expect)
    assert not wrong & allowed(expect)


def test_an_answer_that_comes_too_late_is_not_what_was_expected(verdicts: ModuleType) -> None:
    assert verdicts.judge("", "reject", 400, 0.5, 1.0).expected
    assert not verdicts.judge("", "reject", 400, 1.5, 1.0).expected
