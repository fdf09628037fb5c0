"""The paths of files that tests read: in the checkout, and the real archives and checks that may be beside it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

TESTS: Final = Path(__file__).parent
ROOT: Final = TESTS.parent
DATA: Final = TESTS / "data"
NODE: Final = TESTS / "node"
DOCS: Final = ROOT / "docs"
SAMPLE: Final = (ROOT / "data" / "seed", ROOT / "data" / "sample")
CORPUS: Final = Path(os.environ.get("NEWSGRAPH_CORPUS", ROOT.parent / "shared" / "corpus"))
CHECKS: Final = Path(os.environ.get("NEWSGRAPH_CHECKS", ROOT.parent / "shared" / "checks"))
