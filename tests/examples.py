"""How many examples a property is tried on: all of them, or, in the quick tests, a quarter."""

from __future__ import annotations

import hypothesis

ALL, QUICK = "newsgraph", "quick"
"""The profiles; ``make test`` chooses the quick one."""
EXAMPLES = {ALL: 100, QUICK: 25}
"""How many examples a test draws that does not say itself how many."""


def most(number: int) -> int:
    """Return how many examples to draw at most, of a number that is right when there is time, but at least a few."""
    share = hypothesis.settings().max_examples / EXAMPLES[ALL]
    return max(min(number, 5), round(number * share))


def register() -> None:
    """Make the profiles known, and load the one with all examples."""
    for name, number in EXAMPLES.items():
        # The time that an example takes depends on the machine, not on the code.
        hypothesis.settings.register_profile(
            name,
            deadline=None,
            suppress_health_check=[hypothesis.HealthCheck.too_slow],
            print_blob=True,
            max_examples=number,
        )
    hypothesis.settings.load_profile(ALL)
