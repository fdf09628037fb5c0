"""The installed version of newsgraph, and the folders of its data files."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from kg.errors import ConfigurationError

__version__: Final = "0.2.0"
HERE: Final = Path(__file__).parent
ROOTS: Final = (HERE / "_data", HERE.parent / "data")
"""Where a wheel and a checkout keep the data, in the order in which they are tried."""


def data_folder(name: str) -> Path:
    """Return the installed folder of data files named ``name``.

    Raises ConfigurationError if there is none.
    """
    tried = [root / name for root in ROOTS]
    found = next((one for one in tried if one.is_dir()), None)
    if found is None:
        raise ConfigurationError(f"the data files {name} are not in {' or '.join(map(str, tried))}: install again")
    return found
