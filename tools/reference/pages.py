"""The one table of generated files, with the function that makes each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from endpoint.agents import document as agents
from kg import settings
from kg.query import questions
from tools.reference import api, cli, house, http, terms

ROOT: Final = Path(__file__).resolve().parents[2]
PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "docs/agents.md": agents.markdown,
    "docs/api.md": api.markdown,
    "docs/cli.md": cli.markdown,
    "docs/http.md": http.markdown,
    "docs/img/house.svg": house.svg,
    "docs/questions.md": questions.markdown,
    "docs/settings.md": settings.markdown,
    "docs/terms.md": terms.markdown,
}
