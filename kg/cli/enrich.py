"""``kg enrich``: what a SPARQL endpoint says about the entities of a store."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from kg.cli.options import Progress, setting, write
from kg.settings import load


@click.command()
@click.option("--endpoint", required=True, metavar="URL", help="Address of the SPARQL endpoint to ask.")
@click.option(
    "--by",
    "form",
    type=click.Choice(("dbpedia", "wikipedia")),
    default="dbpedia",
    show_default=True,
    help="Ask by DBpedia IRIs, or by addresses of Wikipedia articles as Wikidata has them.",
)
@click.option("--licence", default="", metavar="URL", help="Licence of the endpoint's data, which the graph will name.")
@click.option("--limit", type=click.IntRange(0), default=0, help="Largest number of entities to ask about; 0: all.")
@click.option("--refresh", is_flag=True, help="Ask again even if there is an answer already.")
@click.option("--remove", is_flag=True, help="Ask nothing, and remove the endpoint's answers from the graph.")
@click.option(
    "--report", type=click.Path(dir_okay=False, path_type=Path), help="Write all counts to this file as JSON."
)
@setting("store")
@setting("enrich_rate")
@setting("enrich_batch")
@setting("enrich_seconds")
@setting("enrich_retries")
@setting("enrich_languages")
@setting("enrich_contact")
@setting("keep_snapshots")
def enrich(
    endpoint: str,
    form: str,
    licence: str,
    limit: int,
    refresh: bool,
    remove: bool,
    report: Path | None,
    **options: Any,
) -> None:
    """Ask a SPARQL endpoint for coordinates, Wikidata ids, types, redirects and labels of the entities in the store.

    Its statements become a dated source of their own in a new snapshot, which becomes the current one. Every answer is
    kept: a run that was stopped continues where it was, and only new entities are asked about.
    """
    from kg.enrich import run
    from kg.enrich.report import summary

    settings = load(**options)
    if remove:
        click.echo(f"snapshot {run.remove(endpoint, settings).id} has nothing from {endpoint}")
        return
    with Progress("entities") as progress:
        done = run.enrich(run.Wish(endpoint, form, licence, limit, refresh), settings, progress)
    click.echo(summary(done))
    if report:
        write(report, json.dumps(done.plain(), indent=1, ensure_ascii=False) + "\n")
