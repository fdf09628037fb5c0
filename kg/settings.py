"""The one table of settings: name, type, default and help of everything that can be configured.

A setting is given, from weakest to strongest, by its default, by the environment variable ``KG_<NAME>``, or
by the command line option of the same name.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kg.errors import ConfigurationError
from kg.remote.addresses import rules

LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")  # RFC 5646, section 2.1, without its rarer forms
NOT_IN_IRI = re.compile(r'[\x00-\x20\x7f<>"{}|\\^`]')  # RFC 3987, section 2.2
LAST_PORT = 65_535
PREFIX = "KG_"
REMOTE = "sparql+"
REMOTES = (f"{REMOTE}http://", f"{REMOTE}https://")
"""The prefix of the address of a store in a SPARQL service."""
WRITE_TOKEN = "KG_WRITE_TOKEN"  # noqa: S105 - the one variable that is not a setting: its value is kept nowhere
AT_LEAST_ONE = ("query_workers", "threads", "connections")


def setting(default: Any, help_text: str) -> Any:
    """Declare one setting: its default and the sentence that explains it."""
    return field(default=default, metadata={"help": help_text})


@dataclass(frozen=True)
class Settings:
    """All settings; the table in the documentation is made from these fields."""

    store: str = setting(
        "store",
        "Folder of the store: its snapshots, the ledger, what is current; or sparql+http(s)://, a remote store.",
    )
    store_folder: str = setting("store", "Folder on this machine that belongs to a remote store, see remote-stores.md.")
    graph_store: str = setting("", "Address of the Graph Store Protocol of a remote store that is not known by name.")
    netrc: str = setting("", "File (netrc) with the name and password for a remote store; empty: ~/.netrc.")
    cache: str = setting("", "Folder for files that can be made again from snapshots; empty: cache in the store.")
    ledger: str = setting("", "Ledger file: read before a build if it exists, and written after it.")
    base: str = setting("http://127.0.0.1:8000/", "Identity base: IRIs of a new store are minted under it.")
    jobs: int = setting(0, "Number of processes that read pages while building; 0: one for each core.")
    workers: int = setting(0, "Processes of a Dask cluster that a build starts on this machine; 0: none, see --jobs.")
    scheduler: str = setting("", "Dask scheduler that gives a build its workers, such as tls://host:8786; empty: none.")
    language: str = setting("", "Language of pages that do not show theirs; empty: that of the archive.")
    history: bool = setting(False, "Read all commits of git archives, not only the newest one.")
    as_of: str = setting("", "Time, such as 2011-11-08T12:00:00Z, at which git archives are read; empty: now.")
    mapping: str = setting("", "Mapping (TOML) for all tables of the archives; empty: the files beside them.")
    page_bytes: int = setting(8_000_000, "Size of the largest page of an archive that is read, in bytes.")
    keep_snapshots: int = setting(3, "Number of snapshots kept after a build, including the current one.")
    host: str = setting("127.0.0.1", "Address that the server listens on.")
    port: int = setting(8000, "Port that the server listens on.")
    serve_url: str = setting("", "Address at which clients reach this server, if not the base; ends with a slash.")
    threads: int = setting(16, "Number of requests answered at the same time; half of them may be queries.")
    waiting_requests: int = setting(2_000, "Number of requests that may wait for a thread, documents and queries each.")
    connections: int = setting(4_000, "Number of connections; beyond it, the one that has waited longest is closed.")
    client_connections: int = setting(200, "Number of connections of one client if no proxy is trusted; 0: no limit.")
    header_bytes: int = setting(262_144, "Longest head of a request, in bytes.")
    header_seconds: float = setting(10.0, "Longest time from the first byte of a request to the end of its head.")
    body_seconds: float = setting(20.0, "Longest time from the end of a request's head to the end of its body.")
    send_seconds: float = setting(20.0, "Longest time that a client may take to read the next 256 kB of an answer.")
    idle_seconds: float = setting(15.0, "Seconds after which a connection without a request is closed.")
    notice_seconds: float = setting(1.0, "Seconds for which /readyz answers 503 after SIGTERM before draining.")
    drain_seconds: float = setting(10.0, "Longest time in which a server that is ending finishes what is under way.")
    query_seconds: float = setting(20.0, "Longest time from the arrival of a query to its answer, in seconds.")
    query_workers: int = setting(2, "Number of queries that run at the same time, each in its own process.")
    query_memory: int = setting(2_000_000_000, "Largest address space of one query process, in bytes.")
    memory_share: float = setting(
        0.5, "Share of the machine's memory for the graph and its copies; 0: keep it on disk."
    )
    query_bytes: int = setting(65_536, "Longest query, in bytes.")
    query_depth: int = setting(64, "Deepest nesting of brackets in a query.")
    result_bytes: int = setting(50_000_000, "Largest result of a query, in bytes.")
    result_cache_bytes: int = setting(32_000_000, "Memory for answers to repeated queries, in bytes; 0: none.")
    services: str = setting("", "Addresses that SERVICE may ask, separated by commas; see sparql.md.")
    service_seconds: float = setting(10.0, "Longest time that a query waits for one of its services, in seconds.")
    service_bytes: int = setting(
        10_000_000, "Largest size of the answers of all services of a query together, in bytes."
    )
    service_rows: int = setting(10_000, "Largest number of solutions in the answer of a service.")
    publisher: str = setting("newsgraph", "Name of the publisher of the data, for the catalogue and the citation.")
    contact: str = setting("", "Contact address, mailto: or https:, for the catalogue and security.txt.")
    enrich_rate: float = setting(1.0, "Largest number of requests a second that kg enrich sends.")
    enrich_batch: int = setting(50, "Number of entities that kg enrich asks about in one request.")
    enrich_seconds: float = setting(60.0, "Longest time that kg enrich waits for an answer, in seconds.")
    enrich_retries: int = setting(5, "How many times kg enrich repeats a request that failed.")
    enrich_languages: str = setting("ar,de,es,fr,ja,pt,ru,zh", "Languages of the labels that kg enrich asks for.")
    enrich_contact: str = setting("", "Contact address that kg enrich sends to the endpoint in its User-Agent.")
    fetch_contact: str = setting("", "Contact address that kg fetch sends to the wiki, whose policy requires one.")
    fetch_rate: float = setting(1.0, "Largest number of requests a second that kg fetch sends, one after the other.")
    fetch_seconds: float = setting(60.0, "Longest time that kg fetch waits for an answer, in seconds.")
    fetch_retries: int = setting(5, "How many times kg fetch repeats a request that failed or was put off.")
    fetch_private: bool = setting(False, "Allow kg fetch to ask a wiki on this machine or in a private network.")
    client_seconds: float = setting(60.0, "Seconds of work that queries of one client may cost a minute; 0: no limit.")
    client_burst: float = setting(120.0, "Seconds of work that a client may use at once after a quiet time.")
    client_queries: int = setting(4, "Number of queries of one client that may run or wait at a time; 0: no limit.")
    trusted_proxy: str = setting("", "Address of the proxy in front whose X-Forwarded-For is trusted; empty: none.")
    trusted_proxy_count: int = setting(1, "Number of proxies in a row in front, including the trusted one.")
    access_log: str = setting("", "File for one JSON line for each request; - is standard error; empty: no log.")
    slow_query_log: str = setting("", "File for one JSON line with the text of each slow query; - and empty as above.")
    slow_query_seconds: float = setting(5.0, "Seconds of work from which a query is logged as slow.")
    warm_pages: int = setting(100, "Number of busiest documents made ready for a new snapshot; 0: none, nor indexes.")
    feed_days: int = setting(365, "Number of days for which feeds keep older versions of a resource.")
    verify_seconds: float = setting(3600.0, "Seconds between two verifications of all files by a server; 0: never.")
    verify_rate: int = setting(50_000_000, "Bytes a second that a server's verification reads; 0: no limit.")
    free_bytes: int = setting(200_000_000, "Bytes that must be free on disk before a write or a build begins.")
    command_memory: int = setting(4_000_000_000, "Largest address space of a command that reads a store, in bytes.")
    command_seconds: float = setting(3600.0, "Longest time that a command that reads a store may take; 0: no limit.")
    metrics_token_sha256: str = setting("", "SHA-256, in hex, of the token for /metrics; empty: this machine only.")
    writable: bool = setting(False, "Accept SPARQL Update and the Graph Store Protocol from clients with the token.")
    write_token_sha256: str = setting("", "SHA-256, in hex, of the token for writing; several are separated by commas.")
    write_seconds: float = setting(30.0, "Longest time from the arrival of a write to its end, in seconds.")
    write_memory: int = setting(4_000_000_000, "Largest address space of the process that writes, in bytes.")
    upload_bytes: int = setting(20_000_000, "Largest update or upload, in bytes.")
    upload_depth: int = setting(256, "Deepest nesting in an upload.")

    @property
    def remote(self) -> str:
        """The address of the remote store, without ``sparql+``; "" if the store is only a folder."""
        return self.store.removeprefix(REMOTE) if self.store.startswith(REMOTES) else ""

    @property
    def folder(self) -> Path:
        """The folder of the store, or the local folder of a remote one."""
        return Path(self.store_folder if self.remote else self.store)

    def __post_init__(self) -> None:
        self._check_store()
        if not is_base(self.base):
            raise ConfigurationError(f"base {self.base!r} must be an http(s) IRI that ends with a slash")
        if "?" in self.base or "#" in self.base:
            raise ConfigurationError(f"base {self.base!r} must have no query and no fragment")
        if self.language and not LANGUAGE_TAG.fullmatch(self.language):
            raise ConfigurationError(f"language {self.language!r} must be a language tag such as en or zh")
        if self.jobs < 0:
            raise ConfigurationError(f"jobs must not be {self.jobs}: give a number of processes, or 0")
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, int | float) and not value >= (one.name in AT_LEAST_ONE):
                raise ConfigurationError(f"{one.name} must not be {value}")
        if self.memory_share > 1:
            raise ConfigurationError(f"memory_share must not be {self.memory_share}: it is a part, such as 0.5")
        if self.scheduler and self.workers:
            raise ConfigurationError("a scheduler has workers of its own: give either scheduler or workers")
        rules(self.services)
        if self.port > LAST_PORT:
            raise ConfigurationError(f"port must not be {self.port}: the last one is {LAST_PORT}")

    def _check_store(self) -> None:
        if self.store.startswith(REMOTE) and (not self.remote or "@" in self.store):
            raise ConfigurationError(
                f"a remote store begins with {' or '.join(REMOTES)}; a name and password are in netrc, not in there"
            )


def is_base(text: str) -> bool:
    """Return whether a text is an http(s) address that paths can be appended to."""
    try:
        parts = urlsplit(text)
        host = parts.hostname if parts.port != 0 else None
    except ValueError:
        return False
    return bool(parts.scheme in ("http", "https") and host and text.endswith("/") and not NOT_IN_IRI.search(text))


SETTINGS: tuple[Field[Any], ...] = fields(Settings)


def load(environment: Mapping[str, str] = os.environ, **options: Any) -> Settings:
    """Return the settings from defaults, ``KG_…`` variables of ``environment`` and ``options``.

    An option of None counts as not given. Raises ConfigurationError for a value of the wrong type, and for an option
    that is not a setting.
    """
    _refuse_unknown(environment)
    given: dict[str, Any] = {}
    for one in SETTINGS:
        text = environment.get(f"{PREFIX}{one.name.upper()}")
        if text is not None:
            given[one.name] = _convert(one, text)
    given.update({name: value for name, value in options.items() if value is not None})
    if unknown := sorted(given.keys() - {one.name for one in SETTINGS}):
        raise ConfigurationError(f"there is no setting {', '.join(unknown)}; docs/settings.md lists all")
    return Settings(**given)


def _refuse_unknown(environment: Mapping[str, str]) -> None:
    """Raise ConfigurationError for a variable that looks like a setting but is not, such as KG_QUERY_SECOND."""
    known = [*(f"{PREFIX}{one.name.upper()}" for one in SETTINGS), WRITE_TOKEN]
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in known:
            near = get_close_matches(name, known, n=3)
            hint = f"did you mean {' or '.join(near)}? " if near else ""
            raise ConfigurationError(f"there is no setting {name}; {hint}docs/settings.md lists all")


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
