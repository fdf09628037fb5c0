"""What tools give back. The classes are the output schemas, and their docstrings the descriptions in these.

Whatever tells about an event has a quotation, which names all that it takes to check it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class QuotedEvent:
    """An event as it can be quoted and checked.

    `sentence` is its wording in the language `language`, of the revision `revision`, under the day `date`; `sources`
    are the addresses of what the wording cites; `snapshot` is the state of the graph that says so.
    """

    event: str
    revision: str
    date: str
    sentence: str
    language: str
    sources: list[str]
    snapshot: str


@dataclass(frozen=True, slots=True)
class EventResult:
    """An event of a list, with the labels of its categories, of where it happened and of who published its sources."""

    quotation: QuotedEvent
    categories: list[str]
    places: list[str]
    publishers: list[str]


@dataclass(frozen=True, slots=True)
class CountedValue:
    """A thing (its IRI, or the tag of a language) and its label, with how many events of the list have it."""

    value: str
    label: str
    events: int


@dataclass(frozen=True, slots=True)
class EventsReply:
    """Events of one page, and of all pages how many there are (`total`), in which years, and what most of them have."""

    snapshot: str
    total: int
    page: int
    pages: int
    events: list[EventResult]
    years: dict[str, int]
    most: dict[str, list[CountedValue]]


@dataclass(frozen=True, slots=True)
class FoundThing:
    """Something whose title or name has the words: an event (with a quotation), place, person, topic and so on.

    `score` is higher the better it fits; `events` is how many events name it.
    """

    iri: str
    kind: str
    label: str
    language: str
    score: float
    events: int
    quotation: QuotedEvent | None = None


@dataclass(frozen=True, slots=True)
class SearchReply:
    """What was found, best first; `total` of all pages, `totals` of each kind, `meant` what may have been meant."""

    snapshot: str
    total: int
    totals: dict[str, int]
    meant: str
    found: list[FoundThing]


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A row of results: values by the names of columns, without those not bound, and a quotation of each event in it.

    Values are texts, numbers, truth values and IRIs. A row that names no event, such as a count, has no quotation: cite
    the whole answer.
    """

    values: dict[str, str | int | float | bool]
    quotations: list[QuotedEvent]


@dataclass(frozen=True, slots=True)
class ResultsReply:
    """The answer to a query.

    Of a SELECT: `rows` from number `first` on (from 1) of `total`. Of an ASK: `truth`. Of a graph: `turtle`.
    `cite` is what the tool `cite` takes for this answer.
    """

    snapshot: str
    columns: list[str]
    total: int
    first: int
    rows: list[ResultRow]
    truth: bool | None
    turtle: str
    cite: dict[str, Any]


@dataclass(frozen=True, slots=True)
class AskedParameter:
    """A parameter of a question: how its values are written, what it is, and the value that stands for none."""

    name: str
    written: str
    meaning: str
    default: str


@dataclass(frozen=True, slots=True)
class ListedQuestion:
    """A question by its name, and what it asks."""

    name: str
    title: str
    parameters: list[AskedParameter]


@dataclass(frozen=True, slots=True)
class QuestionsReply:
    """The questions that the tool `ask` answers."""

    questions: list[ListedQuestion]


@dataclass(frozen=True, slots=True)
class DescriptionReply:
    """What the graph says about a thing, by prefixed names of properties; `names` are labels of IRIs among the values.

    `iri` is the canonical one if another name was asked for. `events` is how many events there are on all pages of the
    description, and `quotations` are of the thing itself, if it is an event or a revision, and of events that it names.
    """

    snapshot: str
    iri: str
    statements: dict[str, list[str]]
    names: dict[str, str]
    events: int
    quotations: list[QuotedEvent]


@dataclass(frozen=True, slots=True)
class Wording:
    """A wording of an event: since when and until when captures show it (empty: not known, or still shown).

    `inserted` and `deleted` are the words that differ from the wording before, `added` and `removed` the values that
    do, by what they are: category, topics, mentions, sources.
    """

    quotation: QuotedEvent
    shown_from: str
    shown_until: str
    written: str
    current: bool
    inserted: list[str]
    deleted: list[str]
    added: dict[str, list[str]]
    removed: dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class HistoryReply:
    """The wordings of an event, the first one first; `gone` is since when no page lists it, empty if one does."""

    snapshot: str
    event: str
    date: str
    gone: str
    wordings: list[Wording]


@dataclass(frozen=True, slots=True)
class ReportedChange:
    """An event that snapshots brought, changed, reworded or took away (`change`), and when (`time`).

    `before` and `after` are its revisions; empty before it came and after it went. `quotation` is of the event as it is
    now, if it is there.
    """

    change: str
    event: str
    time: str
    title: str
    before: str
    after: str
    quotation: QuotedEvent | None


@dataclass(frozen=True, slots=True)
class ChangesReply:
    """Events that changed between two instants at which snapshots were published, the newest changes first.

    `added`, `changed` (reworded ones among them) and `removed` count those of all pages.
    """

    snapshot: str
    since: str
    until: str
    added: int
    changed: int
    removed: int
    page: int
    pages: int
    changes: list[ReportedChange]


@dataclass(frozen=True, slots=True)
class CitationReply:
    """How to cite something: in a sentence, as BibTeX and as RIS.

    `address` is where it is found over HTTP. Of an answer, `sha256` is the hash of its canonical form and `rows` how
    many rows it has; its address asks the same snapshot again and tells what differs in the newest one.
    """

    snapshot: str
    address: str
    sentence: str
    bibtex: str
    ris: str
    sha256: str = ""
    rows: int = 0


@dataclass(frozen=True, slots=True)
class SchemaReply:
    """What the graph is made of, in text."""

    text: str = field(repr=False)
