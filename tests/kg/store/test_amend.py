"""Decisions made with ``kg ledger``, and how they are undone."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kg.cli import main
from kg.events.ledger import Ledger
from kg.events.ledger_file import append, read
from kg.events.lines import Alias, Name
from kg.pipeline.run import Built, build
from kg.rdf import terms
from kg.rdf.lines import statements
from kg.settings import Settings

BASE = "http://127.0.0.1:8000/"
PAGE = "{{Current events|year=2011|month=11|day=8|content=\n;Business\n%s\n}}\n"
BULLETS = (
    "*Shops in [[Homs]] close. [https://example.org/s (News)]\n*Banks in [[Hama]] open. [https://example.org/b (Post)]"
)
HOMS, HAMA = f"{BASE}entity/en/Homs", f"{BASE}entity/en/Hama"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "2011_November_8.txt").write_text(PAGE % BULLETS)
    return tmp_path / "archive"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(store=str(tmp_path / "store"), jobs=1)


@pytest.fixture
def built(root: Path, settings: Settings) -> Built:
    return build([root], settings)


@pytest.fixture
def events(built: Built) -> dict[str, str]:
    """The IRI of each event by the first word of its title."""
    graph = built.snapshot.open()
    current = [quad.subject for quad in graph.quads_for_pattern(None, terms.CURRENT_REVISION, None)]
    named = [quad for one in current for quad in graph.quads_for_pattern(one, terms.NAME, None)]
    return {quad.object.value.split()[0]: str(quad.subject.value) for quad in named}


def nquads(one: Built) -> bytes:
    with statements.reading(one.snapshot.open()) as lines:
        return b"".join(sorted(lines))


def kg(settings: Settings, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["ledger", *arguments, "--store", settings.store])


def known(settings: Settings) -> Ledger:
    return Ledger(read(Path(settings.store) / "ledger.tsv"))


def aliases(settings: Settings) -> dict[str, str]:
    """The aliases of entities, without those made from printed labels."""
    return {alias: iri for alias, iri in known(settings).aliases.items() if alias.startswith("entity/")}


def test_a_merge_that_is_split_again_leaves_the_graph_as_it_was(
    built: Built, events: dict[str, str], root: Path, settings: Settings, tmp_path: Path
) -> None:
    assert kg(settings, "merge", events["Shops"], events["Banks"]).exit_code == 0
    assert nquads(build([root], settings)) != nquads(built)
    assert kg(settings, "split", events["Shops"]).exit_code == 0
    assert nquads(build([root], settings)) == nquads(built)


def test_a_takedown_that_is_undone_leaves_the_graph_as_it_was(
    built: Built, events: dict[str, str], root: Path, settings: Settings, tmp_path: Path
) -> None:
    assert kg(settings, "withdraw", events["Shops"]).exit_code == 0
    assert b"Shops" not in nquads(build([root], settings))
    assert kg(settings, "restore", events["Shops"]).exit_code == 0
    assert nquads(build([root], settings)) == nquads(built)


def test_things_are_merged_by_an_alias_and_split_by_another_line(built: Built, settings: Settings) -> None:
    assert built
    assert kg(settings, "merge", HOMS, HAMA).exit_code == 0
    assert aliases(settings) == {"entity/en/Homs": "entity/en/Hama"}
    assert kg(settings, "show", HOMS).output.splitlines()[-1] == f"merged into {HAMA}"
    assert kg(settings, "show", HAMA).output.splitlines()[-1] == f"merged from {HOMS}"
    assert kg(settings, "split", HOMS).exit_code == 0
    assert (aliases(settings), known(settings).separate) == ({}, {("entity/en/Homs", "entity/en/Hama")})
    assert kg(settings, "show", HOMS).output.splitlines()[-1] == f"not {HAMA}"


def test_an_alias_that_a_rule_made_is_split_too(built: Built, settings: Settings) -> None:
    assert built
    lines = [Name("entity/en/Hims", "Hims"), Alias("entity/en/Hims", "entity/en/Homs", "the same place")]
    append(Path(settings.store) / "ledger.tsv", lines)
    assert kg(settings, "show", f"{BASE}entity/en/Hims").output == f"name Hims\nmerged into {HOMS}\n"
    assert kg(settings, "split", f"{BASE}entity/en/Hims").exit_code == 0
    assert known(settings).separate == {("entity/en/Hims", "entity/en/Homs")}


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (("merge", HAMA, HAMA), "cannot be merged into itself"),
        (("merge", HAMA, HOMS), "is <http://127.0.0.1:8000/entity/en/Hama> or merged into it"),
        (("merge", HOMS, HAMA), "is merged already: name"),
        (("merge", f"{BASE}publisher/news", HAMA), "is of the kind publisher"),
        (("merge", f"{BASE}publisher/news", "Shops"), "is of the kind publisher"),
        (("merge", f"{BASE}entity/en/Nowhere", HAMA), "knows no entity"),
        (("merge", f"{BASE}day/2011-11-08", HAMA), "is not the IRI of an event, an entity"),
        (("split", HAMA), "is not merged into anything"),
        (("split", "Shops"), "is not merged into anything"),
        (("split", f"{BASE}entity/en/Nowhere"), "knows no entity"),
        (("restore", "Shops"), "is not withdrawn"),
        (("restore", HAMA), "is not the IRI of an event"),
        (("show", f"{BASE}category/sports"), "knows no category"),
    ],
)
def test_invalid_options_are_refused_in_one_line(
    events: dict[str, str], settings: Settings, command: tuple[str, ...], why: str
) -> None:
    kg(settings, "merge", HOMS, HAMA)
    before = (Path(settings.store) / "ledger.tsv").read_bytes()
    result = kg(settings, command[0], *(events.get(one, one) for one in command[1:]))
    assert (result.exit_code, result.output.count("\n")) == (2, 1)
    assert why in result.output
    assert (Path(settings.store) / "ledger.tsv").read_bytes() == before


def test_publishers_and_categories_can_be_merged(built: Built, settings: Settings) -> None:
    assert built
    append(Path(settings.store) / "ledger.tsv", [Name("publisher/sample.example", "Sample Post")])
    assert kg(settings, "merge", f"{BASE}publisher/sample.example", f"{BASE}publisher/example.org").exit_code == 0
    assert kg(settings, "show", f"{BASE}category/business").exit_code == 0


def test_verify_prints_the_root_and_the_counts(built: Built, settings: Settings) -> None:
    result = kg(settings, "verify")
    assert result.exit_code == 0
    assert result.output.splitlines()[0] == f"root {built.snapshot.manifest.ledger_root}"
    assert "text 2" in result.output.splitlines()


def test_verify_says_why_a_ledger_is_not_whole(built: Built, settings: Settings) -> None:
    assert built
    file = Path(settings.store) / "ledger.tsv"
    file.write_text(file.read_text().replace("Shops in", "Stores in"))
    result = kg(settings, "verify")
    assert (result.exit_code, result.output.count("\n")) == (2, 1)
    assert "lines of the month 2011-11" in result.output
