"""References in wikitext: where ``<ref>`` begins and ends, as the preprocessor of MediaWiki finds it.

A reference ends at the first ``</ref>`` in any letter case, whatever comes before it; an unclosed one is plain text.
"""

from __future__ import annotations

import re
from typing import Final

_NAMES: Final = (
    "ref", "nowiki", "pre", "math", "references", "gallery", "syntaxhighlight", "source", "score", "timeline", "poem"
)  # fmt: skip
_OPENED: Final = re.compile(rf"<!--|<(?P<name>{'|'.join(_NAMES)})(?=[\s/>])[^>]*>", re.IGNORECASE)
_ENDS: Final = {None: re.compile("-->")} | {name: re.compile(rf"</{name}\s*>", re.IGNORECASE) for name in _NAMES}
# Replaces a reference: a tag that has only its number. Pages cannot print one, since all their own are taken out.
REFERENCE: Final = re.compile(r"<ref (?P<number>[0-9]+)/>")


def taken_out(source: str) -> tuple[str, list[str]]:
    """Return wikitext with a numbered tag in place of each reference, and the contents of the references in order.

    A self-closing tag (``<ref name="a"/>``) has no content and is removed.
    """
    held: list[str] = []
    found: list[str] = []
    at = 0
    while opened := _OPENED.search(source, at):
        found.append(source[at : opened.start()])
        end = _end(source, opened)
        inner = source[opened.end() : end.start()] if end else ""
        whole = source[opened.start() : end.end() if end else opened.end()]
        if (opened["name"] or "").lower() != "ref":
            found.append(whole)
        elif end:
            found.append(f"<ref {len(held)}/>")
            held.append(inner)
        elif not opened[0].endswith("/>"):
            found.append(f"&lt;{opened[0][1:]}")
        at = opened.start() + len(whole)
    return "".join((*found, source[at:])), held


def is_open(source: str) -> bool:
    """Return whether a comment or a reference begins in wikitext and does not end there."""
    at = 0
    while opened := _OPENED.search(source, at):
        end = _end(source, opened)
        if end is None and not opened[0].endswith("/>") and (opened["name"] or "ref").lower() == "ref":
            return True
        at = (end or opened).end()
    return False


def _end(source: str, opened: re.Match[str]) -> re.Match[str] | None:
    """Return where the element that ``opened`` begins ends; None for a self-closing or unclosed tag."""
    if opened["name"] is not None and opened[0].endswith("/>"):
        return None
    return _ENDS[opened["name"] and opened["name"].lower()].search(source, opened.end())
