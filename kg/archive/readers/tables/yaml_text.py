"""YAML as plain data: every scalar is kept as the text it is written as, and tags construct nothing."""

from __future__ import annotations

from typing import Any, Final

from kg.errors import ArchiveError

DEEPEST: Final = 50
"""How deep a document may be nested: the parser would otherwise run out of stack."""


def read(text: str) -> Any:
    """Return what a document holds: dictionaries, lists and texts, which aliases may share.

    Raises ArchiveError if it is not YAML or is nested too deep, or if PyYAML is not installed.
    """
    try:
        import yaml
    except ImportError:
        raise ArchiveError("is YAML, which needs an extra: pip install 'newsgraph[readers]'") from None
    loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        depth = 0
        for event in yaml.parse(text, Loader=loader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                raise ArchiveError(f"is nested more than {DEEPEST} levels deep")
        return yaml.load(text, Loader=loader)  # noqa: S506 - the base loader constructs texts, lists and dictionaries only
    except (yaml.YAMLError, RecursionError, ValueError, TypeError) as error:
        raise ArchiveError(f"is not YAML: {' '.join(str(error).split())[:200]}") from error
