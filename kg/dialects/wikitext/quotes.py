"""Apostrophes in wikitext: which of them mark bold and italics, and which are printed.

The rules are those of MediaWiki (``Parser::doQuotes``): runs are counted by the line, and a line with an odd number of
both marks has one bold mark that is an apostrophe and the end of italics, as in ``''Times'''s``.
"""

from __future__ import annotations

import re
from typing import Final

ITALIC: Final = 2
BOLD: Final = 3
BOTH: Final = 5

# Matches what may span lines (comments, contents of tags that are not wikitext, links), then runs and line ends.
_TOKEN: Final = re.compile(
    r"<!--.*?-->|<(?P<tag>nowiki|pre|math)\b[^>]*(?<!/)>.*?</(?P=tag)\s*>"
    r"|\[\[(?P<target>[^][|]*)(?P<anchor>\|[^][]*)?\]\]"
    r"|(?P<run>'{2,})|(?P<end>\n)",
    re.DOTALL | re.IGNORECASE,
)
_ENDS_WITH_ADDRESS: Final = re.compile(r"//[^][<>\"\s]*$")
_NOTHING: Final = "<nowiki/>"
"""Replaces marks that ended an address, or the letters after a link."""


def without_marks(source: str) -> str:
    """Return wikitext without the marks of bold and italics; the apostrophes that are printed stay."""
    found: list[str] = []
    text, at = [""], 0
    for token in _TOKEN.finditer(source):
        text[-1] += source[at : token.start()]
        at = token.end()
        if token["run"]:
            text.extend((token["run"], ""))
        elif token["end"]:
            found.extend((_line(text), "\n"))
            text = [""]
        elif token["anchor"]:
            text[-1] += f"[[{token['target']}{without_marks(token['anchor'])}]]"
        else:
            text[-1] += token[0]
    text[-1] += source[at:]
    return "".join((*found, _line(text)))


def _line(text: list[str]) -> str:
    """Return a line, given as texts with the runs of apostrophes between them, every second one."""
    for at in range(1, len(text), 2):
        kept = _printed(len(text[at]))
        text[at - 1] += "'" * kept
        text[at] = text[at][kept:]
    runs = [len(text[at]) for at in range(1, len(text), 2)]
    bold, italic = sum(one in (BOLD, BOTH) for one in runs), sum(one in (ITALIC, BOTH) for one in runs)
    if bold % 2 and italic % 2:
        _mend(text)
    return "".join(one if at % 2 == 0 else _in_place(text[at - 1], text[at + 1]) for at, one in enumerate(text))


def _printed(length: int) -> int:
    """Return how many apostrophes of a run are printed: of four, or more than five, those before the mark."""
    return 1 if length == BOLD + 1 else max(length - BOTH, 0)


def _mend(text: list[str]) -> None:
    """Reread one bold mark as an apostrophe and italics: the first after a single letter, a word, or a space."""
    bold = [at for at in range(1, len(text), 2) if len(text[at]) == BOLD]
    single = [at for at in bold if text[at - 1][-1:] != " " and text[at - 1][-2:-1] == " "]
    words = [at for at in bold if text[at - 1][-1:] != " "]
    for at in (single or words or bold)[:1]:
        text[at - 1] += "'"
        text[at] = "'" * ITALIC


def _in_place(before: str, after: str) -> str:
    ends_trail = before.endswith("]]") and "a" <= after[:1] <= "z"
    return _NOTHING if ends_trail or _ENDS_WITH_ADDRESS.search(before) else ""
