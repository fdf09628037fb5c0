"""The mutants that no test can notice, each with the reason (``survivors.toml``)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tools.mutants.mutations import Mutant

FILE: Final = Path(__file__).with_name("survivors.toml")


@dataclass(frozen=True, slots=True)
class Survivors:
    """The reasons, by the module of a mutant, its line before and after."""

    reasons: dict[tuple[str, str, str], str]

    @classmethod
    def read(cls, file: Path = FILE) -> Survivors:
        """Return what a file lists."""
        listed = tomllib.loads(file.read_text(encoding="utf-8")).get("survivor", [])
        return cls({(one["module"], one["before"], one["after"]): one["reason"] for one in listed})

    def reason(self, mutant: Mutant) -> str | None:
        """Return why a mutant survives, None if not known."""
        return self.reasons.get((mutant.path, mutant.before, mutant.after))
