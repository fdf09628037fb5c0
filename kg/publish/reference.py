"""References to what is published here, for reference managers: BibTeX and RIS."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

_ESCAPED: Final = str.maketrans(
    {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    | {one: f"\\{one}" for one in "{}%&$#_"}
)
_AS_IT_IS: Final = ("url", "version", "month")


@dataclass(frozen=True, slots=True)
class LiteratureReference:
    """A reference: its key, and the publisher, title, day, version, address and a note of the work.

    The version is "" if it is part of the address.
    """

    key: str
    author: str
    title: str
    made: date | None
    version: str
    url: str
    note: str

    def bibtex(self) -> str:
        """Return it as a BibTeX entry; names and titles are in braces, so that styles do not change them."""
        fields = {
            "author": f"{{{self.author.translate(_ESCAPED)}}}",
            "title": f"{{{self.title.translate(_ESCAPED)}}}",
            "year": f"{self.made:%Y}" if self.made else "",
            "month": f"{self.made:%b}".lower() if self.made else "",
            "version": self.version,
            "url": self.url,
            "note": self.note.translate(_ESCAPED),
        }
        told = {name: value for name, value in fields.items() if value}
        lines = (f"  {name} = {value if name == 'month' else f'{{{value}}}'},\n" for name, value in told.items())
        return f"@misc{{{self.key},\n{''.join(lines)}}}\n"

    def ris(self) -> str:
        """Return it as an RIS record of an electronic source (type ELEC), with lines that end in CR LF."""
        fields = (
            ("TY", "ELEC"),
            ("ID", self.key),
            ("AU", self.author),
            ("TI", self.title),
            ("PY", f"{self.made:%Y}" if self.made else ""),
            ("DA", f"{self.made:%Y/%m/%d}" if self.made else ""),
            ("PB", self.author),
            ("ET", self.version),
            ("N1", self.note),
            ("UR", self.url),
        )
        lines = (f"{name}  - {' '.join(value.split())}\r\n" for name, value in fields if value)
        return "".join(lines) + "ER  - \r\n"
