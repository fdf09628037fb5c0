"""The one place that mints IRIs, and the one spelling they have.

An IRI is spelled in NFC, percent-encoded as UTF-8 with upper-case hex digits, with a literal ``/`` and the
other characters that RFC 3986 (section 3.3) allows in a path left as they are.
"""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from urllib.parse import quote, unquote, urlsplit

PATH_CHARACTERS = "/:@!$&'()*+,;=-._~"
URL_SCHEMES = ("http", "https", "ftp")
URL_LENGTH = 2_048
URL_CHARACTERS = PATH_CHARACTERS + "?#[]%"
EVENT_KEY_LENGTH = 10


@dataclass(frozen=True, slots=True)
class Minter:
    """Mints the IRIs of one dataset under its identity base, which ends with a slash."""

    base: str

    def day(self, day: date) -> str:
        """IRI of a calendar day."""
        return f"{self.base}day/{day.isoformat()}"

    def month(self, day: date) -> str:
        """IRI of the calendar month that a day lies in."""
        return f"{self.base}month/{day.isoformat()[:7]}"

    def year(self, day: date) -> str:
        """IRI of the calendar year that a day lies in."""
        return f"{self.base}year/{day.isoformat()[:4]}"

    def event(self, key: str) -> str:
        """IRI of an event: its key is the day it was first listed under and ten characters (see event_key)."""
        return f"{self.base}event/{key}"

    def revision(self, event: str, content: str) -> str:
        """IRI of a revision of ``event`` (an IRI): the same ``content`` is the same revision."""
        return self.named_revision(event, revision_name(content))

    def named_revision(self, event: str, name: str) -> str:
        """IRI of the revision of ``event`` (an IRI) with this name (see revision_name)."""
        return f"{event}/revision/{name}"

    def entity(self, language: str, title: str) -> str:
        """IRI of what a wiki article is about; ``title`` is the article's normalised title."""
        return f"{self.base}entity/{language}/{spell(title.replace(' ', '_'))}"

    def geonames(self, identifier: int) -> str:
        """IRI of a place that no wiki title is known for."""
        return f"{self.base}entity/geonames/{identifier}"

    def category(self, label: str) -> str:
        """IRI of the category with this printed label."""
        return f"{self.base}category/{slug(label)}"

    def organization(self, key: str) -> str:
        """IRI of an organisation that publishes: its key is a word of the table of publishers, or a host."""
        return f"{self.base}publisher/{spell(key)}"

    def page(self, path: str, sha256: str) -> str:
        """IRI of one capture of an archive page, named by its content."""
        return f"{self.base}page/{spell(path)}/{sha256[:16]}"


def revision_name(content: str) -> str:
    """Return the twelve hex digits that name a revision with this content among those of its event."""
    return hashlib.sha256(content.encode()).hexdigest()[:12]


@lru_cache(maxsize=65_536)
def spell(text: str) -> str:
    """Spell ``text`` as the path of an IRI; a text that is spelled already comes out unchanged if unquoted first."""
    return quote(unicodedata.normalize("NFC", text), safe=PATH_CHARACTERS)


def respell(path: str) -> str:
    """Give a requested, possibly differently encoded path the one spelling that the graph uses."""
    return spell(unquote(path))


def canonical(path: str) -> str:
    """Return the spelling of a path below the base that all its equal spellings have in common.

    Equal are paths with other percent-encodings, with a slash at the end or several in a row and, in the title of an
    entity, with spaces for underscores and another case of the first letter, as in MediaWiki.
    """
    plain = unicodedata.normalize("NFC", unquote(path))
    kind, _, rest = re.sub(r"/{2,}", "/", plain).strip("/").partition("/")
    language, _, title = rest.partition("/")
    if kind == "entity" and title:
        title = "_".join(title.replace("_", " ").split())
        first = title[:1].upper() if len(title[:1].upper()) == 1 else title[:1]
        rest = f"{language}/{first}{title[1:]}".rstrip("/")
    return spell(f"{kind}/{rest}".rstrip("/"))


@lru_cache(maxsize=65_536)
def slug(label: str) -> str:
    """Return a readable path segment for a label: lower case, words joined by hyphens, any script.

    A label without a letter or digit gets a segment made from its hash, so that none is empty.
    """
    words = re.findall(r"\w+", unicodedata.normalize("NFC", label).casefold().replace("_", " "))
    return quote("-".join(words)) or f"x{hashlib.sha256(label.encode()).hexdigest()[:10]}"


def event_key(language: str, day: date, wording: str, attempt: int = 0) -> str:
    """Return the ten characters that name an event among those of its day.

    They are base32 of a hash of the edition's language, the day and the normalised first wording known;
    ``attempt`` counts up when that hash is already taken by another event.
    """
    text = "\0".join((language, day.isoformat(), wording, str(attempt) if attempt else ""))
    digest = hashlib.sha256(text.encode()).digest()
    return base64.b32encode(digest).decode().lower()[:EVENT_KEY_LENGTH]


@lru_cache(maxsize=65_536)
def clean_url(text: str) -> str | None:
    """Return ``text`` as a valid absolute IRI, or None if it cannot be one.

    Only http, https and ftp pass. What RFC 3986 does not allow is percent-encoded; what is encoded stays. A query or
    fragment that is empty goes: whoever resolves an IRI with Python's urllib, as rdflib does with RDF/XML, loses it.
    """
    candidate = text.strip()
    if candidate.startswith("//"):
        candidate = f"http:{candidate}"
    if not candidate or len(candidate) > URL_LENGTH:
        return None
    encoded = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", quote(candidate, safe=URL_CHARACTERS))
    head, _, fragment = encoded.partition("#")
    head, _, query = head.partition("?")
    fragment = fragment.replace("#", "%23")
    head = head.replace("[", "%5B").replace("]", "%5D")
    tail = (f"?{query}" * bool(query) + f"#{fragment}" * bool(fragment)).replace("[", "%5B").replace("]", "%5D")
    try:
        parts = urlsplit(head)
        valid = parts.scheme.lower() in URL_SCHEMES and parts.netloc.count("@") < 2 and (parts.port or True)
    except ValueError:
        return None
    return head + tail if valid and re.fullmatch(r"[\w.%~-]+", parts.hostname or "") else None
