"""The lines of a ledger: what each type says, and its one spelling.

A line has columns separated by tabs, the first of which is its type. A page may print anything, so backslashes, tabs
and line breaks in texts are escaped. In a copy that must not reveal words, hashes replace slugs and texts.
"""

from __future__ import annotations

import hashlib
import re
from datetime import date, datetime
from typing import Final, Literal, NamedTuple, TypeAlias, get_args

ClaimKind = Literal["wording", "slug", "merged", "unmerged", "matched", "unmatched", "withdrawn", "restored"]

HASHED: Final = "sha256:"
"""The prefix of the hash of a slug or text that must not be shown."""
INSTANT: Final = "%Y-%m-%dT%H:%M:%SZ"
"""How the time of a withdrawal is written: as an xsd:dateTime in UTC."""
DAYLESS: Final = "-"
"""The month of lines without a day."""

CLAIM_KINDS: Final = frozenset(get_args(ClaimKind))
TYPE: Final = re.compile(r"[a-z]+", re.ASCII)
KEY: Final = re.compile(r"\d{4}-\d\d-\d\d/[\w-]{1,64}", re.ASCII)
LANGUAGE: Final = re.compile(r"[A-Za-z0-9-]{0,64}", re.ASCII)
HASHES: Final = re.compile(r"(?:[0-9a-f]{8}(?:,[0-9a-f]{8})*)?", re.ASCII)
SHORT_HASH: Final = re.compile(r"[0-9a-f]{12}", re.ASCII)
HIDDEN: Final = re.compile(rf"{HASHED}[0-9a-f]{{24}}", re.ASCII)
MONTH: Final = re.compile(r"\d{4}-\d\d|-", re.ASCII)
SHA256: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
ESCAPE: Final = re.compile(r"\\(.?)", re.DOTALL)
ESCAPES: Final = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
MEANT: Final = {spelled[1]: character for character, spelled in ESCAPES.items()}
SPELLING: Final = str.maketrans(ESCAPES)


class Claim(NamedTuple):
    """Listed under ``day``, the event ``key`` has or had this wording (hashed) or slug.

    A key is an event's path below ``event/``: the day it was first listed under, and ten characters. In a claim that an
    event is merged (into the event with the key in the value), matched (with that event, the same news in another
    language) or withdrawn (at the time in the value), or one that undoes this, ``day`` is the day in its key.
    """

    day: date
    language: str
    key: str
    kind: ClaimKind
    value: str


class Text(NamedTuple):
    """Listed under ``day``, the event ``key`` had a revision with this text.

    ``revision`` is the last segment of the revision's IRI; ``printed`` a hash of what the page prints, "" if its
    dialect does not provide it; ``sources`` has hashes of the addresses of the sources.
    """

    day: date
    language: str
    key: str
    revision: str
    printed: str
    sources: tuple[str, ...]
    text: str

    @property
    def is_told(self) -> bool:
        """Whether the text itself is present, not its hash."""
        return not HIDDEN.fullmatch(self.text)


class Name(NamedTuple):
    """The path of a thing that was ever published (its IRI without the base, such as ``entity/en/Homs``); its label."""

    path: str
    label: str


class Alias(NamedTuple):
    """The thing at ``path`` is the one at ``canonical``, to which its IRI now leads, with the reason."""

    path: str
    canonical: str
    reason: str


class Unalias(NamedTuple):
    """The thing at ``path`` is not the one at ``canonical``: no rule may ever say so again."""

    path: str
    canonical: str
    reason: str


class Unname(NamedTuple):
    """The path with this hash, and its label, are no longer shown, since only withdrawn events name it.

    The lines that name it are hidden in copies, until a later line names it again.
    """

    path: str


class MonthHash(NamedTuple):
    """The hash of all lines of a month so far."""

    month: str
    sha256: str


class RootHash(NamedTuple):
    """The hash of all lines so far."""

    sha256: str


Line: TypeAlias = Claim | Text | Name | Alias | Unalias | Unname

PATHS: Final[dict[str, type[Name | Alias | Unalias]]] = {"name": Name, "alias": Alias, "unalias": Unalias}


