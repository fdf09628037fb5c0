"""``kg mirror``: keeps a store identical to what another server serves."""

from __future__ import annotations

from typing import Any

import click

from kg.cli.options import setting
from kg.settings import load


@click.command()
@click.argument("url", metavar="URL")
@setting("store")
@setting("cache")
@setting("keep_snapshots")
@click.option("--once", is_flag=True, help="Follow it once, then end; this is the default without --every.")
@click.option("--every", type=click.FloatRange(min=1), metavar="SECONDS", help="Follow it again and again.")
def mirror(url: str, once: bool, every: float | None, **options: Any) -> None:
    """Copy what the newsgraph server at URL serves into a store, statement by statement, and keep it up to date.

    The first run takes the dump, later ones what has changed. A state becomes current once its hash is that of the
    origin; until then the one before it stays. Serve it with kg serve.
    """
    from kg.errors import NewsgraphError
    from kg.pipeline.mirror.origin import OriginServer
    from kg.pipeline.mirror.run import Mirror
    from kg.process.parallel import expect_objects
    from kg.remote.clock import Clock

    if once and every:
        raise click.UsageError("give one of --once and --every")
    expect_objects()
    clock = Clock()
    following = Mirror(OriginServer(url, clock), load(**options), lambda text: click.echo(f"kg: {text}", err=True))
    while True:
        started = clock.monotonic()
        try:
            done = following.follow()
        except NewsgraphError as error:
            if not every:
                raise
            click.echo(f"kg: {error}", err=True)
        else:
            seconds = clock.monotonic() - started
            how = f"{done.way}, {done.requests:,} requests, {seconds:.1f} seconds"
            click.echo(f"{done.snapshot.id} {done.root} ({how})")
        if not every:
            return
        clock.sleep(every)
