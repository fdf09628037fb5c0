"""Writes the generated pages of docs/ (``make docs``)."""

from __future__ import annotations

from tools.reference.pages import PAGES, ROOT

for name, made in PAGES.items():
    (ROOT / name).write_text(made(), encoding="utf-8")
