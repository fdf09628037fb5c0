from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.settings import Settings
from kg.workers.budget import COPIED, Budget, estimated, machine_memory

ALL = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


@pytest.mark.parametrize(
    ("groups", "files", "expected"),
    [
        (None, {}, ALL),
        ("0::/\n", {}, ALL),
        ("0::/system.slice/kg.service\n", {"system.slice/kg.service/memory.max": "5000\n"}, 5_000),
        ("0::/system.slice/kg.service\n", {"system.slice/kg.service/memory.max": "max\n"}, ALL),
        ("0::/a/b\n", {"a/memory.max": "4000\n", "a/b/memory.max": "6000\n"}, 4_000),
        ("0::/\n", {"memory.max": "7000\n"}, 7_000),
        ("4:memory:/docker/1\n1:name=systemd:/\n", {"memory/memory.limit_in_bytes": "8000\n"}, 8_000),
        ("4:memory:/\n", {"memory/memory.limit_in_bytes": "9223372036854771712\n"}, ALL),
        ("2:cpu:/a\n", {"cpu/a/memory.max": "1\n"}, ALL),
    ],
)
def test_the_memory_of_a_control_group_is_that_of_the_machine(
    tmp_path: Path, groups: str | None, files: dict[str, str], expected: int
) -> None:
    texts = {f"sys/fs/cgroup/{name}": text for name, text in files.items()}
    for name, text in {**texts, **({"proc/self/cgroup": groups} if groups else {})}.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert machine_memory(tmp_path) == expected


@given(st.floats(0.01, 1.0), st.integers(1, 16), st.integers(0, 100_000_000))
def test_a_graph_and_the_shares_of_its_workers_are_never_more_than_the_budget(
    share: float, workers: int, triples: int
) -> None:
    budget = Budget(replace(Settings(), memory_share=share), workers)
    size = estimated(triples)
    if not budget.refusal(size):
        assert size + workers * budget.share(size) <= budget.total
        assert budget.share(size) >= int(COPIED * size)  # so that no worker is ended because of the graph alone
