"""Our titles, compared with those of the npm package mediawiki-title, Wikimedia's port of MediaWiki's parser."""

from __future__ import annotations

import json
import re
import subprocess
import unicodedata
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.entities.namespaces import LANGUAGES, LOCAL_NAMESPACES, NAMESPACES, OTHER_SITES
from kg.entities.titles import normal

Oracle = Callable[[str], "str | None"]

# The oracle, which knows no other wikis, treats every prefix that leads elsewhere as a namespace.
ELSEWHERE = (NAMESPACES | LOCAL_NAMESPACES["en"] | OTHER_SITES | LANGUAGES) - {"en"}
SITE = {
    "general": {"lang": "en", "legaltitlechars": " %!\"$&'()*,\\-.\\/0-9:;=?@A-Z\\\\^_`a-z~\\x80-\\xFF+"},
    "namespaces": {"0": {"id": 0, "*": "", "case": "first-letter"}}
    | {str(number): {"id": number, "*": name, "case": "first-letter"} for number, name in enumerate(ELSEWHERE, 5_000)},
    "namespacealiases": [],
}
# Titles for which the oracle differs from MediaWiki, or does not read a whole link.
BEYOND = re.compile(
    r"\A[ _:\u200e\u200f\u202a-\u202e\s]*(?:en|w|zh-cn|zh-tw)[ _\s]*:"  # leads to a Wikipedia, possibly this one
    r"|&[^;&]*[^\x00-\xff][^;&]*;"  # accepts only Latin-1 letters in a reference
    r"|[\x00-\x1f\ufdd0-\ufdef\ufffd-\uffff\ud800-\udfff]"  # characters that MediaWiki removes from its input
    r"|:\s*:|\A\W*(?:https?|news|tel|mailto|urn|sms|geo|sips?|xmpp|magnet|bitcoin|matrix):|//"
)


@pytest.fixture(scope="module")
def oracle(node: Callable[[str], list[str]]) -> Iterator[Oracle]:
    """A function that returns the title according to the npm package."""
    with subprocess.Popen(node("titles.mjs"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps(SITE) + "\n")

        def ask(title: str) -> str | None:
            assert process.stdin
            assert process.stdout
            process.stdin.write(json.dumps(title) + "\n")
            process.stdin.flush()
            found: str | None = json.loads(process.stdout.readline())
            return found

        yield ask
        process.stdin.close()


PIECES = (
    "a|B|é|ß|ა|中|ᾳ|ⓐ|_| |\u00a0|\u1680|\u2003|\u200b|\u200e|\u202c|\u3000|:|#|%|%41|%zz|&|;|&amp;|&#65;|/|.|..|/./|~|"
    "~~~|File|Talk|file talk|DE|WT|wikt|<|[|{|}|\x7f|é́|'|\"|!|+|=|^|`|\\|@|$|(|)|*|,|?|0"
)
pieces = st.sampled_from(PIECES.split("|")) | st.characters(codec="utf-8")
titles = st.lists(pieces, min_size=1, max_size=10).map("".join) | st.integers(120, 260).map("é".__mul__)


# Letters of Unicode 3.2 that were given capitals in Unicode 16.
LATE = "ƛɤ"


def _told_by_the_oracle(title: str) -> bool:
    first = re.sub(r"\A[\s_:\u200e\u200f\u202a-\u202e]+", "", title)[:1]
    return not BEYOND.search(title) and first <= "\uffff" and not _is_disputed(first, first.upper())


def _is_disputed(*letters: str) -> bool:
    """Whether a letter or its capital is new in Unicode, so that Node and Python may differ, or is in title case."""
    return any(
        one in LATE or unicodedata.category(one) == "Lt" or unicodedata.ucd_3_2_0.category(one) == "Cn"
        for one in "".join(letters)
    )


@given(titles.map(lambda text: unicodedata.normalize("NFC", text)).filter(_told_by_the_oracle))
def test_a_title_is_that_of_the_port_by_wikimedia(oracle: Oracle, title: str) -> None:
    found = oracle(title)
    assert normal(title) == (unicodedata.normalize("NFC", found) if found else None)


def test_the_first_letters_are_those_of_the_port_by_wikimedia(oracle: Oracle) -> None:
    letters = [letter for letter in map(chr, range(0x80, 0xD800)) if letter.isalpha()]
    found = [(letter, normal(letter) or "", oracle(unicodedata.normalize("NFC", letter)) or "") for letter in letters]
    assert {
        letter for letter, ours, theirs in found if ours != theirs and not _is_disputed(letter, ours, theirs)
    } == set()
