"""English sentences: did it happen at Homs, or at whatever place {braces} mark?"""

from __future__ import annotations

import pytest

from kg.entities.location.english import is_located


def located(marked: str) -> bool:
    start, end = marked.index("{"), marked.index("}") - 1
    return is_located(marked.replace("{", "").replace("}", ""), start, end)


@pytest.mark.parametrize(
    "before",
    ["in", "In", "at", "near", "outside", "inside", "around", "across", "throughout", "off", "in the", "in the city of",
     "near the Syrian city of", "in the port of", "in Syria's third city", "in rebel-held", "in the rebel held",
     "in the cities of Hama and", "in Idlib, Hama and", "in the northern Syrian cities of Idlib, Hama and",
     "10 miles north of", "20 km from", "south-west of", "in Al-Qusayr,", "in the outskirts of", "in parts of",
     "on the border with", "in other cities including"],
)  # fmt: skip
def test_a_preposition_that_governs_the_name_makes_it_the_location(before: str) -> None:
    assert located(f"Shots fall {before} {{Homs}} at night.")


@pytest.mark.parametrize(
    "text",
    ["The army shells the city of {Homs}.", "Troops enter {Homs} and Hama.", "Rebels besiege Hama and {Homs}.",
     "Rebels leave {Homs}.", "An earthquake strikes {Tajikistan}, killing two.", "The minister visits {Homs}.",
     "The army continues to shell {Homs}.", "The bombardment of {Homs} goes on.", "An attack on {Homs} kills two.",
     "The army launches an offensive against the city of {Homs}.", "The siege of the besieged city of {Homs} ends.",
     "Five die in the Baba Amr district of {Homs}.", "A bomb falls on the streets of {Homs}.",
     "Residents of {Homs} flee."],
)  # fmt: skip
def test_what_is_attacked_entered_or_left_is_the_location(text: str) -> None:
    assert located(text)


@pytest.mark.parametrize(
    "text",
    ["Tanks are sent to {Homs}.", "The envoy travels to the city of {Homs}.", "Rebels withdraw from {Homs}.",
     "Hundreds are evacuated from {Homs}.", "Troops pour into {Homs}.", "The envoy begins a visit to {Homs}.",
     "A rocket is launched from {Kourou}, French Guiana."],
)  # fmt: skip
def test_a_journey_has_the_places_that_it_reaches_and_leaves(text: str) -> None:
    assert located(text)


@pytest.mark.parametrize(
    "text",
    ["{Homs} remains under siege.", "The city of {Homs} is bombarded.", "{Homs}, Syria, is hit by rockets.",
     "{Paris} hosts a summit.", "{Bolivia} holds a referendum.", "Mount {Sinabung} erupts."],
)  # fmt: skip
def test_what_something_befalls_is_the_location(text: str) -> None:
    assert located(text)


@pytest.mark.parametrize(
    "text",
    ["Shots fall in {Syria}'s third city.", "Shots fall in {China}'s Xinjiang region.",
     "A bomb explodes in a {Baghdad} market.",
     "Shots fall near {Kabul} Airport.", "Two die in a {Gaza} firefight.",
     "Shots fall in the {Damascus} suburb of Jobar."]
)  # fmt: skip
def test_a_place_is_meant_before_its_part_or_a_site(text: str) -> None:
    assert located(text)


@pytest.mark.parametrize(
    "text",
    ["He comes third in the {South Carolina} primary.", "The bill fails in {Iraq}'s parliament.",
     "The essay is in the {New York} Times.", "A bomb explodes outside the {Syria}'s embassy.",
     "Shots near the {United States} consulate.", "Shots in the {Iran}\u2013Iraq War.",
     "He sails in a {Togo}-flagged ship."],
)  # fmt: skip
def test_the_name_of_something_else_is_none(text: str) -> None:
    assert not located(text)


@pytest.mark.parametrize(
    "text",
    ["{Homs} mourns.", "The city of {Homs} mourns.", "The road to {Homs} shuts.", "A train from {Homs} burns.",
     "In May, {Homs} mourns.", "In Homs, {Russia} bombs a depot.", "A bus from Nicosia in {Cyprus} to Izmir burns.",
     "Unesco names the Old Town in {Homs} a treasure.", "{Japan} recognises the state.", "Talks with {Iran} fail.",
     "The President of {Chad} speaks.", "An inquiry into {Homs} begins.", "Interest in {Homs} grows."],
)  # fmt: skip
def test_a_place_that_is_only_named_is_none(text: str) -> None:
    assert not located(text)


@pytest.mark.parametrize(
    "text",
    ["A poet, who lived in exile in {Homs}, dies.", "A general known for leading battles in {Homs} is killed in Hama.",
     "A man accused of murder in {Homs} flees.", "A court jails two over the 1996 murder of a boy in {Homs}.",
     "A bridge which was built in {Homs} falls."],
)  # fmt: skip
def test_what_is_said_of_somebody_is_background(text: str) -> None:
    assert not located(text)


@pytest.mark.parametrize(
    "text",
    ["A general known for battles in Hama is killed in {Homs}.", "A poet, who lived in Hama, dies in {Homs}.",
     "A bomb that killed two in {Homs} was home-made.", "He says that two have died in {Homs}."],
)  # fmt: skip
def test_what_follows_background_is_none(text: str) -> None:
    assert located(text)


@pytest.mark.parametrize(
    "text",
    ["The league urges the army to leave {Homs}.", "France plans to open a school in {Homs}.",
     "The talks will be held in {Homs}.", "The UN condemns the massacre in {Homs}.", "France threatens to bomb {Homs}.",
     'He says: "We have no men or guns in {Homs} at all."', "Police stop a plan for attacks in {Homs}."],
)  # fmt: skip
def test_what_is_only_wanted_planned_or_said_is_background(text: str) -> None:
    assert not located(text)


def test_another_clause_tells_facts_again() -> None:
    assert located("France urges calm after a bomb explodes in {Homs}.")


def test_a_name_in_the_middle_of_a_word_is_no_name() -> None:
    assert not located("Shots in trans-{Homs}-line.")
