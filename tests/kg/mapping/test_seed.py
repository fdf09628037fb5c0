"""Which listings are one event, and that the key of an event never changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from kg.dialects.item import Former, Item, Origin
from kg.events.claims import Claims
from kg.events.ledger import Ledger
from kg.events.timeline import Capture, Event, Listing, Timeline

DAY = date(2011, 11, 8)
WORDS = (
    "A bridge opens over the river",
    "Parliament votes on taxes tonight",
    "Two trains collide near Kyoto",
    "The volcano erupts again",
    "Scientists find water on Mars",
    "Her team wins the final",
    "Prices of bread double",
    "An orchestra plays in the ruins",
)


def bullet(title: str, *, subject: str = "", number: int = 1) -> Item:
    return Item(Origin.ENTRY, "en", DAY, f"item-{number}", title, subject=subject)


def page(title: str, slug: str, *former: Former, language: str = "en") -> Item:
    return Item(Origin.PAGE, language, DAY, "", title, slugs=(slug,), former=former)


def line(title: str, slug: str) -> Item:
    return Item(Origin.INDEX, "en", DAY, "item-1", title, slugs=(slug,))


def captured(items: Sequence[Item]) -> list[Capture]:
    """Return a page with all bullets, and one for each other item."""
    groups = {"bullets": [item for item in items if item.origin is Origin.ENTRY]}
    groups |= {f"page-{n}": [item] for n, item in enumerate(items) if item.origin is not Origin.ENTRY}
    return [
        Capture(path, tuple(Listing(item, f"http://a.example/{path}") for item in group))
        for path, group in groups.items()
    ]


def identified(*items: Item, claims: Claims | None = None) -> list[Event]:
    timeline = Timeline(Claims() if claims is None else claims)
    timeline.step(captured(items), None)
    return list(timeline.events.values())


def keys(titles: Sequence[str], ledger: Ledger) -> dict[str, str]:
    """Build a day with these bullets on a ledger, which grows; return the key of each."""
    claims = ledger.of(DAY)
    events = identified(*(bullet(title, number=n) for n, title in enumerate(titles, 1)), claims=claims)
    ledger.extend(claims.added)
    return {event.item.title: event.key for event in events}


# ---- What is one event.


def test_the_same_wording_is_one_event() -> None:
    [event] = identified(bullet(WORDS[0]), page(f" {WORDS[0].upper()} ", "s"), line(WORDS[0], "s"))
    assert [listing.item.origin for listing in event.listings] == [Origin.ENTRY, Origin.PAGE, Origin.INDEX]


def test_the_bullet_tells_the_content_before_page_and_index() -> None:
    [event] = identified(line(WORDS[0], "s"), page(WORDS[0], "s"), bullet(WORDS[0]))
    assert event.item.origin is Origin.ENTRY


def test_different_wordings_are_different_events() -> None:
    assert len(identified(*map(bullet, WORDS))) == len(WORDS)


def test_a_bullet_twice_on_a_page_is_one_event() -> None:
    [event] = identified(bullet(WORDS[0], number=1), bullet(WORDS[0], number=2))
    assert len(event.listings) == 2


def test_the_subject_before_a_colon_does_not_tell_events_apart() -> None:
    assert len(identified(bullet(f"Floods: {WORDS[0]}", subject="Floods: "), page(f"Floods::{WORDS[0]}", "s"))) == 1
    assert len(identified(bullet(f"Floods: {WORDS[0]}", subject="Floods: "), page(WORDS[0], "s"))) == 1


def test_the_same_slug_is_one_event() -> None:
    [event] = identified(page(WORDS[0], "s"), line(WORDS[1], "s"))
    assert event.item.title == WORDS[0]


def test_a_bullet_is_never_found_by_its_slug() -> None:
    first = Item(Origin.ENTRY, "en", DAY, "item-1", WORDS[0], slugs=("s",))
    second = Item(Origin.ENTRY, "en", DAY, "item-2", WORDS[1], slugs=("s",))
    assert len(identified(first, second)) == 2


def test_a_former_wording_that_a_page_prints_is_the_same_event() -> None:
    changed = page(WORDS[0], "s", Former(1, WORDS[1], "t"))
    assert len(identified(bullet(WORDS[1]), changed)) == 1
    assert len(identified(page(WORDS[1], "t"), changed)) == 1


def test_editions_are_never_one_event() -> None:
    assert len(identified(page(WORDS[0], "s"), page(WORDS[0], "s", language="zh"))) == 2


def test_a_claim_is_not_taken_from_another_event() -> None:
    claims = Claims()
    claims.claim(DAY, "en", "2011-11-08/aaaaaaaaaa", ["one"], ["s"])
    before = dict(claims.known)
    identified(page(WORDS[0], "t", Former(1, "One", "s")), page(WORDS[1], "u", Former(1, "One", "s")), claims=claims)
    assert before.items() <= claims.known.items()


def test_a_key_that_another_event_has_is_not_given_again() -> None:
    [taken] = keys([WORDS[0]], Ledger()).values()
    claims = Claims()
    claims.claim(DAY, "en", taken, ["something else"], [])
    [event] = identified(bullet(WORDS[0]), claims=claims)
    assert event.key != taken


# ---- Keys are stable.


days = st.lists(st.sampled_from(WORDS), unique=True)


@given(st.lists(days, min_size=2, max_size=5))
def test_inserting_moving_and_deleting_items_changes_nobodys_key(versions: list[list[str]]) -> None:
    ledger, known = Ledger(), dict[str, str]()
    for titles in versions:
        found = keys(titles, ledger)
        assert len(set(found.values())) == len(titles)
        assert all(known.get(title, key) == key for title, key in found.items())
        known |= found


@given(days, st.randoms(use_true_random=False))
def test_without_a_ledger_the_order_of_items_changes_nobodys_key(titles: list[str], random: object) -> None:
    shuffled = sorted(titles, key=lambda _: random.random())
    assert keys(titles, Ledger()) == keys(shuffled, Ledger())


@given(days)
def test_a_second_build_adds_nothing_to_the_ledger(titles: list[str]) -> None:
    ledger = Ledger()
    keys(titles, ledger)
    claims = ledger.of(DAY)
    identified(*map(bullet, titles), claims=claims)
    assert claims.added == []
