"""Titles of Chinese pages with the markup of MediaWiki's LanguageConverter: what they say in each script.

``-{zh-hans:国际象棋; zh-hant:西洋棋}-`` prints one of its texts, by the variant of Chinese that the reader chose. The
rules are those of ``LanguageConverter`` and its ``ConverterRule``; if a text is missing in a variant, the next
one in its fallback chain is used.
"""

from __future__ import annotations

import re
from typing import Final

_VARIANT: Final = r"zh(?:-(?:hans|hant|cn|tw|hk|sg|mo|my))?"
_MARK: Final = re.compile(r"(-\{|\}-)")
_FLAGS: Final = re.compile(rf"\s*((?:[ATRDHNS-]|{_VARIANT})?(?:\s*;\s*(?:[ATRDHNS-]|{_VARIANT}))*)\s*\|", re.IGNORECASE)
_RULE_END: Final = re.compile(rf";\s*(?={_VARIANT}\s*:|[^;:]*=>|\s*\Z)", re.IGNORECASE)
_RULE: Final = re.compile(rf"(?:[^=]*=>)?\s*(?:({_VARIANT})\s*:\s*)+(.*)", re.IGNORECASE | re.DOTALL)
_NAMES_VARIANT: Final = re.compile(rf"{_VARIANT}\s*:", re.IGNORECASE)
_HIDDEN: Final = frozenset("-HT")
MAX_DEPTH: Final = 10
"""How deep rules may be nested, as in MediaWiki; deeper ones are printed as they are."""

SCRIPTS: Final = {
    "zh-Hans": ("zh-hans", "zh-cn", "zh-sg", "zh-my", "zh"),
    "zh-Hant": ("zh-hant", "zh-tw", "zh-hk", "zh-mo", "zh"),
}
"""The variants whose text is printed in each script, by its language tag (RFC 5646)."""
PLAIN: Final = ("zh", *SCRIPTS["zh-Hans"])
"""The fallback chain for a reader who has chosen no variant: as in MediaWiki, but within one script."""


def readable(title: str) -> str:
    """Return a title without markup, as shown to a reader who has chosen no variant of Chinese."""
    return _converted(title, PLAIN) if "-{" in title else title


def in_scripts(title: str) -> tuple[tuple[str, str], ...]:
    """Return what a title says in each script, with the language tag; nothing if no markup distinguishes them."""
    if "-{" not in title or not _NAMES_VARIANT.search(title):
        return ()
    return tuple((tag, " ".join(_converted(title, variants).split())) for tag, variants in SCRIPTS.items())


def _converted(text: str, variants: tuple[str, ...]) -> str:
    """Return a text with each rule in it replaced by its text for the first of ``variants`` that has one."""
    open_rules: list[list[str]] = [[]]
    for piece in _MARK.split(text):
        if piece == "-{" and len(open_rules) <= MAX_DEPTH:
            open_rules.append([])
        elif piece == "}-" and len(open_rules) > 1:
            inner = "".join(open_rules.pop())
            open_rules[-1].append(_chosen(inner, variants))
        else:
            open_rules[-1].append(piece)
    return "-{".join("".join(pieces) for pieces in open_rules)


def _chosen(inner: str, variants: tuple[str, ...]) -> str:
    """Return the text chosen from a rule, given the content of its braces."""
    found = _FLAGS.match(inner)
    flags = {one.strip() for one in found[1].split(";")} if found else set()
    body = inner[found.end() :] if found else inner
    if flags & _HIDDEN:
        return ""
    wanted = {one.lower() for one in flags if one.lower().startswith("zh")}
    if "R" in flags or wanted:
        return body if not wanted or wanted.intersection(variants) else ""
    rules = [rule for part in _RULE_END.split(body) if (rule := _RULE.fullmatch(part.strip()))]
    texts = {rule[1].lower(): rule[2].strip() for rule in reversed(rules)}
    return next((texts[one] for one in variants if one in texts), next(iter(reversed(texts.values())), body))
