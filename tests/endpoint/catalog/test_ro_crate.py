"""The dumps of a server as an RO-Crate: signposts lead to it, and the reference reader reads it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rocrate.rocrate import ROCrate

PATH = "/dump/ro-crate-metadata.json"


def test_the_catalogue_leads_to_the_crate(send: Any) -> None:
    assert (
        f'{PATH}>; rel="describedby"; type="application/ld+json"; profile="https://w3id.org/ro/crate"'
        in send("/catalog", "text/turtle").headers["link"]
    )


def test_the_crate_names_the_dumps_that_are_made(send: Any, tmp_path: Path) -> None:
    made = send("/dump/newsgraph.nt", "*/*").body
    crate = send(PATH, "*/*").body
    (tmp_path / "ro-crate-metadata.json").write_bytes(crate)
    for one in json.loads(crate)["@graph"]:
        if one["@type"] == "File":
            (tmp_path / one["@id"]).write_bytes(made if one["@id"] == "newsgraph.nt" else b"")
    sizes = {one.id: one["contentSize"] for one in ROCrate(tmp_path).data_entities}
    assert sizes["newsgraph.nt"] == str(len(made))
