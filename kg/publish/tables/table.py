"""The definition of a table: its columns, and how its rows are made from the statements about one resource."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

from kg.publish.tables import cells
from kg.publish.tables.cells import Cell, CellOf
from kg.rdf import NamedNode, terms
from kg.rdf.lines.blocks import Block, is_iri, text, token

Row = tuple[Cell, ...]
RowsOf = Callable[[Block], Iterator[Row]]


@dataclass(frozen=True, slots=True)
class Types:
    """The names of a kind of cells in SQL, in a Table Schema (Frictionless) and in Croissant."""

    sql: str
    table_schema: str
    croissant: str


class CellKind(Enum):
    """The kinds of cells."""

    IRI = Types("VARCHAR", "string", "sc:URL")
    TEXT = Types("VARCHAR", "string", "sc:Text")
    DATE = Types("DATE", "date", "sc:Date")
    TIME = Types("TIMESTAMP", "datetime", "sc:DateTime")
    NUMBER = Types("DOUBLE", "number", "sc:Float")
    TRUTH = Types("BOOLEAN", "boolean", "sc:Boolean")
    POINT = Types("GEOMETRY", "string", "sc:Text")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, the kind of its cells, and the property in them, which the shapes describe.

    ``about`` is a sentence that describes them if there is no property, or it does not say enough. ``refers`` is the
    table with the same values in its first column.
    """

    name: str
    kind: CellKind
    property: NamedNode | None = None
    about: str = ""
    refers: str = ""


@dataclass(frozen=True, slots=True)
class TableSchema:
    """A table: its name, a phrase that describes its rows, the class of their resources.

    ``keys`` is how many of the first columns identify a row; ``rows`` returns those of one resource.
    """

    name: str
    title: str
    of: NamedNode
    columns: tuple[Column, ...]
    keys: int
    rows: RowsOf

    @property
    def key(self) -> tuple[Column, ...]:
        """The columns that identify a row."""
        return self.columns[: self.keys]


def resources(name: str, title: str, of: NamedNode, *told: tuple[Column, CellOf]) -> TableSchema:
    """Return a table with a row for each resource of a class, named in the first column."""
    columns, found = zip(*told, strict=True)
    return TableSchema(name, title, of, columns, 1, lambda block: iter([tuple(cell(block) for cell in found)]))


def links(name: str, title: str, of: NamedNode, source: Column, target: Column) -> TableSchema:
    """Return a table with a row for each value of a property of the resources of a class."""
    if target.property is None:
        raise ValueError(f"the column {target.name} of the table {name} has no property")
    property_ = token(target.property)

    def rows(block: Block) -> Iterator[Row]:
        subject = text(block.subject)
        return ((subject, text(term)) for term in block.values(property_) if is_iri(term))

    return TableSchema(name, title, of, (source, target), 2, rows)


def names(name: str, title: str, of: NamedNode, *columns: Column) -> TableSchema:
    """Return a table with a row for each name of each resource of a class.

    Its columns are the resource, the language, the name, and whether it is the preferred one.
    """

    def rows(block: Block) -> Iterator[Row]:
        subject = text(block.subject)
        for property_ in (terms.LABEL, terms.ALT_LABEL):
            for term in block.values(token(property_)):
                if term.startswith(b'"'):
                    yield subject, cells.language(term), text(term), property_ == terms.LABEL

    return TableSchema(name, title, of, columns, len(columns), rows)
