"""The origin of a mirror: another newsgraph server, which is asked politely and trusted only where it gives proof.

What it says about its current snapshot has a checksum, feeds and dumps have the field Repr-Digest, and each node of its
hash tree is verified by the node above it.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from kg.derived.hash_tree import SHA256, listed
from kg.errors import (
    ConfigurationError,
    FederationError,
    FederationTooLargeError,
    MirrorError,
    NotFoundError,
    TemporaryFailureError,
)
from kg.rdf.formats import by_name
from kg.remote.addresses import Service
from kg.remote.client import AGENT, CONTENT, GZIP, Bounds, Response, exchange
from kg.remote.clock import Clock
from kg.remote.courtesy import PASSING, Courtesy, retry_after
from kg.store import snapshot
from kg.store.integrity import signed
from kg.store.snapshot import Manifest

FORMAT: Final = 1
"""The format of ``/hashes`` that this version reads."""
RATE: Final = 20.0
"""Requests per second."""
RETRIES: Final = 8
SECONDS: Final = 120.0
LIMIT: Final = 64_000_000
UNSATISFIABLE: Final = 416
PART: Final = 8_000_000
"""Bytes of a file that are requested at once."""
QUADS: Final = by_name("nquads").media_type
TRIPLES: Final = by_name("ntriples").media_type
_ID: Final = re.compile(r"\d{8}T\d{12}Z", re.ASCII)
_DIGEST: Final = re.compile(r"sha-256=:([A-Za-z0-9+/]{43}=):", re.ASCII)
_RANGE: Final = re.compile(r"bytes \d+-\d+/(\d+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class OriginState:
    """What an origin says about its current snapshot: its manifest, its hash tree's root, its last change in feeds."""

    manifest: Manifest
    root: str
    changed: str
    etag: str


class OriginServer:
    """The server at one address, named by the operator, so that it may be in a private network.

    Raises ConfigurationError if that is not an address. All calls raise MirrorError if an answer cannot be fetched or
    does not match its checksum, NotFoundError if it does not exist, or no longer does.
    """

    def __init__(self, address: str, clock: Clock, rate: float = RATE) -> None:
        self.address = f"{address.rstrip('/')}/"
        try:
            Service.parse(self.address)
        except ValueError as error:
            raise ConfigurationError(f"{address} is not the address of a server: {error}") from None
        self.clock = clock
        self.courtesy = Courtesy(self.address, rate, RETRIES, clock, MirrorError)

    def state(self, etag: str = "") -> OriginState | None:
        """Return the state of the origin; None if it still has the entity tag ``etag``."""
        try:
            response = self._get("hashes", {"If-None-Match": etag} if etag else {})
        except NotFoundError as error:
            raise MirrorError(f"{self.address} serves no dataset with a hash tree: {error}") from None
        if response.status == 304:
            return None
        try:
            said = signed.parsed(response.body.decode())
            if said["format"] != FORMAT:
                raise MirrorError(f"{self.address}hashes has the format {said['format']}: use a newer newsgraph")
            manifest = snapshot.manifest_of(said["manifest"])
            if not (_ID.fullmatch(manifest.id) and SHA256.fullmatch(said["root"])):
                raise ValueError("its id or its root is not valid")
            return OriginState(manifest, str(said["root"]), str(said["changed"]), response.headers.get("ETag", ""))
        except (ValueError, KeyError, TypeError, ConfigurationError) as error:
            raise MirrorError(f"{self.address}hashes cannot be used: {error}; nothing was changed") from None

    def quads(self, path: str) -> bytes:
        """Return a document as N-Quads."""
        return self._get(path, {"Accept": QUADS}).body

    def resource(self, id_: str, iri: str) -> bytes:
        """Return what a snapshot says about a resource, in a named graph, as N-Quads."""
        return self.quads(f"hashes/{id_}/resource?iri={quote(iri, safe='')}")

    def graph(self, iri: str) -> bytes:
        """Return a named graph as N-Triples."""
        return self._get(f"graphs?graph={quote(iri, safe='')}", {"Accept": TRIPLES}).body

    def node(self, id_: str, name: str, sha256: str) -> dict[str, str]:
        """Return what a node of the hash tree of a snapshot lists; ``sha256`` is its hash in the node above it."""
        path = f"hashes/{id_}/{name}".rstrip("/")
        text = self._get(path, {}).body
        if hashlib.sha256(text).hexdigest() != sha256:
            raise MirrorError(f"{self.address}{path} does not match its hash; nothing was changed")
        try:
            return listed(text)
        except ValueError as error:
            raise MirrorError(f"{self.address}{path} cannot be used: {error}; nothing was changed") from None

    def download(self, path: str, file: Path) -> None:
        """Fetch a file in parts, and continue where an earlier download of it was cut off."""
        draft = file.with_name(f"{file.name}.part")
        whole, digest = -1, ""
        while (done := draft.stat().st_size if draft.exists() else 0) != whole:
            response = self._get(path, {"Range": f"bytes={done}-{done + PART - 1}"}, packed=False)
            if response.status == UNSATISFIABLE:  # it was already complete, or longer
                draft.unlink()
                continue
            said = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
            whole = int(said[1]) if said else len(response.body)
            digest = response.headers.get("Repr-Digest", "")
            with draft.open("ab" if said else "wb") as output:
                output.write(response.body)
                output.flush()
                os.fsync(output.fileno())
            if not response.body:
                break
        self._check(path, digest, _sha256(draft), draft)
        draft.replace(file)

    def _check(self, path: str, field: str, sha256: bytes, draft: Path | None = None) -> None:
        """Raise MirrorError, and remove the draft, if it does not match the digest in a field."""
        said = _DIGEST.fullmatch(field)
        if said and base64.b64decode(said[1]) != sha256:
            if draft:
                draft.unlink()
            raise MirrorError(f"{self.address}{path} is not what its checksum says; nothing was changed")

    def _get(self, path: str, headers: Mapping[str, str], *, packed: bool = True) -> Response:
        service = Service.parse(self.address + path)
        asked = {"User-Agent": AGENT, **headers, **({"Accept-Encoding": GZIP} if packed else {})}
        response = self.courtesy.ask(lambda: self._send(service, path, asked))
        if response.status == 200:
            self._check(path, response.headers.get("Repr-Digest", ""), hashlib.sha256(response.body).digest())
        return response

    def _send(self, service: Service, path: str, headers: Mapping[str, str]) -> Response:
        bounds = Bounds(private=True, deadline=time.monotonic() + SECONDS, limit=LIMIT)
        try:
            response = exchange(service, headers, None, bounds)
        except FederationTooLargeError as error:
            raise MirrorError(str(error)) from None
        except FederationError as error:
            raise TemporaryFailureError(str(error)) from None
        if response.status in (*CONTENT, 304) or (response.status == UNSATISFIABLE and not _begins(headers)):
            return response
        raise self._refused(response, path)

    def _refused(self, response: Response, path: str) -> Exception:
        message = f"{self.address}{path} answered {response.status}: {response.refusal or response.reason}"
        if response.status in PASSING:
            after: Any = response.headers.get("Retry-After", "")
            return TemporaryFailureError(message, retry_after(after, self.clock.now()))
        return NotFoundError(message) if response.status in (404, 410) else MirrorError(message)


def _begins(headers: Mapping[str, str]) -> bool:
    """Return whether a request is for a file from its beginning."""
    return headers.get("Range", "bytes=0-").startswith("bytes=0-")


def _sha256(file: Path) -> bytes:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").digest()
