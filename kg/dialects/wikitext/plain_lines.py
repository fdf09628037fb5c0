"""Reads wikitext that has only text, wikilinks and bracketed external links, as most bullets do, without a parse tree.

``kg.dialects.wikitext.inline`` reads all other wikitext with mwparserfromhell, with the same results for these bullets.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_PIECE = re.compile(
    r"\[\[(?P<target>[^][{}<>|&\n]+)(?:\|(?P<anchor>[^][{}<>|&\n]+))?\]\]"
    r"|\[(?P<url>https?://(?![^\s\]]*&[^\s\]]*;)[^][{}<>|'\"\s]+)(?: (?P<label>[^][{}<>&\n]+))?\]"
    r"|<ref (?P<reference>[0-9]+)/>"
    r"|(?P<text>[^][{}<>&\n]+)"
)
# An address without brackets is a link too.
_ADDRESS = re.compile(r"//|\b(?:mailto|news|tel|sips?|xmpp|bitcoin|geo|magnet|sms|urn|matrix):", re.IGNORECASE)
# At the start of a line: a heading, a rule, a list, a table.
_BLOCK = re.compile(r"[=*#:;|!]|----")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a bullet: its text, a wikilink with ``target``, an external link with ``url``, or a reference.

    ``text`` is what a link shows, empty if it has only a target; ``reference`` is the number of a reference.
    """

    text: str
    target: str = ""
    url: str = ""
    reference: str = ""


def pieces(source: str) -> list[Piece] | None:
    """Return the pieces of wikitext in order, or None if it contains anything else."""
    found: list[Piece] = []
    at = 0
    while at < len(source):
        match = _PIECE.match(source, at)
        if match is None:
            return None
        target, anchor, url, label, reference, text = match.groups()
        if _ADDRESS.search(text or label or anchor or "") or (target and _ADDRESS.search(target)):
            return None
        found.append(Piece(text or anchor or label or "", target or "", url or "", reference or ""))
        at = match.end()
    return None if _BLOCK.match(source) or "\0" in source else found  # the wikitext parser drops NUL
