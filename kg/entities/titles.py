"""Titles of articles, by the rules of MediaWiki: the article that a wikilink leads to, and what similar titles share.

The rules are those of its title parser (MediaWikiTitleCodec), its parser of links, Sanitizer::decodeCharReferences,
Language::ucfirst and the configuration of Wikipedia (https://www.mediawiki.org/wiki/Manual:Page_title). Two things
differ: a title is always in NFC, to which MediaWiki only converts its input; and the result always leads to itself, so
a title that MediaWiki could store but no link could reach is rejected.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from html.entities import html5
from typing import Final
from urllib.parse import unquote

from kg.entities.namespaces import LANGUAGES, LOCAL_NAMESPACES, NAMESPACES, OTHER_SITES, WIKIPEDIAS
from kg.entities.places.names import LETTERS

#: The longest title, in bytes of UTF-8.
LONGEST: Final = 255

# MediaWiki replaces these with U+FFFD anywhere, and allows it in no title.
_BROKEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffd-\uffff\ufdd0-\ufdef\ud800-\udfff]")
_NOT_IN_LINK = re.compile(r"[\x00-\x1f\x7f<>\[\]{|}]")
# Matches most titles, which no rule changes: words of ASCII letters and digits, the first one capitalised.
_PLAIN = re.compile(r"[A-Z0-9][A-Za-z0-9]*(?:[ '(,.-]{1,2}(?<!  )(?<!\.\.)[A-Za-z0-9]+)*[).]?")
_DIRECTION = re.compile("[\u200e\u200f\u202a-\u202e]+")
_SPACE = re.compile("[ _\xa0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_PREFIX = re.compile(r"(.+?) *: *(.*)", re.DOTALL)
_ADDRESS = re.compile(
    r"(?:(?:ftps?|git|gopher|https?|ircs?|mms|nntp|redis|sftp|ssh|svn|telnet|wikipedia|worldwind):)?//"
    r"|(?:bitcoin|geo|magnet|mailto|matrix|news|sips?|sms|tel|urn|xmpp):",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"&(?:([A-Za-z0-9]+;)|#([0-9]+);|#[xX]([0-9A-Fa-f]+);)")
_INVALID = re.compile(
    r"\A(?::|\Z)|[\x00-\x1f\x7f#<>\[\]{|}]|~~~|(?:\A|/)\.\.?(?:/|\Z)"
    r"|%[0-9A-Fa-f]{2}|&[A-Za-z0-9\x80-\U0010ffff]+;"
)
# Letters that got upper case late in Unicode, Georgian and Medefaidrin: Wikipedia leaves them unchanged.
_UNCHANGED = re.compile("[\u10d0-\u10ff\ua7b9\U00016e60-\U00016e7f]")


def article(printed: str, language: str = "en") -> str | None:
    """Return the title of the article that the target of a wikilink leads to.

    Args:
        printed: The target as wikitext has it between ``[[`` and ``|`` or ``]]``: percent sequences and character
            references in it are decoded. Not for what has been decoded before: ``%2541`` is not a title, not "A".
        language: The language of the wiki that the link stands in.

    Returns:
        The title in its normal form, with spaces; None where the link leads to no article of that wiki.

    """
    text = unicodedata.normalize("NFC", printed)
    if _NOT_IN_LINK.search(text):
        return None
    text = unquote(text) if "%" in text else text
    return normal(_REFERENCE.sub(_character, text) if "&" in text else text, language)


@lru_cache(maxsize=131_072)
def normal(title: str, language: str = "en") -> str | None:
    """Return the normal form of a title that is already decoded, such as that of a ``Link``.

    Returns:
        As for ``article``, and the same title for each that ``article`` returns. Also None for a title with
        a percent sequence or a character reference: MediaWiki has none.

    """
    if _PLAIN.fullmatch(title) and len(title) <= LONGEST:
        return title
    text = unicodedata.normalize("NFC", title)
    if _BROKEN.search(text):
        return None
    text = _SPACE.sub(" ", _DIRECTION.sub("", text)).strip(" ").partition("#")[0].rstrip(" ")
    local = _local(text.removeprefix(":").strip(" "), language)
    if local is None or len(local.encode()) > LONGEST:
        return None
    name = unicodedata.normalize("NFC", _capitalised(local))
    return None if _INVALID.search(name) or len(name.encode()) > LONGEST else name


def _character(reference: re.Match[str]) -> str:
    """Decode a character reference as MediaWiki does: by its table of names, and only to what XML 1.0 allows."""
    name, decimal, hexadecimal = reference.groups()
    if name:
        return html5.get(name, reference[0])
    digits = (decimal or hexadecimal).lstrip("0")[:8]
    code = int(digits or "0", 10 if decimal else 16)
    allowed = code in (0x9, 0xA) or 0x20 <= code <= 0x7E or 0xA0 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD
    return chr(code) if allowed or 0x10000 <= code <= 0x10FFFF else "\ufffd"


def _local(text: str, language: str) -> str | None:
    """Remove prefixes that lead back to the wiki in ``language``; return None if they lead elsewhere."""
    wiki = language
    while found := _PREFIX.match(text):
        prefix, rest = _capitalised(found[1]).lower(), found[2]
        if prefix in NAMESPACES or prefix in LOCAL_NAMESPACES.get(wiki, ()) or prefix in OTHER_SITES:
            return None
        if prefix not in LANGUAGES and prefix not in WIKIPEDIAS:
            break
        text = rest if prefix == wiki else rest.removeprefix(":").strip(" ")
        wiki = WIKIPEDIAS.get(prefix, prefix)
    return None if wiki != language or _ADDRESS.match(text) else text


def _capitalised(text: str) -> str:
    """Capitalise the first letter: only lower-case letters, and only if the result is a single character."""
    first = text[:1]
    if first.isascii():
        return first.upper() + text[1:]
    if unicodedata.category(first) != "Ll" or _UNCHANGED.match(first):
        return text
    upper = next((one for one in (first.upper(), first.title()) if len(one) == 1), first)
    return upper + text[1:]


_WORDS = re.compile("[A-Za-z0-9]+(?: [A-Za-z0-9]+)*")
_ACCENT = re.compile("(?<=[A-Za-z\u0370-\u03ff])[\u0300-\u036f]+")
_DOT = re.compile(r"\.(?!\d)|(?<!\d)\.")
# Punctuation, by its Unicode category, that distinguishes names; full stops are kept in numbers only.
_TELLING = frozenset(".#&%@*")


@lru_cache(maxsize=131_072)
def key(title: str) -> str:
    """Return the key shared by titles that differ only in case, dash, accent or punctuation.

    Folded are case, compatibility forms (full width, ligatures), accents on Latin and Greek letters, letters such as ß,
    ø and ł, and apostrophes with the marks of transliterations from Arabic. Full stops outside numbers are left out,
    and other punctuation separates words. Letters of other scripts with their marks, digits, symbols such as + and $,
    and ``# & % @ *`` are kept, so "C", "C++" and "C#" have different keys. Words in brackets are kept too, even
    "(disambiguation)". Two things may have the same key ("Help!" and "Help"): it finds candidates and proves nothing.

    Returns:
        Words in lower case with single spaces between them; the title itself where nothing is left of it ("!!!").

    """
    if _WORDS.fullmatch(title):
        return title.lower()
    letters = unicodedata.normalize("NFKD", title.translate(LETTERS)).casefold().translate(LETTERS)
    plain = _DOT.sub("", unicodedata.normalize("NFKC", _ACCENT.sub("", letters)))
    return " ".join("".join(map(_word_character, plain)).split()) or title


def _word_character(character: str) -> str:
    """Return a character of a key, or its replacement."""
    category = unicodedata.category(character)
    if category == "Cf":
        return ""
    parts_words = category[0] in "PZ" or category == "Cc"
    return " " if parts_words and character not in _TELLING else character
