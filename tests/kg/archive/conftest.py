"""Fixtures for tests of git repositories."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kg.archive.repositories import Repository


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


@pytest.fixture
def filled(repository: Repository) -> Repository:
    repository.commit(**{"a.txt": "* a"})
    return repository
