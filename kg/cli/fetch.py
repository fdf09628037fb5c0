"""``kg fetch``: pages of current events from a wiki into an archive folder."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from kg.cli.options import Progress, setting
from kg.errors import ConfigurationError
from kg.settings import load

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), metavar="DIR")
@click.option("--from", "first", type=DAY, required=True, help="First day, such as 2011-11-01.")
@click.option("--to", "last", type=DAY, help="Last day; by default today.")
@click.option("--wiki", "code", default="en", show_default=True, help="Language edition, such as de.")
@click.option("--api", default="", metavar="URL", help="Address of api.php; by default that of the edition.")
@click.option("--revisions", is_flag=True, help="Fetch every revision, not only the newest.")
@click.option(
    "--git",
    "repository",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="REPOSITORY",
    help="Also write the content of DIR into this git repository, one commit for each revision.",
)
@click.option("--update", is_flag=True, help="Also ask for newer revisions of pages that were fetched before.")
@setting("fetch_contact")
@setting("fetch_rate")
@setting("fetch_seconds")
@setting("fetch_retries")
def fetch(
    folder: Path,
    first: datetime,
    last: datetime | None,
    code: str,
    api: str,
    revisions: bool,
    repository: Path | None,
    update: bool,
    **options: Any,
) -> None:
    """Fetch pages of current events from a wiki into DIR, which kg build reads.

    Pages that are in DIR are not asked for again: a run that was stopped continues where it was.
    """
    from kg.archive.fetch import fast_import, run
    from kg.archive.fetch.api import WikiApi
    from kg.archive.fetch.folder import AnswerFolder
    from kg.dialects import editions
    from kg.remote.clock import Clock

    known = editions.load()
    if code not in known:
        raise ConfigurationError(f"there is no edition {code!r}: choose one of {', '.join(known)}")
    names = run.titles(known[code], first.date(), (last or datetime.now(UTC)).date())
    wiki = WikiApi(api or f"{known[code].wiki}/w/api.php", load(**options), Clock())
    fetching = run.Fetch(wiki, AnswerFolder(folder / code), names)
    with Progress("pages") as progress:
        done = (fetching.history if revisions else fetching.newest)(progress, update=update)
    click.echo(run.summary(done, folder))
    if repository:
        click.echo(fast_import.write(folder, repository))
