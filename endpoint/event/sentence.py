"""The sentence of an event with its links: to what it names, placed by the printed links or by names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple
from urllib.parse import unquote

from endpoint.html.reader import Reader

WIKILINK: Final = re.compile(r"\[\[\s*:?([^\[\]|]+)(?:\|([^\[\]|]*))?\]\]([a-z]*)")
"""Matches a link in MediaWiki syntax (https://www.mediawiki.org/wiki/Help:Links): target, words, letters after it."""
LETTER: Final = re.compile(r"[^\W\u3040-\u9fff]")
"""Characters that continue a word; each Chinese or Japanese character is a word of its own."""
NAMING: Final = ("schema:about", "ng:place", "ng:topic")


class Run(NamedTuple):
    """Some words of a sentence, and the address that they link, if any."""

    text: str
    href: str | None = None


class Anchor(NamedTuple):
    """Words with a link, as they occur in a sentence."""

    words: str
    href: str


def linked(reader: Reader, event: str, sentence: str) -> list[Run]:
    """Return the sentence of an event in runs, those that name something with a link to it.

    Links of the printed text come in its order; other things are found by name. The texts of all runs together are the
    sentence.
    """
    things = _things(reader, event)
    runs = list(_in_order(sentence, _printed(reader, event, things)))
    linked_already = {run.href for run in runs}
    for name, href in sorted(things.items(), key=lambda one: -len(one[0])):
        if href not in linked_already:
            found = _by_name(runs, name, href)
            if found:
                runs = found
                linked_already.add(href)
    return runs


def names(runs: Iterable[Run]) -> list[str]:
    """Return the words of a sentence that have a link."""
    return [run.text for run in runs if run.href]


def _things(reader: Reader, event: str) -> dict[str, str]:
    """Return the addresses of what an event names, by title and label in lower case."""
    found: dict[str, str] = {}
    for iri in (one for name in NAMING for one in reader.iris(event, name)):
        href = reader.addresses.href(iri)
        labels = [one.get("value", "") for one in reader.values(iri, "rdfs:label")]
        title = unquote(iri.rpartition("/")[2]).replace("_", " ")
        for name in (title, re.sub(r"\s*\([^)]*\)$", "", title), *labels):
            if href and len(name) > 1:
                found.setdefault(name.lower(), href)
    return found


def _printed(reader: Reader, event: str, things: Mapping[str, str]) -> Iterator[Anchor]:
    """Yield the links of the entry that prints the current wording, in order, if their targets are known."""
    revision = reader.value(event, "ng:currentRevision")
    texts = (reader.value(entry, "ng:printedText") for entry in reader.iris(revision, "prov:wasDerivedFrom"))
    for target, words, trail in WIKILINK.findall(next((text for text in texts if "[[" in text), "")):
        title = unquote(target.partition("#")[0]).replace("_", " ").strip()
        href = things.get(title.lower())
        if href:
            yield Anchor(" ".join((words.strip() or target.strip()).split()).replace("''", "") + trail, href)


def _in_order(sentence: str, anchors: Iterable[Anchor]) -> Iterator[Run]:
    """Yield the runs of a sentence with anchors in order."""
    start = 0
    for words, href in anchors:
        at = sentence.find(words, start)
        if at < 0:
            continue
        if at > start:
            yield Run(sentence[start:at])
        yield Run(words, href)
        start = at + len(words)
    if start < len(sentence):
        yield Run(sentence[start:])


def _by_name(runs: Sequence[Run], name: str, href: str) -> list[Run] | None:
    """Return the runs with a link at the first occurrence of a name as whole words; None if there is none."""
    for place, run in enumerate(runs):
        at = -1 if run.href else _word_at(run.text, name)
        if at >= 0:
            end = at + len(name)
            parts = (Run(run.text[:at]), Run(run.text[at:end], href), Run(run.text[end:]))
            return [*runs[:place], *(one for one in parts if one.text), *runs[place + 1 :]]
    return None


def _word_at(text: str, name: str) -> int:
    """Return the position of a lower-case name in a text, as whole words in any case, or -1."""
    folded = text.lower()
    at = folded.find(name) if len(folded) == len(text) else -1
    while at >= 0:
        end = at + len(name)
        if not (LETTER.match(text[at - 1 : at]) or LETTER.match(text[end : end + 1])):
            return at
        at = folded.find(name, at + 1)
    return -1