def hashed(text: str) -> str:
    """Return the hash under which the ledger keeps a folded wording, or hides a slug or a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def parse(columns: list[str]) -> Line | MonthHash | RootHash:
    """Return what the columns of a line say.

    Raises ValueError or TypeError if they are invalid, LookupError if their type is unknown.
    """
    kind, *values = columns
    if kind in CLAIM_KINDS:
        return _claim(kind, *values)  # type: ignore[arg-type]  # the kind is one of CLAIM_KINDS
    if kind == "text":
        return _text(*values)
    if kind in PATHS:
        return PATHS[kind](*map(unescape, values))
    match columns:
        case ["unname", path] if HIDDEN.fullmatch(path):
            return Unname(path)
        case ["month", month, sha256] if MONTH.fullmatch(month) and SHA256.fullmatch(sha256):
            return MonthHash(month, sha256)
        case ["root", sha256] if SHA256.fullmatch(sha256):
            return RootHash(sha256)
        case [kind, *_] if TYPE.fullmatch(kind) and kind not in ("month", "root"):
            raise LookupError(kind)
    raise ValueError("not a line of a ledger")


def _claim(kind: ClaimKind, day: str, language: str, key: str, value: str) -> Claim:
    if not (KEY.fullmatch(key) and LANGUAGE.fullmatch(language)):
        raise ValueError("no such event")
    if kind in ("merged", "unmerged", "matched", "unmatched") and not KEY.fullmatch(value):
        raise ValueError("no such event")
    if kind in ("withdrawn", "restored"):
        datetime.strptime(value, INSTANT)
    return Claim(date.fromisoformat(day), language, key, kind, unescape(value))


def _text(day: str, language: str, key: str, revision: str, printed: str, sources: str, text: str) -> Text:
    known = KEY.fullmatch(key) and LANGUAGE.fullmatch(language) and SHORT_HASH.fullmatch(revision)
    if not (known and HASHES.fullmatch(sources) and (not printed or SHORT_HASH.fullmatch(printed))):
        raise ValueError("no such revision")
    some = tuple(sources.split(",")) if sources else ()
    return Text(date.fromisoformat(day), language, key, revision, printed, some, unescape(text))


def columns(line: Line | MonthHash | RootHash) -> list[str]:
    """Return the columns that a line is written in."""
    match line:
        case Claim(day, language, key, kind, value):
            return [kind, day.isoformat(), language, key, escape(value)]
        case Text(day, language, key, revision, printed, sources, text):
            return ["text", day.isoformat(), language, key, revision, printed, ",".join(sources), escape(text)]
        case MonthHash(month, sha256):
            return ["month", month, sha256]
        case RootHash(sha256):
            return ["root", sha256]
        case _:
            return [type(line).__name__.lower(), *map(escape, line)]


def shipped(columns: list[str]) -> list[str]:
    """Return the columns of a line for a copy that must not reveal its words."""
    if columns[0] in ("name", "alias", "unalias"):
        return [columns[0], *map(_hidden, columns[1:])]
    if columns[0] not in ("slug", "text"):
        return columns
    value = unescape(columns[-1])
    if value.startswith(HASHED) and (columns[0] == "slug" or HIDDEN.fullmatch(value)):
        return columns
    return [*columns[:-1], HASHED + hashed(value)]


def _hidden(column: str) -> str:
    return column if HIDDEN.fullmatch(column) else HASHED + hashed(unescape(column))


def paths(columns: list[str]) -> list[str]:
    """Return the hashes of the paths that a line names, by its columns."""
    named = {"name": columns[1:2], "alias": columns[1:3], "unalias": columns[1:3]}.get(columns[0], [])
    return [_hidden(column) for column in named]


def month_of(columns: list[str]) -> str:
    """Return the month that a line belongs to, such as ``2011-11``, by its columns."""
    return columns[1][:7] if columns[0] == "text" or columns[0] in CLAIM_KINDS else DAYLESS


def escape(text: str) -> str:
    """Return a text with backslashes, tabs and line breaks escaped, which ``unescape`` reverses."""
    return text if text.isprintable() and "\\" not in text else text.translate(SPELLING)


def unescape(text: str) -> str:
    """Return the text that ``escape`` escaped. Raises ValueError for what it never writes."""
    return ESCAPE.sub(_meant, text) if "\\" in text else text


def _meant(match: re.Match[str]) -> str:
    if match[1] not in MEANT:
        raise ValueError(f"no such escape: {match[0]}")
    return MEANT[match[1]]
