"""The diagram of the vocabulary: boxes for classes, arrows for properties, computed from the vocabulary.

Only the positions of classes are decided here. A property is one arrow, from the first class that has it; other classes
list it in their boxes, as do all classes for properties with literal values.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from endpoint.documents.ontology import SUBJECTS, VALUES, NamedTerm, Ontology

COLUMNS: Final = (
    ("dcterms:PeriodOfTime", "ng:Page", "ng:Entry"),
    ("ng:Event", "ng:Revision"),
    ("schema:Place", "ng:Entity", "skos:Concept", "ng:Source", "schema:Organization"),
)
FIRST: Final = ("ng:Event", "ng:Revision")
"""The classes that get the arrows of properties shared with other classes."""

WIDTH, HEAD, LINE = 216, 34, 18
GAP, SPACE, MARGIN = 62, 190, 4
LABEL: Final = 16


@dataclass(slots=True)
class Box:
    """A class: the position of its box, and the properties listed in it."""

    link: NamedTerm
    x: int
    y: int = 0
    lines: list[NamedTerm] = field(default_factory=list)

    @property
    def width(self) -> int:
        """Width of the box."""
        return WIDTH

    @property
    def height(self) -> int:
        """Height of the box with its lines."""
        return HEAD + LINE * len(self.lines) + (8 if self.lines else 0)

    @property
    def rows(self) -> list[tuple[NamedTerm, int]]:
        """The lines with their positions."""
        return [(line, self.y + HEAD + LINE * number - 2) for number, line in enumerate(self.lines, 1)]

    @property
    def middle(self) -> float:
        """The vertical middle of the box."""
        return self.y + self.height / 2


@dataclass(slots=True)
class Arrow:
    """The properties that lead from one class to another: a line between two points with their names on it."""

    start: Box
    end: Box
    labels: list[NamedTerm]
    x1: float = 0
    y1: float = 0
    x2: float = 0
    y2: float = 0

    @property
    def beside(self) -> bool:
        """Whether the two boxes are in different columns."""
        return self.start.x != self.end.x

    @property
    def rows(self) -> list[tuple[NamedTerm, float, float]]:
        """The names with their positions, around the middle of the line."""
        x, y = (self.x1 + self.x2) / 2, (self.y1 + self.y2) / 2 - LABEL * (len(self.labels) - 1) / 2
        return [(label, x, y + LABEL * number + 4) for number, label in enumerate(self.labels)]


@dataclass(frozen=True, slots=True)
class Diagram:
    """All boxes and arrows, and the size of the picture."""

    boxes: list[Box]
    arrows: list[Arrow]
    width: int
    height: int


def diagram(ontology: Ontology) -> Diagram:
    """Return the diagram of a version of the vocabulary."""
    boxes = {
        ontology.expand(name): Box(ontology.link(ontology.expand(name)), MARGIN + column * (WIDTH + SPACE))
        for column, names in enumerate(COLUMNS)
        for name in names
    }
    arrows = _arrows(ontology, boxes)
    height = _stack(boxes)
    _aim(arrows)
    return Diagram(list(boxes.values()), arrows, 2 * MARGIN + 3 * WIDTH + 2 * SPACE, height)


def _arrows(ontology: Ontology, boxes: dict[str, Box]) -> list[Arrow]:
    """Return the arrows, without points; other properties go into the boxes."""
    found: dict[tuple[str, str], Arrow] = {}
    drawn: set[str] = set()
    first = [ontology.expand(name) for name in FIRST]
    for class_ in [*first, *(iri for iri in boxes if iri not in first)]:
        for iri, ends in _properties(ontology, class_):
            link, ends = ontology.link(iri), [end for end in ends if end in boxes and end != class_]
            if iri in drawn or not ends:
                boxes[class_].lines.append(link)
            for end in ends if iri not in drawn else ():
                found.setdefault((class_, end), Arrow(boxes[class_], boxes[end], [])).labels.append(link)
            drawn.update({iri} if ends else ())
    return list(found.values())


def _properties(ontology: Ontology, class_: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the properties that a class has, the vocabulary's own first, with the classes of their values."""
    having = (iri for iri in ontology.nodes if class_ in ontology.values(iri, *SUBJECTS))
    for iri in sorted(having, key=lambda iri: (ontology.link(iri).external, ontology.name(iri))):
        yield iri, ontology.values(iri, *VALUES)


def _stack(boxes: dict[str, Box]) -> int:
    """Stack the boxes of each column, with all columns centred; return the total height."""
    columns = {x: [box for box in boxes.values() if box.x == x] for x in (box.x for box in boxes.values())}
    heights = {x: sum(box.height + GAP for box in column) - GAP for x, column in columns.items()}
    for x, column in columns.items():
        y = MARGIN + (max(heights.values()) - heights[x]) // 2
        for box in column:
            box.y = y
            y += box.height + GAP
    return 2 * MARGIN + max(heights.values())


def _aim(arrows: list[Arrow]) -> None:
    """Set the points of the arrows: side to side between columns, top to bottom within one, evenly spread."""
    for arrow in arrows:
        beside = [other for other in arrows if other.beside]
        if arrow.beside:
            right = arrow.end.x > arrow.start.x
            arrow.x1, arrow.x2 = arrow.start.x + WIDTH * right, arrow.end.x + WIDTH * (not right)
            leaving = [one for one in beside if one.start is arrow.start and (one.end.x > one.start.x) == right]
            coming = [one for one in beside if one.end is arrow.end and (one.end.x > one.start.x) == right]
            arrow.y1 = _spread(arrow.start, sorted(one.end.middle for one in leaving), arrow.end.middle)
            arrow.y2 = _spread(arrow.end, sorted(one.start.middle for one in coming), arrow.start.middle)
        else:
            down = arrow.end.y > arrow.start.y
            arrow.x1 = arrow.x2 = arrow.start.x + WIDTH * (0.24 if down else 0.87)
            arrow.y1 = arrow.start.y + arrow.start.height * down
            arrow.y2 = arrow.end.y + arrow.end.height * (not down)


def _spread(box: Box, others: list[float], other: float) -> float:
    """Return where the line to ``other`` ends on a side of ``box`` that the lines to all ``others`` share."""
    return box.y + box.height * (others.index(other) + 1) / (len(others) + 1)
