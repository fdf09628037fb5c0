"""``kg fetch`` as a command: what it fetches, prints and refuses."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kg.cli import main
from tests.kg.archive.fetch.wiki import LoopbackWiki, serving

ENVIRONMENT = {"KG_FETCH_CONTACT": "mailto:a@example.org", "KG_FETCH_PRIVATE": "true", "KG_FETCH_RATE": "1000"}


def fetch(*arguments: str, contact: str = "mailto:a@example.org") -> Result:
    return CliRunner().invoke(main, ["fetch", *arguments], env={**ENVIRONMENT, "KG_FETCH_CONTACT": contact})


@pytest.mark.parametrize("more", [(), ("--revisions",)])
def test_the_pages_of_months_of_another_edition_are_fetched(tmp_path: Path, more: tuple[str, ...]) -> None:
    wiki = LoopbackWiki(language="de")
    wiki.edit("Juli 2019", 5, "2019-07-01T10:00:00Z", "=== 1. Juli ===\n* Es regnet.")
    with serving(wiki) as address:
        period = ("--from", "2019-06-20", "--to", "2019-07-31", "--wiki", "de")
        done = fetch(*period, "--api", address, *more, str(tmp_path))
    assert done.exit_code == 0, done.output
    assert "1 pages with 1 new revisions, 0 unchanged" in done.output
    assert "pages that the wiki does not have: 1: Juni 2019" in done.output
    assert len(list((tmp_path / "de").glob("2019_Juli*.json"))) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--from", "2019-07-01", "--wiki", "xx"), "there is no edition 'xx': choose one of en, de"),
        (("--from", "2019-07-02", "--to", "2019-07-01"), "is before the first"),
        (("--from", "2019-07-01", "--to", "2019-07-01", "--api", "ftp://a.example"), "is not the address of a wiki"),
        (("--from", "2019-07-01", "--to", "2019-07-01", "--fetch-rate", "0"), "must be more than 0"),
    ],
)
def test_invalid_options_are_refused_in_one_line(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    done = fetch(*arguments, str(tmp_path))
    assert done.exit_code == 2
    assert words in done.output


def test_a_contact_is_required(tmp_path: Path) -> None:
    done = fetch("--from", "2019-07-01", "--to", "2019-07-01", str(tmp_path), contact=" ")
    assert done.exit_code == 2
    assert "KG_FETCH_CONTACT" in done.output


def test_waiting_for_a_wiki_is_not_ended_by_the_limit_of_commands_that_read_a_store(tmp_path: Path) -> None:
    wiki = LoopbackWiki()
    for day in (1, 2, 3):
        wiki.edit(f"Portal:Current events/2011 November {day}", day, f"2011-11-0{day}T10:00:00Z", "* Shops open.")
    period = ("--from", "2011-11-01", "--to", "2011-11-03", "--revisions")
    with serving(wiki) as address:
        done = subprocess.run(
            [sys.executable, "-m", "kg", "fetch", *period, "--api", address, str(tmp_path)],
            env={**os.environ, **ENVIRONMENT, "KG_FETCH_RATE": "5", "KG_COMMAND_SECONDS": "0.2"},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert "3 pages with 3 new revisions" in done.stdout
