"""The mapping of a table: what its columns mean, in a small TOML file (https://toml.io/en/v1.0.0) beside it.

The page docs/tables.md has the tables of its keys, which are computed from the fields here.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import Any, Final, TypeVar

from kg.archive.readers.base import MAPPING, Beside, Remark
from kg.dialects.publication import Publication
from kg.dialects.rows.page import DATASET, EventTable
from kg.errors import ArchiveError, ConfigurationError
from kg.rdf.iri import slug

PRESETS: Final = Path(__file__).parent / "presets"
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")

T = TypeVar("T")


def key(default: Any, help_text: str) -> Any:
    """Declare a key of a mapping: its default, which determines its type, and the sentence that explains it."""
    return field(default=default, metadata={"help": help_text})


def _help(text: str) -> dict[str, str]:
    return {"help": text}


@dataclass(frozen=True)
class FileForm:
    """The format of the file."""

    encoding: str = key(
        "", "Character encoding, such as `cp1252`; without it, UTF-8, or UTF-16 with a byte order mark."
    )
    delimiter: str = key(
        "", "What stands between columns; without it, whichever of `,` `;` `|` and tab fits the columns."
    )
    header: tuple[str, ...] = key((), "Names of the columns, where the file has no line with their names.")
    records: tuple[str, ...] = key(
        (),
        "Of JSON and YAML, the way from the document to its records: names of members, `*` for each element, `*name` "
        "for each with its key (or text) as the column `name`.",
    )


@dataclass(frozen=True)
class ColumnKeys:
    """What each column means; several columns are given as a list."""

    date: str = key("", "The date, in a format or in EDTF: `2024-12-08`, `2024-12`, `2024-12-01/2024-12-05`, `2024~`.")
    last: str = key("", "The last day, where the table has one in a column of its own.")
    title: tuple[str, ...] = key((), "The title or sentence; several are joined.")
    id: str = key("", "The id that the dataset has for the event, which names it for good.")
    description: str = key("", "More text, which is kept with the row.")
    places: tuple[str, ...] = key((), 'Names of places, the smallest one first: `["city", "country"]`.')
    latitude: str = key("", "Latitude in degrees (WGS84), as a decimal.")
    longitude: str = key("", "Longitude in degrees (WGS84), as a decimal.")
    geonames: str = key("", "GeoNames id of the place, or its address at geonames.org.")
    categories: tuple[str, ...] = key((), "Categories: the first is that of the event, the others are topic labels.")
    topics: tuple[str, ...] = key((), "Labels of topics.")
    articles: tuple[str, ...] = key((), "Titles of Wikipedia articles about its topics, in the language of the event.")
    sources: tuple[str, ...] = key((), "Addresses of sources.")
    publishers: tuple[str, ...] = key((), "Names of the publishers of the sources, in the same order.")
    language: str = key("", "Language of the title, as a tag (RFC 5646).")
    image: str = key("", "Address of a picture.")

    def named(self) -> Iterator[tuple[str, str]]:
        """Yield the column names that are given, each with its key."""
        for one in fields(self):
            value = getattr(self, one.name)
            yield from ((one.name, name) for name in ((value,) if isinstance(value, str) else value) if name)


@dataclass(frozen=True)
class TableMapping:
    """A mapping: the name of the table, and how its columns become events."""

    dataset: str = key("", "Name of the dataset in lower case, such as `town-events`; without it, that of the file.")
    preset: str = key("", "A mapping of newsgraph's own to begin with: `acled`, `gdelt-events` or `ucdp-ged`.")
    language: str = key("", "Language of the titles, as a tag (RFC 5646), where no column says it.")
    formats: tuple[str, ...] = key((), "Formats of dates, as in Python's `strptime`, such as `%d %B %Y`.")
    joiner: str = key(" ", "What stands between the columns of a title.")
    split: dict[str, str] = field(
        default_factory=dict,
        metadata=_help('What stands between several values of a cell, by key: `{ sources = ";" }`.'),
    )
    words: dict[str, dict[str, str]] = field(
        default_factory=dict, metadata=_help("Words for the codes of a column, by column and code.")
    )
    publishers_in_title: bool = key(False, "Whether titles end with the names of publishers in parentheses.")
    headings: bool = key(
        False, "Whether a title without publishers and full stop is not an event but a topic of those that follow."
    )
    file: FileForm = field(default_factory=FileForm)
    columns: ColumnKeys = field(default_factory=ColumnKeys)
    publication: Publication = field(default_factory=Publication)

    def table(self, path: str) -> EventTable:
        """Return what all rows of the file at ``path`` have in common."""
        stem = slug(PurePosixPath(path).name.partition(".")[0])
        dataset = self.dataset or re.sub(r"[^a-z0-9]+", "-", stem).strip("-") or "table"
        known = self.publication
        return EventTable(dataset, self.language, known if known.title else replace(known, title=dataset))

    def unread(self, names: Iterable[str]) -> Iterator[Remark]:
        """Yield a remark on those of these columns that are not used, if any."""
        read = {name for _, name in self.columns.named()}
        if left := ", ".join(name for name in names if name and name not in read):
            yield Remark(f"columns that are not read: {left}")


def of(path: str, beside: Beside) -> TableMapping | None:
    """Return the mapping of the file at ``path``: its own, such as events.toml for events.csv, or that of its folder.

    Returns None if it has none. Raises ArchiveError if it is invalid, with its name and the fault.
    """
    own = f"{PurePosixPath(path).name.partition('.')[0]}.toml"
    found = next(((name, text) for name in (own, MAPPING) if (text := beside(name)) is not None), None)
    return read(*found) if found else None


def read(name: str, content: bytes) -> TableMapping:
    """Return the mapping in the file ``name``. Raises ArchiveError with the fault if it is invalid."""
    try:
        said = tomllib.loads(content.decode())
        preset = said.get("preset", "")
        if preset:
            said = _merged(_preset(preset), said)
        return _checked(_made(TableMapping, said, ""))
    except (ValueError, RecursionError, ConfigurationError) as error:
        raise ArchiveError(f"the mapping {name} is wrong: {error}") from error


def _preset(name: str) -> dict[str, Any]:
    known = sorted(file.stem for file in PRESETS.glob("*.toml"))
    if name not in known:
        raise ConfigurationError(f"there is no preset {name!r}: there are {', '.join(known)}")
    return tomllib.loads((PRESETS / f"{name}.toml").read_text(encoding="utf-8"))


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Merge two mappings; the second wins where both say something."""
    found = dict(below)
    for name, value in above.items():
        known = found.get(name)
        found[name] = _merged(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return found


def _made(kind: type[T], said: Mapping[str, Any], where: str) -> T:
    """Build a part of a mapping. Raises ConfigurationError, with the place, for what it may not say."""
    known = {one.name: one for one in fields(kind)}  # type: ignore[arg-type]  # a T is a dataclass
    for name in said:
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f": did you mean {near[0]}?" if near else f": there are {', '.join(known)}"
            raise ConfigurationError(f"no key is called {where}{name}{hint}")
    empty = kind()
    return kind(**{name: _value(getattr(empty, name), value, f"{where}{name}") for name, value in said.items()})


def _value(default: object, value: Any, where: str) -> object:
    match default:
        case FileForm() | ColumnKeys() | Publication():
            if isinstance(value, dict):
                return _made(type(default), value, f"{where}.")
            raise ConfigurationError(f"{where} must be a table of keys")
        case tuple():
            some = [value] if isinstance(value, str) else value
            if isinstance(some, list) and all(isinstance(one, str) for one in some):
                return tuple(some)
            raise ConfigurationError(f"{where} must be a text or a list of texts")
        case dict():
            if isinstance(value, dict):
                return _texts(value, where)
            raise ConfigurationError(f"{where} must be a table of texts")
    if type(value) is not type(default):
        raise ConfigurationError(f"{where} must be {'true or false' if isinstance(default, bool) else 'a text'}")
    return value


def _texts(value: dict[str, Any], where: str) -> dict[str, Any]:
    nested = where == "words"
    for name, one in value.items():
        if not (isinstance(one, dict) and _texts(one, f"words.{name}") is one if nested else isinstance(one, str)):
            raise ConfigurationError(f"{where}.{name} must be {'a table of texts' if nested else 'a text'}")
    return value


def _checked(mapping: TableMapping) -> TableMapping:
    if mapping.dataset and not DATASET.fullmatch(mapping.dataset):
        raise ConfigurationError(f"dataset {mapping.dataset!r} is not a name of lower-case letters, digits and hyphens")
    if mapping.language and not _LANGUAGE.fullmatch(mapping.language):
        raise ConfigurationError(f"language {mapping.language!r} is not a language tag")
    dayless = next((one for one in mapping.formats if not re.search("%[dj]", one)), None)
    if dayless:
        raise ConfigurationError(f"formats: {dayless!r} has no day (%d)")
    wrong = next((name for name in mapping.split if name not in {one.name for one in fields(ColumnKeys)}), None)
    if wrong:
        raise ConfigurationError(f"split.{wrong} is not a key of columns")
    if bool(mapping.columns.latitude) != bool(mapping.columns.longitude):
        raise ConfigurationError("columns.latitude and columns.longitude go together")
    return mapping


def identity(names: Iterable[str] | None = None) -> TableMapping:
    """Return the mapping of a table with columns named like the keys: those in ``names``, or else all.

    A column may have the key in the singular, and in any case: Place is ``places``.
    """
    keys = [one.name for one in fields(ColumnKeys)]
    known = keys if names is None else list(names)
    called = {name.casefold(): name for name in reversed(known)} | {name: name for name in known}
    found = {key: called.get(key) or called.get(_singular(key)) for key in keys}
    return _made(TableMapping, {"columns": {key: name for key, name in found.items() if name}}, "")


def _singular(key: str) -> str:
    return f"{key[:-3]}y" if key.endswith("ies") else key.removesuffix("s")


def reference() -> str:
    """Return the keys of a mapping as tables in Markdown, for the documentation."""
    parts = (("", TableMapping), ("file", FileForm), ("columns", ColumnKeys))
    return "\n".join(_table(name, kind) for name, kind in parts)


def _table(name: str, kind: type[Any]) -> str:
    rows = [f"| key | {f'of `[{name}]`' if name else 'at the top'} |", "|---|---|"]
    rows += [f"| `{one.name}` | {one.metadata['help']} |" for one in fields(kind) if "help" in one.metadata]
    return "\n".join([*rows, ""])
