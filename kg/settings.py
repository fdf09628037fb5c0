"""The one table of settings: name, type, default and help of everything that can be configured.

A setting is given, from weakest to strongest, by its default, by the environment variable ``KG_<NAME>``, or
by the command line option of the same name.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from typing import Any
from urllib.parse import urlsplit

from kg.errors import ConfigurationError

LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")  # RFC 5646, section 2.1, without its rarer forms
NOT_IN_IRI = re.compile(r'[\x00-\x20\x7f<>"{}|\\^`]')  # RFC 3987, section 2.2
LAST_PORT = 65_535


def setting(default: Any, help_text: str) -> Any:
    """Declare one setting: its default and the sentence that explains it."""
    return field(default=default, metadata={"help": help_text})


@dataclass(frozen=True)
class Settings:
    """All settings; the table in the documentation is made from these fields."""

    store: str = setting("store", "Folder of the store: its snapshots, the ledger, and which snapshot is current.")
    ledger: str = setting("", "Ledger file: read before a build, if there is one, and written after it.")
    base: str = setting("http://127.0.0.1:8000/", "Identity base: IRIs of a new store are minted under it.")
    jobs: int = setting(0, "Processes that read pages while building; 0 means one for each core.")
    language: str = setting("", "Language of Context pages that do not show it; empty means that of the archive.")
    history: bool = setting(False, "Read git archives through all their commits, not only at the newest one.")
    page_bytes: int = setting(8_000_000, "Largest page of an archive, in bytes.")
    keep_snapshots: int = setting(3, "Snapshots kept after a build, the current one included.")
    host: str = setting("127.0.0.1", "Address that the server listens on.")
    port: int = setting(8000, "Port that the server listens on.")
    threads: int = setting(16, "Requests that the server answers at the same time.")
    query_seconds: float = setting(20.0, "Longest time from the arrival of a query to its answer, in seconds.")
    query_workers: int = setting(2, "Queries that run at the same time, each in a process of its own.")
    query_memory: int = setting(2_000_000_000, "Largest address space of one query process, in bytes.")
    query_bytes: int = setting(65_536, "Longest query, in bytes.")
    query_depth: int = setting(64, "Deepest nesting of brackets in a query.")
    result_bytes: int = setting(50_000_000, "Largest result of a query, in bytes.")

    def __post_init__(self) -> None:
        if not _is_base(self.base):
            raise ConfigurationError(f"base {self.base!r} must be an http(s) IRI that ends with a slash")
        if "?" in self.base or "#" in self.base:
            raise ConfigurationError(f"base {self.base!r} must have no query and no fragment")
        if self.language and not LANGUAGE_TAG.fullmatch(self.language):
            raise ConfigurationError(f"language {self.language!r} must be a language tag such as en or zh")
        if self.jobs < 0:
            raise ConfigurationError(f"jobs must not be {self.jobs}: give a number of processes, or 0")
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, int | float) and not value >= 0:
                raise ConfigurationError(f"{one.name} must not be {value}")
        if self.port > LAST_PORT:
            raise ConfigurationError(f"port must not be {self.port}: the last one is {LAST_PORT}")


def _is_base(text: str) -> bool:
    try:
        parts = urlsplit(text)
        host = parts.hostname if parts.port != 0 else None
    except ValueError:
        return False
    return bool(parts.scheme in ("http", "https") and host and text.endswith("/") and not NOT_IN_IRI.search(text))


SETTINGS: tuple[Field[Any], ...] = fields(Settings)


def load(environment: Mapping[str, str] = os.environ, **options: Any) -> Settings:
    """Return the settings from defaults, ``KG_…`` variables of ``environment`` and ``options``.

    An option of None counts as not given. Raises ConfigurationError for a value of the wrong type.
    """
    given: dict[str, Any] = {}
    for one in SETTINGS:
        text = environment.get(f"KG_{one.name.upper()}")
        if text is not None:
            given[one.name] = _convert(one, text)
    given.update({name: value for name, value in options.items() if value is not None})
    return Settings(**given)


def _convert(one: Field[Any], text: str) -> Any:
    kind: type = type(one.default)
    if kind is bool and text.lower() not in ("0", "1", "false", "true"):
        raise ConfigurationError(f"KG_{one.name.upper()} must be true or false, not {text!r}")
    if kind is bool:
        return text.lower() in ("1", "true")
    try:
        return kind(text)
    except ValueError:
        raise ConfigurationError(f"KG_{one.name.upper()} must be {kind.__name__}, not {text!r}") from None


def markdown() -> str:
    """Return the table of settings as a Markdown page; docs/settings.md is this text."""
    rows = [f"| `{one.name}` | `KG_{one.name.upper()}` | {_shown(one.default)} | {_help(one)} |" for one in SETTINGS]
    return "\n".join(
        (
            "# Settings",
            "",
            "A setting is given by its default, by an environment variable, or by a command line option of the same",
            "name, where the command has it; the last of these wins. This page is made by `make docs`.",
            "",
            "| setting | variable | default | what it is |",
            "|---|---|---|---|",
            *rows,
            "",
        )
    )


def _help(one: Field[Any]) -> str:
    return str(one.metadata["help"])


def _shown(default: Any) -> str:
    return f"`{default}`" if default != "" else "(empty)"


if __name__ == "__main__":
    print(markdown(), end="")  # noqa: T201
