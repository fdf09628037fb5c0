"""A pytest plugin: notes which tests are slow, and which fast test checks the same rule as each of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pytest

MARK: Final = (
    "slow(also): make test leaves it out; also: the fast test of its rule, by default itself with other parameters"
)


@dataclass(frozen=True)
class Collected:
    """A test: its node id without parameters, whether it is slow, and the node id of its fast sibling."""

    name: str
    slow: bool
    also: str

    @property
    def file(self) -> str:
        return self.name.partition("::")[0]


COLLECTED: Final = pytest.StashKey[tuple[Collected, ...]]()
"""All that was collected, before -m or -k took anything out."""


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", MARK)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    config.stash[COLLECTED] = tuple(map(collected, items))


def collected(item: pytest.Item) -> Collected:
    name, mark = item.nodeid.partition("[")[0], item.get_closest_marker("slow")
    return Collected(name, mark is not None, mark.kwargs.get("also", name) if mark else "")
