"""Dumps of the whole graph: ``/dump/newsgraph.ttl`` and the other formats, each also as ``.gz``.

The files are made on the first request, in a process of their own, and kept beside the snapshots.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Final

from flask import Blueprint, Response, render_template, send_file

from endpoint.site import Site, site
from kg.errors import NotFoundError, ServiceBusyError, StoreError
from kg.formats import RDF_FORMATS, Format, by_name, by_suffix
from kg.snapshot import Snapshot

blueprint = Blueprint("dumps", __name__)

NAME: Final = "newsgraph"
COMPRESSED: Final = ".gz"
WAITING: Final = 3
_making = threading.Lock()
_waiting = threading.BoundedSemaphore(WAITING)


@blueprint.get("/dump/")
def index() -> str:
    """List the dumps."""
    here = site()
    return render_template("dumps.html", site=here, addresses=here.addresses, formats=RDF_FORMATS, name=NAME)


@blueprint.get("/dump/<file>")
def dump(file: str) -> Response:
    """Send one dump; ranges are answered, so that an interrupted download can go on."""
    found = _format(file)
    snapshot = site().snapshot
    path = _made(site(), snapshot, file, found)
    compressed = file.endswith(COMPRESSED)
    response = send_file(
        path,
        mimetype="application/gzip" if compressed else found.media_type,
        as_attachment=True,
        download_name=f"{NAME}-{snapshot.id}.{found.suffix}{COMPRESSED if compressed else ''}",
        etag=f"{snapshot.id}-{file}",
        conditional=True,
        last_modified=None,
    )
    response.headers["Content-Type"] = "application/gzip" if compressed else found.content_type
    response.headers["Cache-Control"] = "public, max-age=60"
    return response


def _format(file: str) -> Format:
    stem, _, suffix = file.removesuffix(COMPRESSED).partition(".")
    found = by_suffix(suffix)
    if stem != NAME or found is None or found.rdf is None:
        names = ", ".join(f"{NAME}.{one.suffix}" for one in RDF_FORMATS)
        raise NotFoundError(f"there is no such dump; there are {names}, each also with {COMPRESSED}")
    return found


def _made(here: Site, snapshot: Snapshot, file: str, wanted: Format) -> Path:
    """Return the file of a dump, made now if nobody has asked for it before."""
    dumps = Path(here.settings.store) / "dumps"
    path = (dumps / snapshot.id / file).absolute()
    if path.exists():
        return path
    # Making one takes long, and those who wait for it must not take up every thread of the server.
    if not _waiting.acquire(blocking=False):
        raise ServiceBusyError("other dumps are being made; try again in a minute")
    try:
        with _making:
            if not path.exists():
                _forget(dumps, Path(here.settings.store) / "snapshots")
                _make(snapshot, wanted, path)
    finally:
        _waiting.release()
    return path


def _forget(dumps: Path, snapshots: Path) -> None:
    """Remove the dumps of snapshots that are gone."""
    for folder in dumps.glob("*"):
        if not (snapshots / folder.name).exists():
            shutil.rmtree(folder, ignore_errors=True)


def _make(snapshot: Snapshot, wanted: Format, path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"the dump cannot be written: {error.strerror}") from None
    command = [sys.executable, "-m", __name__, str(snapshot.database), wanted.name, str(path)]
    done = subprocess.run(  # noqa: S603
        command, env={"PYTHONPATH": ":".join(filter(None, sys.path))}, capture_output=True, check=False
    )
    if done.returncode or not path.exists():
        raise StoreError("the dump could not be made; look for room on the disk and try again")


def main(arguments: list[str]) -> None:
    """Write one dump: database, name of the format, file."""
    from kg.dump import dump as write

    database, name, output = arguments
    write(Path(database), by_name(name), Path(output))


if __name__ == "__main__":
    main(sys.argv[1:])
