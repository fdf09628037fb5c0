"""The one place that mints IRIs, and defines their spelling.

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
from urllib.parse import quote, unquote

import idna

PATH_CHARACTERS = "/:@!$&'()*+,;=-._~"
DEFAULT_PORTS = {"http": 80, "https": 443, "ftp": 21}
MAX_PORT = 65_535
MAX_HOST = 253
URL_LENGTH = 2_048
URL_CHARACTERS = PATH_CHARACTERS + "?#[]%"
EVENT_KEY_LENGTH = 10

_ADDRESS = re.compile(r"(?P<scheme>https?|ftp)://(?P<authority>[^/?#]*)(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
# A label may end with a hyphen or contain an underscore, as hosts of blogs do, though RFC 1123 forbids it.
_DNS_NAME = re.compile(r"(?:[a-z0-9_-]{1,63}\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})")


@dataclass(frozen=True, slots=True)
class Minter:
    """Mints the IRIs of one dataset under its identity base, which ends with a slash."""

    base: str

    def day(self, day: date) -> str:
        """Return the IRI of a calendar day."""
        return f"{self.base}day/{day.isoformat()}"

    def month(self, day: date) -> str:
        """Return the IRI of the calendar month that a day lies in."""
        return f"{self.base}month/{day.isoformat()[:7]}"

    def year(self, day: date) -> str:
        """Return the IRI of the calendar year that a day lies in."""
        return f"{self.base}year/{day.isoformat()[:4]}"

    def event(self, key: str) -> str:
        """Return the IRI of an event; its key is the day of its first listing and ten characters (see event_key)."""
        return f"{self.base}event/{key}"

    def revision(self, event: str, content: str) -> str:
        """Return the IRI of a revision of ``event`` (an IRI): the same ``content`` is the same revision."""
        return self.named_revision(event, revision_name(content))

    def named_revision(self, event: str, name: str) -> str:
        """Return the IRI of the revision of ``event`` (an IRI) with this name (see revision_name)."""
        return f"{event}/revision/{name}"

    def entity(self, language: str, title: str) -> str:
        """Return the IRI of what a wiki article is about; ``title`` is the article's normalised title."""
        return f"{self.base}entity/{language}/{spell(title.replace(' ', '_'))}"

    def geonames(self, identifier: int) -> str:
        """Return the IRI of a place without a known wiki title."""
        return f"{self.base}entity/geonames/{identifier}"

    def point(self, latitude: str, longitude: str) -> str:
        """Return the IRI of a place known only by its point, in degrees of WGS84 as canonical decimals."""
        return f"{self.base}entity/point/{latitude},{longitude}"

    def category(self, label: str) -> str:
        """Return the IRI of the category with this printed label."""
        return f"{self.base}category/{slug(label)}"

    def organization(self, key: str) -> str:
        """Return the IRI of an organisation that publishes: its key is a word of the table of publishers, or a host."""
        return f"{self.base}publisher/{spell(key)}"

    def page(self, path: str, sha256: str) -> str:
        """Return the IRI of one capture of an archive page, named by its content."""
        return f"{self.base}page/{spell(path)}/{sha256[:16]}"


def revision_name(content: str) -> str:
    """Return the twelve hex digits that name a revision with this content among those of its event."""
    return hashlib.sha256(content.encode()).hexdigest()[:12]


@lru_cache(maxsize=65_536)
def spell(text: str) -> str:
    """Spell ``text`` as the path of an IRI; an already spelled text stays the same if it is unquoted first."""
    return quote(unicodedata.normalize("NFC", text), safe=PATH_CHARACTERS)


def respell(path: str) -> str:
    """Return a requested, possibly differently encoded path in the spelling that the graph uses."""
    return spell(unquote(path))


def canonical(path: str) -> str:
    """Return the canonical spelling of a path below the base, which all its equivalent spellings share.

    Paths are equivalent if they differ in percent-encoding, in a slash at the end or several in a row and, in the title
    of an entity, in spaces for underscores and the case of the first letter, as in MediaWiki.
    """
    plain = unicodedata.normalize("NFC", unquote(path))
    kind, _, rest = re.sub(r"/{2,}", "/", plain).strip("/").partition("/")
    language, _, title = rest.partition("/")
    if kind == "entity" and title:
        title = "_".join(title.replace("_", " ").split()).strip("/_")
        first = title[:1].upper() if len(title[:1].upper()) == 1 else title[:1]
        rest = f"{language}/{first}{title[1:]}"
    return spell(f"{kind}/{rest}".rstrip("/"))


@lru_cache(maxsize=65_536)
def slug(label: str) -> str:
    """Return a readable path segment for a label: lower case, words joined by hyphens, any script.

    A label without letters or digits gets a segment made from its hash, so that none is empty.
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

    Only http, https and ftp pass, in lower case. The host is a name of the DNS with two or more labels, in lower case
    and without a full stop at its end, an internationalised one as its A-label (RFC 5890, section 2.3.2.1), or an IPv4
    address; the default port is removed (RFC 3986, section 6.2.3), and so are user and password. What RFC 3986 does not
    allow is percent-encoded; what is already encoded stays so. An empty query or fragment is removed, since Python's
    urllib, and rdflib for RDF/XML, lose it when they resolve an IRI.
    """
    candidate = text.strip()
    if candidate.startswith("//"):
        candidate = f"http:{candidate}"
    found = _ADDRESS.fullmatch(candidate) if len(candidate) <= URL_LENGTH else None
    if found is None:
        return None
    scheme = found["scheme"].lower()
    authority = _authority(found["authority"], scheme)
    if authority is None:
        return None
    rest = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", quote(found["rest"], safe=URL_CHARACTERS))
    head, _, fragment = rest.partition("#")
    path, _, query = head.partition("?")
    tail = f"?{query}" * bool(query) + f"#{fragment.replace('#', '%23')}" * bool(fragment)
    return f"{scheme}://{authority}" + (path + tail).replace("[", "%5B").replace("]", "%5D")


def _authority(printed: str, scheme: str) -> str | None:
    """Return the host of an authority, with its port unless it is the default; None if the host is invalid."""
    name, colon, port = printed.rpartition("@")[2].partition(":")
    host = _host(name)
    if host is None or (colon and not re.fullmatch(r"[0-9]{0,5}", port)) or int(port or 0) > MAX_PORT:
        return None
    return f"{host}:{int(port)}" if port and int(port) != DEFAULT_PORTS[scheme] else host


def _host(printed: str) -> str | None:
    """Return the canonical spelling of a host; None if it is neither a DNS name nor an IPv4 address."""
    name = unquote(printed).lower().removesuffix(".")
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True).decode()
        except idna.IDNAError:
            return None
    if re.fullmatch(r"[0-9.]+", name):
        parts = name.split(".")
        return name if len(parts) == 4 and all(part and int(part) < 256 for part in parts) else None
    return name if len(name) <= MAX_HOST and _DNS_NAME.fullmatch(name) else None
