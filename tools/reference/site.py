"""Provides what the site needs besides docs/: pages from the root, the list of decisions, links out of docs/.

These are the hooks of mkdocs.yml.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT: Final = Path(__file__).resolve().parents[2]
DOCS: Final = ROOT / "docs"
FROM_THE_ROOT: Final = {ROOT / name: name for name in ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")}
"""Pages at the places where forges look for them, with their names on the site."""
ON_THE_SITE: Final = {**FROM_THE_ROOT, ROOT / "README.md": "index.md", DOCS / "decisions": "decisions/README.md"}
_LINK: Final = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)#\s]+)(#[^)\s]*)?\)")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """List every decision under the navigation entry "Decisions"."""
    decisions = [one.relative_to(DOCS).as_posix() for one in sorted(DOCS.glob("decisions/0*.md"))]
    config.nav = [
        {"Decisions": ["decisions/README.md", *decisions]} if "Decisions" in entry else entry
        for entry in config.nav or []
    ]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages at the root of the checkout."""
    for file, name in FROM_THE_ROOT.items():
        files.append(File.generated(config, name, abs_src_path=str(file)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Rewrite each link to the page of the site that it means; the path of any other file is shown without a link."""
    return _LINK.sub(lambda link: _relinked(link, page.file), markdown)


def _relinked(link: re.Match[str], file: File) -> str:
    label, target, fragment = link[1], link[2], link[3] or ""
    meant = (Path(str(file.abs_src_path)).parent / target).resolve()
    if not meant.exists():  # an external address, or a broken link, which MkDocs reports
        return link[0]
    if meant in ON_THE_SITE or (meant.is_file() and meant.is_relative_to(DOCS)):
        place = ON_THE_SITE.get(meant) or meant.relative_to(DOCS)
        return f"[{label}]({os.path.relpath(place, Path(file.src_uri).parent)}{fragment})"
    path = meant.relative_to(ROOT).as_posix()
    return label if label.strip("`") == path else f"{label} (`{path}`)"
