"""Which events the ledger recognises by the texts of their revisions, and the exact limits of that."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.dialects.item import Item, Origin
from kg.dialects.record import Citation
from kg.events.claims import Claims
from kg.events.lines import Text
from kg.events.recognise import may_move, new_texts, recall, recognise, short_hash, text_of
from kg.events.timeline import Capture, Event, Listing, Timeline
from kg.rdf.iri import revision_name

DAY = date(2011, 11, 8)
NOON = datetime(2011, 11, 8, 12, tzinfo=UTC)
KEY, OTHER = "2011-11-08/aaaaaaaaaa", "2011-11-08/bbbbbbbbbb"
TEN = "one two three four five six seven eight nine ten"
SEVEN_OF_TEN = "one two three four five six seven acht neun zehn"


def source(number: int) -> str:
    return f"https://example.org/{number}"


def item(title: str, *sources: int, day: date = DAY, printed: str = "") -> Item:
    citations = tuple(Citation(source(one)) for one in sources)
    return Item(Origin.ENTRY, "en", day, "item-1", title, citations=citations, printed=printed)


def known(title: str, *sources: int, key: str = KEY, day: date = DAY, printed: str = "") -> Text:
    hashes = tuple(sorted(hashlib.sha256(source(one).encode()).hexdigest()[:8] for one in sources))
    return Text(day, "en", key, "0123456789ab", printed, hashes, title)


def followed(items: Sequence[Item], texts: Sequence[Text] = ()) -> tuple[Timeline, Claims]:
    by_key: dict[str, list[Text]] = {}
    for one in texts:
        by_key.setdefault(one.key, []).append(one)
    claims = Claims(texts=by_key, keys=set(by_key))
    timeline = Timeline(claims)
    timeline.step([Capture(f"page {n}", (Listing(one, f"page {n}"),)) for n, one in enumerate(items)], NOON)
    return timeline, claims


def carried_on(lost: Sequence[Text], *shown: Item) -> dict[str, str]:
    """Return the titles of the events that are recognised, by their keys, once the ledger has lost these texts."""
    timeline, claims = followed(shown, lost)
    recognise(timeline, claims)
    return {key: event.item.title for key, event in timeline.events.items() if key in claims.texts}


# ---- Rewordings.


def test_without_a_shared_source_a_rewording_has_seven_words_of_ten_in_common() -> None:
    assert carried_on([known(TEN)], item(SEVEN_OF_TEN)) == {KEY: SEVEN_OF_TEN}
    # nine of thirteen is slightly less
    thirteen = " ".join(f"{TEN} elf zwoelf dreizehn".split())
    other = " ".join([*thirteen.split()[:9], "a1", "a2", "a3", "a4"])
    assert carried_on([known(thirteen)], item(other)) == {}


def test_a_shared_source_makes_half_of_the_words_enough() -> None:
    half = "one two three four five sechs sieben acht neun zehn"
    assert carried_on([known(TEN, 1)], item(half, 1)) == {KEY: half}
    assert carried_on([known(TEN, 1)], item(half, 2)) == {}


@pytest.mark.parametrize(
    ("one", "other", "is_one"),
    [
        ("Sarah", "Sarha", False),
        ("Sarah", "Sarag", True),
        ("Sarah", "Sarahs", True),
        ("Sarah", "Xarah", True),
        ("Sarah", "Sarahan", False),
        ("Sara", "Sarb", False),
        ("Sara", "Sarah", False),
        ("Sarah", "Sxrax", False),
        ("Sarah", "sarah", True),
        ("X", "Y", True),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_names_of_five_letters_that_differ_in_one_are_a_slip_and_others_are_two(
    one: str, other: str, is_one: bool, turned: bool
) -> None:
    one, other = (other, one) if turned else (one, other)
    old, new = f"{one} wins the long race in rain", f"{other} wins the long race in rain"
    assert bool(carried_on([known(old)], item(new))) is is_one


def test_an_extra_name_on_one_side_alone_does_not_make_another_event() -> None:
    assert carried_on([known("Sarah wins the long race in rain")], item("Sarah Smith wins the long race in rain"))
    assert carried_on([known("Sarah Smith wins the long race in rain")], item("Sarah wins the long race in rain"))


def test_other_names_tell_of_another_event_unless_the_source_is_shared_and_the_rest_is_alike() -> None:
    one, other = f"Sarah {SEVEN_OF_TEN}", f"Thomas {SEVEN_OF_TEN}"
    assert carried_on([known(one)], item(other)) == {}
    assert carried_on([known(one, 1)], item(other, 1)) == {KEY: other}
    little = "Thomas one two three four five sechs sieben eins zwei drei"
    assert carried_on([known(f"Sarah {TEN}", 1)], item(little, 1)) == {}


def test_another_event_that_is_shown_and_nearly_as_alike_leaves_it_in_doubt() -> None:
    rival = item(f"{TEN} elf")
    assert carried_on([known(SEVEN_OF_TEN)], item(TEN), rival) == {}
    assert carried_on([known(SEVEN_OF_TEN)], item(TEN), item("A harbour opens")) == {KEY: TEN}


def test_where_a_source_is_shared_only_those_that_share_one_are_in_doubt() -> None:
    timeline, claims = followed([item(f"{TEN} elf", 2)])
    claims.texts[KEY] = [known(SEVEN_OF_TEN, 1)]
    timeline.minted.clear()
    timeline.step([Capture("new", (Listing(item(TEN, 1), "new"),))], NOON)
    assert recognise(timeline, claims) == {KEY}


def test_two_lost_events_with_a_rewording_each_are_both_found_on_their_days() -> None:
    later = DAY + timedelta(1)
    other = "red green blue white black brown grey pink gold rost"
    lost = [known(TEN), known("red green blue white black brown grey lila gelb weiss", key=OTHER, day=later)]
    assert carried_on(lost, item(SEVEN_OF_TEN), item(other, day=later)) == {KEY: SEVEN_OF_TEN, OTHER: other}


def test_a_rewording_is_told_apart_from_what_was_found_without_doubt() -> None:
    for shown, found in ((SEVEN_OF_TEN, {KEY}), (TEN, set())):
        timeline, claims = followed([item(shown, day=DAY if found else DAY + timedelta(1))], [known(TEN)])
        assert recognise(timeline, claims) == found
        assert set(timeline.events) == {KEY}


# ---- The same words on another day, the same print.


@pytest.mark.parametrize(("days", "moves"), [(0, False), (1, True), (7, True), (8, False), (-7, True), (-8, False)])
def test_the_same_words_move_by_a_week_at_most(days: int, moves: bool) -> None:
    assert may_move(known(TEN), known(TEN, day=DAY + timedelta(days))) is moves


def test_a_moved_event_has_the_same_sources_and_language() -> None:
    later = DAY + timedelta(1)
    assert may_move(known(TEN, 1, 2), known(TEN, 2, 3, day=later))
    assert not may_move(known(TEN, 1), known(TEN, 2, day=later))
    assert not may_move(known(TEN, 1), known(TEN, day=later))
    assert not may_move(known(TEN), known(TEN, 1, day=later))
    assert not may_move(known(TEN), known(TEN, day=later)._replace(language="zh"))


def test_the_same_words_in_two_lost_or_two_shown_events_lead_to_none() -> None:
    later = DAY + timedelta(1)
    assert carried_on([known(TEN)], item(TEN, day=later)) == {KEY: TEN}
    assert carried_on([known(TEN), known(TEN, key=OTHER)], item(TEN, day=later)) == {}
    assert carried_on([known(TEN)], item(TEN, day=later), item(TEN, day=DAY + timedelta(2))) == {}


def test_the_same_printed_text_is_the_same_event_in_any_wording() -> None:
    lost = known("No word of it", printed=short_hash("* printed so", 12))
    assert carried_on([lost], item(TEN, printed="* printed so")) == {KEY: TEN}
    assert carried_on([lost], item(TEN, printed="* printed otherwise")) == {}
    assert carried_on([lost], item(TEN, day=DAY + timedelta(1), printed="* printed so")) == {}


def test_an_event_with_an_identifier_of_its_own_is_never_another_in_new_words() -> None:
    own = replace(item(SEVEN_OF_TEN), identifier="id-1", has_own_id=True)
    assert carried_on([known(TEN)], own) == {}


def test_an_event_that_is_still_shown_is_not_lost() -> None:
    timeline, claims = followed([item(TEN)])
    [key] = timeline.events
    claims.texts[key] = [known(TEN, key=key)]
    assert recognise(timeline, claims) == set()
    assert set(timeline.events) == {key}


# ---- What the ledger keeps of revisions.


@given(st.text(), st.integers(1, 64))
def test_a_short_hash_is_the_beginning_of_the_sha_256(text: str, digits: int) -> None:
    assert short_hash(text, digits) == hashlib.sha256(text.encode()).hexdigest()[:digits]


def shown(one: Item) -> Event:
    [event] = followed([one])[0].events.values()
    return event


def test_a_text_has_eight_digits_of_each_source_sorted_and_twelve_of_what_is_printed() -> None:
    event = shown(item(TEN, 3, 1, 2, printed="* printed so"))
    text = text_of(event, event.current)
    hashes = sorted(hashlib.sha256(source(one).encode()).hexdigest()[:8] for one in (1, 2, 3))
    assert text.sources == tuple(hashes)
    assert text.printed == hashlib.sha256(b"* printed so").hexdigest()[:12]
    assert (text.day, text.language, text.key, text.text) == (DAY, "en", event.key, TEN)
    assert text.revision == revision_name(event.current)


def test_a_text_of_a_dialect_that_does_not_tell_what_is_printed_has_no_hash_of_it() -> None:
    event = shown(item(TEN))
    assert (text_of(event, event.current).printed, text_of(event, event.current).sources) == ("", ())


def test_only_texts_that_the_ledger_lacks_are_new_and_the_current_one_is_last() -> None:
    timeline, _ = followed([item(TEN)])
    timeline.step([Capture("page 0", (Listing(item(SEVEN_OF_TEN), "page 0"),))], NOON + timedelta(hours=1))
    [event] = timeline.events.values()
    before, now = (text_of(event, one) for one in event.revisions)
    assert (before.text, now.text) == (TEN, SEVEN_OF_TEN)
    assert new_texts(event, []) == [before, now]
    assert new_texts(event, [before]) == [now]
    assert new_texts(event, [before, now]) == []
    assert new_texts(event, [now]) == [before, now]
    assert new_texts(event, [now, before]) == [now]
    for changed in ({"day": DAY + timedelta(1)}, {"printed": "0123456789ab"}):
        assert new_texts(event, [before, now._replace(**changed)]) == [now]


def test_a_revision_that_only_the_ledger_knows_is_recorded_unless_its_text_is_hidden() -> None:
    event = shown(item(TEN))
    gone = known("An earlier wording", key=event.key)
    hidden = known(f"sha256:{'0' * 24}", key=event.key)._replace(revision="ba9876543210")
    recall(event, [gone, hidden, text_of(event, event.current)])
    assert (event.recorded, event.renamed) == ({gone.revision: "An earlier wording"}, {})


def test_a_revision_that_is_printed_as_one_that_is_shown_has_its_name_from_now_on() -> None:
    event = shown(item(TEN, printed="* printed so"))
    gone = known("Read otherwise", key=event.key, printed=short_hash("* printed so", 12))
    recall(event, [gone])
    assert (event.recorded, event.renamed) == ({}, {gone.revision: revision_name(event.current)})
