"""Events in two languages that may be the same are listed, and stay two events."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from kg.entities.candidates import COMMON, candidates
from kg.entities.uses import Use
from kg.pipeline import run
from kg.settings import load

DAY = date(2019, 7, 18)


def use(event: str, language: str, *titles: str, day: date = DAY, current: bool = True) -> Use:
    return Use(event, day, language, (), titles, (), current)


def test_events_that_name_the_same_things_in_two_languages_are_candidates() -> None:
    found = candidates(
        [
            use("a", "de", "Kyōto", "Kyōto Animation", "Japan"),
            use("b", "en", "Kyoto Animation", "Japan", "Arson"),
            use("c", "en", "Japan", "Election"),
            use("d", "de", "Kyōto Animation", "Japan"),
        ]
    )
    assert [(one.event, one.other) for one in found] == [("a", "b"), ("d", "b")]
    assert sorted(found[0].shared) == ["Japan", "Kyōto Animation"]


def test_other_days_former_wordings_and_very_common_names_make_no_candidates() -> None:
    assert candidates([use("a", "de", "X", "Y"), use("b", "en", "X", "Y", day=date(2019, 7, 19))]) == []
    assert candidates([use("a", "de", "X", "Y"), use("b", "en", "X", "Y", current=False)]) == []
    many = [use(f"{number}", "en", "Japan", "Tokio") for number in range(COMMON + 1)]
    assert candidates([use("a", "de", "Japan", "Tokio"), *many]) == []


def test_an_event_without_links_names_what_it_prints_of_what_another_language_links() -> None:
    linked = use("a", "de", "Kyōto Animation", "Japan (Staat)", "Brand")
    plain = [
        use("b", "en")._replace(text="A man sets fire to Kyoto Animation, a studio."),
        use("c", "en")._replace(text="Animation is taught in Kyoto."),
        use("d", "de")._replace(text="Kyōto Animation brennt."),
        *(use(f"e{number}", "en")._replace(text=f"Japan elects member {number}.") for number in range(3)),
    ]
    found = candidates([linked, *plain])
    assert [(one.event, one.other, one.shared) for one in found] == [("a", "b", ("Kyōto Animation",))]


def test_one_event_in_a_german_month_and_an_english_day_stays_two_and_is_listed(tmp_path: Path) -> None:
    archive, store = tmp_path / "archive", tmp_path / "store"
    (archive / "de").mkdir(parents=True)
    (archive / "2019_July_18.txt").write_text("* A fire in [[Kyoto]] kills people at [[Kyoto Animation]].\n")
    month = "=== 18. Juli 2019 ===\n* [[Kyōto]]/[[Japan]]: Bei einem Brand bei [[Kyōto Animation]] sterben Menschen.\n"
    (archive / "de" / "2019_Juli.txt").write_text(month)
    built = run.build([archive], load({}, store=str(store), jobs=1))
    assert built.report["counts"]["events"] == 2
    (pair,) = built.report["candidates"]
    assert sorted(pair["both name"]) == ["Kyōto", "Kyōto Animation"]
    assert "/event/2019-07-18/" in pair["event"]
