"""Requests for a directory: the parameters of its address, read and written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from endpoint.http.routes import Parameter
from kg.errors import ParameterError
from kg.lookup.listing.directory import Directory

LENGTH: Final = 200
"""The most characters of words."""
LETTERS: Final = ("0-9", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "other")
SORTS: Final = ("count", "name")
PARAMETERS: Final = (
    Parameter("q", "Words of names; the last one may be the beginning of one."),
    Parameter("letter", "The letter that names begin with, from A to Z, or 0-9, or other."),
    Parameter("sort", "count (the default): the most frequent first, or name: from A to Z."),
    Parameter("page", "Number of a page, from 1; of data, a page of fifty entries instead of all of them."),
)


@dataclass(frozen=True, slots=True)
class AskedDirectory:
    """A requested directory; ``page`` is 0 for the whole directory, or for the first page if that is not offered."""

    directory: Directory
    words: str = ""
    letter: str = ""
    by_name: bool = False
    page: int = 0

    def address(self, suffix: str = "", **changes: str) -> str:
        """Return its path with a suffix and its parameters, some of them changed; the page is left out."""
        sort = "name" if self.by_name and not self.letter else ""
        found = {"q": self.words, "letter": self.letter, "sort": sort} | changes
        query = urlencode({name: value for name, value in found.items() if value})
        return f"{self.directory}{suffix}" + (f"?{query}" if query else "")


def asked_directory(directory: str, given: Mapping[str, str]) -> AskedDirectory:
    """Return the directory that parameters request. Raises ParameterError for an invalid value."""
    words, letter = " ".join(given.get("q", "").split()), given.get("letter", "")
    if len(words) > LENGTH:
        raise ParameterError(f"q may have {LENGTH} characters", "q")
    if letter and letter not in LETTERS:
        raise ParameterError(f"letter must be one of {', '.join(LETTERS)}", "letter", LETTERS)
    sort = given.get("sort") or SORTS[0]
    if sort not in SORTS:
        raise ParameterError("sort must be count or name", "sort", SORTS)
    page = given.get("page") or "0"
    if "page" in given and not re.fullmatch(r"[1-9][0-9]{0,4}", page, re.ASCII):
        raise ParameterError("page must be a number from 1 on", "page")
    by_name = sort == "name" or bool(letter)
    return AskedDirectory(Directory.from_name(directory), words, letter, by_name, int(page))
