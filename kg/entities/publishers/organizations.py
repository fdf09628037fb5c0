"""Describes publishers when all months are known: their names, their homes, and their former IRIs."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import chain
from typing import Final
from urllib.parse import unquote

from kg.entities.publishers import credit_lines, hosts
from kg.entities.publishers.credit_lines import fold
from kg.entities.publishers.publishers import Publishers
from kg.rdf.iri import slug

LIKE: Final = 0.8
"""How alike two spellings of one name must be (difflib's ratio)."""
SHARE: Final = 0.05
"""The share of an organisation's labels that one must have to be its name without resembling the others."""
SHORTEST: Final = 3
NUMBERED: Final = re.compile(r"(?<!\d)[\s-]*[1-9²³]$")
JOINED: Final = re.compile(r"[/|,／]|\s[-–—]\s")
REMARKED: Final = re.compile(r"\(([^()]+)\)$")
WORD: Final = re.compile(r"[^\W_]+")

Printed = Mapping[tuple[str, str], int]
"""How often each publisher, by key, has each label; "" stands for no label."""


@dataclass(frozen=True, slots=True)
class DescribedOrganization:
    """An organisation as the graph describes it: the other names come most printed first; ``home`` is an address."""

    key: str
    name: str
    other_names: tuple[str, ...] = ()
    home: str | None = None


def describe(printed: Printed, known: Publishers) -> Iterator[DescribedOrganization]:
    """Yield every organisation, by key, that publishes or wrote a source, or has the former IRI of a printed label."""
    named, candidates = _names(printed, known)
    most = _most(candidates)
    for key in sorted(_described(printed, known)):
        others = _accepted(key, candidates[key], most, known)
        reviewed = known.reviewed(key)
        if reviewed:
            names = dict.fromkeys((*_ranked(named[key]), *others))
            home = f"https://{reviewed.addresses[0].split('/')[0]}/" if reviewed.addresses else None
            yield DescribedOrganization(key, reviewed.name, tuple(one for one in names if one != reviewed.name), home)
        else:
            name = _label(key, {one: candidates[key][one] for one in others}, known)
            yield DescribedOrganization(key, name, tuple(one for one in others if one != name), _home(key))


def aliases(printed: Printed, known: Publishers) -> dict[str, str]:
    """Return which organisation replaces the publisher once made from each printed label: former key to new key.

    A former key is the slug of a label, not percent-encoded. It is replaced by the reviewed organisation that the label
    names, or else the one with most of its sources. The key of an existing organisation is never a former one.
    """
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for (key, label), count in printed.items():
        if label:
            votes[unquote(slug(label))][known.named(credit_lines.tidy(label)) or key] += count
    canonical = _described(printed, known)
    return {
        former: max(keys, key=lambda key: (keys[key], key))
        for former, keys in sorted(votes.items())
        if former not in canonical
    }


def _described(printed: Printed, known: Publishers) -> set[str]:
    """Return the keys of all organisations that the graph describes."""
    keys = {key for key, _ in printed}
    keys |= set(chain.from_iterable(known.authors(*pair) for pair in printed))
    slugs = {unquote(slug(label)) for _, label in printed if label}
    named = (known.named(credit_lines.tidy(label)) for _, label in printed if label)
    return keys | {one for one in slugs if known.reviewed(one)} | set(filter(None, named))


def _names(printed: Printed, known: Publishers) -> tuple[dict[str, Counter[str]], dict[str, Counter[str]]]:
    """Count the labels of reviewed organisations, and of the other organisations that print them, by key."""
    named: dict[str, Counter[str]] = defaultdict(Counter)
    candidates: dict[str, Counter[str]] = defaultdict(Counter)
    for (key, label), count in printed.items():
        line = credit_lines.read(label)
        for text in (*line.relayed, *line.printing):
            for name in (part.removeprefix("the ") for part in known.parts(text, key)):
                found = known.named(name, key)
                if found and not _is_own(name, key, known):
                    named[found][name] += count * credit_lines.is_whole(name)
                elif text in line.printing and credit_lines.is_name(name):
                    candidates[key][name] += count
    return named, candidates


def _is_own(name: str, key: str, known: Publishers) -> bool:
    """Return whether an unreviewed domain matches another's reviewed name: Daily Mirror, dailymirror.lk."""
    other = known.reviewed(known.named(name, key) or "")
    if other is None or known.reviewed(key) or other.kind:
        return False
    folded, label = fold(name), _domain_label(key)
    return folded == label or (len(folded) > SHORTEST and (label.startswith(folded) or label.endswith(folded)))


def _label(key: str, accepted: Mapping[str, int], known: Publishers) -> str:
    """Return the name printed most for a domain, or else the domain itself.

    A name unlike the domain must make up more than half of its labels, and one that names another organisation must
    match the domain.
    """
    own, folded = {_domain_label(key)}, _folded(accepted)
    for name in accepted:
        is_shared = known.named(name) is not None and fold(name) not in own
        if not is_shared and (is_like(name, own) or 2 * folded[fold(name)] > folded.total()):
            return name
    return next((name for name in accepted if known.named(name) is None), key)


def _most(candidates: Mapping[str, Counter[str]]) -> dict[str, int]:
    """Return how often each name, by its folded form, is printed by the organisation that prints it most."""
    most: dict[str, int] = {}
    for counts in candidates.values():
        for form, count in _folded(counts).items():
            most[form] = max(most.get(form, 0), count)
    return most


def _folded(names: Mapping[str, int]) -> Counter[str]:
    folded: Counter[str] = Counter()
    for name, count in names.items():
        folded[fold(name)] += count
    return folded


def _accepted(key: str, found: Counter[str], most: Mapping[str, int], known: Publishers) -> tuple[str, ...]:
    """Return the names of an organisation among the labels of its sources, the most printed first.

    They resemble its domain or its reviewed names. If there are no reviewed names, a label also counts if it is printed
    often, or no label resembles the domain, provided that no other organisation has it as often.
    """
    own, reviewed = _own_forms(key, known), known.reviewed(key)
    names = [name for name in _ranked(found) if not (JOINED.search(name) or _is_remark(name, own))]
    alike = {name for name in names if is_like(name, own)}
    folded = _folded(found)
    least = max(2.0, SHARE * found.total()) if alike else 1.0
    common = {name for name in names if most[fold(name)] <= folded[fold(name)] >= least} if not reviewed else set()
    bare = {fold(name) for name in names}
    return tuple(name for name in names if name in alike | common and not _is_numbered(name, bare))


def _is_numbered(name: str, others: set[str]) -> bool:
    plain = NUMBERED.sub("", name)
    return plain != name and fold(plain) in others


def _is_remark(name: str, own: set[str]) -> bool:
    """Return whether a name is in parentheses after a remark, such as ``Timeline (Toronto Star)``."""
    inner = REMARKED.search(name)
    return inner is not None and fold(inner[1]) in own


def _own_forms(key: str, known: Publishers) -> set[str]:
    """Return the folded forms that certainly name an organisation: its names, and its domains without suffix."""
    reviewed = known.reviewed(key)
    if reviewed is None:
        return {_domain_label(key)}
    domains = (one for one in reviewed.addresses if "/" not in one and hosts.registrable_domain(one) == one)
    forms = {*map(fold, (reviewed.name, *reviewed.names)), *map(_domain_label, domains)}
    return {form for form in forms if len(form) >= SHORTEST}


def _domain_label(domain: str) -> str:
    return fold(domain.split(".")[0])


def is_like(name: str, forms: Iterable[str]) -> bool:
    """Return whether a name is a spelling of one of some folded forms, contains it, ends it, or is its initials."""
    folded = fold(name)
    initials = "".join(word[0] for word in WORD.findall(name) if not word.islower()).casefold()
    return any(_is_like(folded, initials, form) for form in forms)


def _is_like(folded: str, initials: str, form: str) -> bool:
    if len(folded) < SHORTEST or len(form) < SHORTEST:
        return folded == form
    if form in folded or initials in (form, form.removeprefix("the")):
        return True
    if folded in form:
        return len(folded) > SHORTEST and (form.endswith(folded) or 2 * len(folded) > len(form) + 6)
    return SequenceMatcher(None, folded, form).ratio() >= LIKE


def _ranked(names: Counter[str]) -> list[str]:
    return sorted(filter(names.get, names), key=lambda name: (names[name], name), reverse=True)


def _home(key: str) -> str | None:
    """Return the address of a registrable domain; None for other hosts."""
    return f"http://{key}/" if "." in key and not hosts.is_ip_address(key) else None
