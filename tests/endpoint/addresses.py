"""Addresses of the small served graph, one for each route."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask

from endpoint.discovery.openapi import template
from endpoint.rendering.assets import ASSETS
from kg.query.questions import questions

EVENT = "event/2011-11-08/abcdefghij"
EXAMPLES = {
    **{f"/questions/{one.name}.{{suffix}}": f"/questions/{one.name}.csv" for one in questions()},
    "/": "/?language=en",
    "/answer": f"/answer?query=ASK%7B%7D&snapshot=20111109T060000000000Z&sha256={'0' * 64}",
    "/catalog.{suffix}": "/catalog.ttl",
    "/doc/{path}": f"/doc/{EVENT}",
    "/doc/snapshot/{rest}": "/doc/snapshot/20111109T060000000000Z",
    "/dump/{name}": "/dump/newsgraph.nt",
    "/dump/{of}/ledger.tsv": "/dump/20111109T060000000000Z/ledger.tsv",
    "/dump/{of}/{name}": "/dump/20111109T060000000000Z/newsgraph.nt",
    "/event/{day}/{name}/compare": f"/{EVENT}/compare",
    "/event/{day}/{name}/compare.json": f"/{EVENT}/compare.json",
    "/event/{day}/{name}/history": f"/{EVENT}/history",
    "/event/{day}/{name}/history.json": f"/{EVENT}/history.json",
    "/feed/activity/{path}": "/feed/activity/entity/en/Homs",
    "/feed/atom/{path}": "/feed/atom/entity/en/Homs",
    "/frames/{name}.jsonld": "/frames/event.jsonld",
    "/hashes/{of}": "/hashes/20111109T060000000000Z",
    "/hashes/{of}/resource": f"/hashes/20111109T060000000000Z/resource?iri=http://127.0.0.1:8000/{EVENT}",
    "/hashes/{of}/{name}": "/hashes/20111109T060000000000Z/12",
    "/linkset/{path}": f"/linkset/doc/{EVENT}",
    "/memento/{stamp}/{path}": f"/memento/20111109060000/{EVENT}",
    "/news/{rest}": "/news/2011/11/8/the-syrian-government-besieges-homs.md",
    "/page/{rest}": "/page/2011-11-08.wiki/123b279e8e23175b",
    "/reconcile/flyout/{kind}": "/reconcile/flyout/entity?id=entity/en/Homs",
    "/reconcile/preview": "/reconcile/preview?id=entity/en/Homs",
    "/reconcile/view": "/reconcile/view?id=entity/en/Homs",
    "/embed/events": "/embed/events?place=entity/en/Homs",
    "/events": "/events?place=entity/en/Homs",
    "/events.{suffix}": "/events.csv?place=entity/en/Homs",
    "/on-this-day/{day}": "/on-this-day/11-08",
    "/week/{week}": "/week/2011-W45",
    "/{kind}": "/places",
    "/{kind}.{suffix}": "/places.csv",
    "/search": "/search?q=Homs",
    "/sitemap/{name}.xml": "/sitemap/2011-1.xml",
    "/snapshot/{rest}": "/snapshot/20111109T060000000000Z",
    "/source": "/source?url=http://english.example.org/news/2011/11/shelling",
    "/source/{iri}": "/source/http%3A%2F%2Fenglish.example.org%2Fnews%2F2011%2F11%2Fshelling",
    "/sparql": "/sparql?query=ASK%7B%7D",
    "/graphs": "/graphs?default",
    "/assets/{name}": f"/{ASSETS['style.css']}",
    "/timegate/{path}": f"/timegate/{EVENT}",
    "/timemap/json/{path}": f"/timemap/json/{EVENT}",
    "/timemap/link/{path}": f"/timemap/link/{EVENT}",
    "/vocab.{suffix}": "/vocab.ttl",
    "/vocab/{name}": "/vocab/Event",
    "/{kind}/{rest}": f"/{EVENT}",
}
"""An address that answers, for each path that does not answer as it is; a path with arguments may have none."""
ALIKE = {f"/questions/{one.name}{suffix}" for one in questions()[1:] for suffix in ("", ".{suffix}")}
"""The paths of all questions except the first, which has the same view, and represents them in expensive tests."""


def examples(app: Flask) -> Iterator[str]:
    """Yield an address of each route with GET, but only one for similar routes."""
    for rule in app.url_map.iter_rules():
        path = template(rule)
        known = "{" not in path or path in EXAMPLES
        if known and "GET" in (rule.methods or ()) and path not in ALIKE:
            yield EXAMPLES.get(path, path)
