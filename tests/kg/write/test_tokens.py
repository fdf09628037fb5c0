from __future__ import annotations

import hashlib

import pytest

from kg.errors import ConfigurationError
from kg.write.tokens import bearer, check, digest

TOKEN = "correct horse battery"
SUM = hashlib.sha256(TOKEN.encode()).hexdigest()


def test_only_the_hash_of_a_token_is_kept_and_its_start_names_the_bearer() -> None:
    assert digest(TOKEN) == SUM
    assert bearer(TOKEN, SUM) == f"sha256:{SUM[:12]}"
    assert bearer(TOKEN, f"{'0' * 64}, {SUM.upper()}") == f"sha256:{SUM[:12]}"


@pytest.mark.parametrize("given", ["", "wrong", TOKEN + " ", SUM])
def test_any_other_token_is_refused(given: str) -> None:
    assert bearer(given, SUM) is None
    assert bearer(given, "") is None


def test_a_short_token_is_refused() -> None:
    with pytest.raises(ConfigurationError):
        digest("x" * 15)


@pytest.mark.parametrize("sums", ["", "abc", f"{SUM},", f"{SUM};{SUM}"])
def test_settings_that_name_no_token_are_refused(sums: str) -> None:
    with pytest.raises(ConfigurationError):
        check(sums)
    check(f"{SUM}, {SUM}")
