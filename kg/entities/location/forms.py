"""Sets of words, written as lines of text."""

from __future__ import annotations

from collections.abc import Iterator


def word_set(*lines: str) -> frozenset[str]:
    """Return the words in some lines as a set."""
    return frozenset(word for line in lines for word in line.split())


def verb_forms(verbs: str) -> Iterator[str]:
    """Yield the forms of regular verbs."""
    for verb in verbs.split():
        stem = verb.removesuffix("e")
        plural = f"{verb[:-1]}ie" if verb.endswith("y") and verb[-2] not in "aeiou" else verb
        sibilant = "e" if verb.endswith(("s", "sh", "ch", "x")) else ""
        yield from (verb, f"{plural}{sibilant}s", f"{stem}ing")
        yield f"{plural}d" if plural != verb else f"{stem}ed"


def with_plurals(*lines: str) -> frozenset[str]:
    """Return nouns and their plurals."""
    nouns = word_set(*lines)
    return nouns | {plural(one) for one in nouns}


def plural(noun: str) -> str:
    """Return the plural of a regular noun."""
    if noun.endswith(("ty", "ry", "my")):
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "ch", "sh")) else f"{noun}s"
