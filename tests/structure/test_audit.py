"""The audit of pinned packages: which are compared with the list that needs no network, and what that finds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from tools.audit import META, PINNED, by_list, by_npm, pins

LISTED: dict[str, Any] = {
    META: {"timestamp": 1625119202},
    "jinja2": [{"cve": "CVE-2020-28493", "id": "pyup.io-39525", "specs": ["<2.11.3"]}],
    "other": [{"cve": None, "id": "pyup.io-1", "specs": [">=1,<2", ">3"]}],
}


def test_every_pinned_version_is_read() -> None:
    lines = [line for line in PINNED.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert len(pins(lines)) == len(lines) > 100


@pytest.mark.parametrize(
    ("name", "version", "known"),
    [
        ("jinja2", "2.11.2", ("  jinja2 2.11.2: CVE-2020-28493",)),
        ("jinja2", "2.11.3", ()),
        ("other", "1.5", ("  other 1.5: pyup.io-1",)),
        ("other", "2.0", ()),
        ("absent", "1", ()),
    ],
)
def test_a_version_with_an_advisory_is_reported(name: str, version: str, known: tuple[str, ...]) -> None:
    found = by_list({name: Version(version)}, LISTED)
    assert (found.of, found.compared, found.known) == (1, 1, known)
    assert "2021-07-01" in found.source


def test_a_range_that_cannot_be_read_concerns_each_version() -> None:
    odd = {**LISTED, "odd": [{"cve": None, "id": "pyup.io-2", "specs": ["before 3"]}]}
    assert by_list({"odd": Version("9")}, odd).known == ("  odd 9: pyup.io-2",)


def test_a_registry_without_data_has_compared_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "package-lock.json").write_text(json.dumps({"packages": {"": {}, "node_modules/a": {}}}))
    monkeypatch.setenv("PATH", "/nowhere")
    assert (by_npm(tmp_path).of, by_npm(tmp_path).compared) == (1, 0)
