"""English sentences: did the event happen in Homs, or at the place marked by {braces}?"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from kg.entities import location
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
def test_an_attacked_entered_or_left_place_is_the_location(text: str) -> None:
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
def test_text_after_background_is_not_background(text: str) -> None:
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


def test_a_name_in_the_middle_of_a_word_is_not_a_name() -> None:
    assert not located("Shots in trans-{Homs}-line.")


@pytest.mark.parametrize(
    "text",
    ["Relief arrives in tense {Homs}.", "Snow falls in central and southern {Chile}.",
     "Shots in two districts of {Homs}.",
     "Power fails in Hama and most of {Homs}.", "Shots in three towns: Hama, Idlib and {Homs}.",
     "Shots in several cities, such as Hama and {Homs}.", "Shots in Hama as well as the city of {Homs}.",
     "Shots at the railway station, {Homs}.", "Shots in Mumbai ({Bombay}).", "Shots in St. Mary, {Jamaica}.",
     "Snow in Mar del Plata, {Argentina}.", 'Rebels say that they have entered "{Homs}".',
     "Shots in oil-rich {Kirkuk}.", "Shots in the middle of {Homs}."],
)  # fmt: skip
def test_a_phrase_is_read_over_adjectives_numbers_parts_and_lists(text: str) -> None:
    assert located(text)


@pytest.mark.parametrize(
    "text",
    ["A boat sinks on the {Nile}.", "A climber dies on {Kilimanjaro}.", "A plane passes over {Homs}.",
     "Dust falls on {Homs}.", "Thousands take to the streets of {Homs}.", "The fire spreads beyond {Homs}.",
     "A train crashes between Hama and {Homs}.", "A tunnel caves in under the {Suez Canal}.",
     "A guard is shot by the {Syria} border.", "Air raids by the army on {Homs} go on.",
     "Shots just outside of {Homs}.",
     "The envoy speaks on a trip to {Homs}.", "Ash spews from {Etna}.", "Two are released from a {Homs} prison.",
     "The eclipse is visible from {Chile}.", "The eruption of {Etna} goes on."],
)  # fmt: skip
def test_a_preposition_leads_there_by_the_word_that_it_belongs_to(text: str) -> None:
    assert located(text)


@pytest.mark.parametrize(
    "text",
    ["People protest against the visit of the envoy to {Homs}.", "The envoy's planned trip to {Homs} is off.",
     "The ship is headed to {Tartus}.", "Guards keep people from entering {Homs}.",
     "A mission without access to {Homs}."],
)  # fmt: skip
def test_a_journey_that_is_opposed_forbidden_or_only_begun_leads_nowhere(text: str) -> None:
    assert not located(text)


@pytest.mark.parametrize(
    "text",
    ["A fire forces hundreds of people to flee {Homs}.", "He becomes the first pope to visit {Homs}.",
     "The army begins an offensive to retake {Homs}.", "Dozens try to flee {Homs}.",
     "Crowds fill the streets of {Homs}.", "The army closes the airport of {Homs}."],
)  # fmt: skip
def test_a_verb_tells_a_fact_although_it_is_not_a_finite_one(text: str) -> None:
    assert located(text)


@pytest.mark.parametrize(
    "text",
    ["{Iceland}'s largest volcano erupts.", "Mount {Etna}, a volcano on Sicily, erupts.",
     "Hama and {Homs} are shelled.",
     "{Homs} Airport is attacked.", "{Haiti} suffers heavy flooding.", "{Mexico} reports its first case of cholera.",
     "{Chile} declares a state of emergency.", "{Latvia} votes in a referendum.", "Rain falls, with {Ohio} badly hit.",
     "Food reaches flood-stricken {Sindh}.", "It is {Japan}'s worst flood in ten years.",
     "As {Etna} erupts, roads shut."],
)  # fmt: skip
def test_a_place_that_something_befalls_is_the_location_with_its_parts(text: str) -> None:
    assert located(text)


@pytest.mark.parametrize(
    "text",
    ["The President of {Chad} is attacked.", "Five {Chad} soldiers are held.", "{Chad} reports a surplus.",
     "A split grows in {Italy}'s ruling Union of Democrats Party.", "She wins in {Malta}'s Sliema by-election.",
     "In {France} football, a coach resigns."],
)  # fmt: skip
def test_who_acts_for_a_place_or_is_named_after_it_is_not_the_place(text: str) -> None:
    assert not located(text)


@pytest.mark.parametrize(
    "text",
    ["Three are fined for smoking in {Homs}.", "Police foil a plot to blow up a bridge in {Homs}.",
     "The man behind it all, the leader of a sect in {Homs}, dies.", "Doe, captured in {Mali} in May, is freed.",
     "Two tourists kidnapped in {Mali} are freed.", "Two men captured in {Mali} a year ago speak.",
     "He won the games in {Athens} in 2004.", "Talks on the worsening crisis in {Homs} fail.",
     "Crowds in Hama march against the air strikes in {Homs}.", "Cargo bound for {Homs} is lost.",
     "Envoys speak about crimes against humanity in {Homs}."],
)  # fmt: skip
def test_reasons_plots_persons_and_what_was_before_are_background(text: str) -> None:
    assert not located(text)


@pytest.mark.parametrize(
    "text",
    ["Triplets are born in {Homs}.", "She is jailed for six years in {Homs}.", "The group claims responsibility for"
     " burning a depot in {Homs}.", "He is convicted of fraud by a court in {Homs}.",
     "A toll from a blaze that destroyed a mill in {Homs} rises.", "A plane bound for Hama crashes in {Homs}.",
     "Thein, the head of a party, visits {Homs}.", "The envoy is involved in a car accident in {Homs}.",
     "An outbreak that has made many ill in {Homs} goes on."],
)  # fmt: skip
def test_a_clause_that_looks_like_background_but_reports_an_event_is_not_background(text: str) -> None:
    assert located(text)


@pytest.mark.parametrize(
    "text",
    ["The talks in {Geneva} will begin soon.",
     "A team is to be sent to {Homs}.", "Tickets for the games to be held in {Homs} go on sale.",
     "The state forbids trade in {Homs}.", "A meeting in {Homs} which will take place soon is prepared.",
     "The firm could have its licence withdrawn in {Homs}.", "They agreed to meet in {Homs}."],
)  # fmt: skip
def test_what_is_to_come_or_forbidden_is_background(text: str) -> None:
    assert not located(text)


@pytest.mark.parametrize(
    "text",
    ["The Pope urges calm at a meeting in {Homs}.", "Asking for calm, thousands march in {Homs}.",
     "The league calls for calm as fighting goes on in {Homs}.", "Officials give no hope for the missing in {Homs}.",
     "Trains stop due to rain in {Homs}.", "Will Rogers speaks in {Homs}.",
     "Fights between opposing groups in {Homs}."],
)  # fmt: skip
def test_facts_beside_wishes_and_fears_are_real(text: str) -> None:
    assert located(text)


@pytest.mark.parametrize("text", ["Shots near the {Gaza}\u2013Egypt border.", "Shots near the Gaza-{Egypt} border."])
def test_both_names_of_a_border_are_places(text: str) -> None:
    assert located(text)


@pytest.mark.parametrize(
    "text",
    ["{Manila} is placed under curfew.", "The {River Thames} bursts its banks.", "An {Akron, Ohio} fire kills seven.",
     "{Iran} goes to the polls.", "A storm is over, with {Ohio} being the worst affected.",
     "The city of {Hallam} was mostly destroyed.", "Mogadishu and {Merca} residents flee."],
)  # fmt: skip
def test_many_verbs_say_what_befalls_a_place(text: str) -> None:
    assert located(text)


@pytest.mark.parametrize(
    "text",
    ["A bus overturns on the road between Sucre and {Potosi}.", "A landslide hits a highway close to {Keelung}.",
     "Militants take over the town of {Harem}.", "Leaders converge on {Pittsburgh}.", "A boat sinks off of {Hull}.",
     "A state of emergency is declared for {Florida}.", "Militants fire rockets from Gaza into {Israel}.",
     "Shots fall in three cities ({Fresnillo}, Monterrey).", "Drought reigns in two counties - {Kent} and Surrey.",
     "A helicopter ditches near St. John's, {Newfoundland}."],
)  # fmt: skip
def test_ways_and_lists_lead_to_the_place(text: str) -> None:
    assert located(text)


@pytest.mark.parametrize(
    "text",
    ["Hamas executes men (of whom one was convicted of treason) in {Gaza}.", "Dozens are feared dead in {Guizhou}.",
     "The leaders' debates take place in {London}.", "Gunmen kill Doe, a commander of the group in {Kismayo}.",
     "Doe wins the contest for Turkey, held in {Riga}.", "It marks the anniversary of the war with a parade in {Homs}.",
     "Leaders agree to seek closer relations in a meeting in {Rome}."],
)  # fmt: skip
def test_other_facts_in_the_sentence_do_not_make_the_place_background(text: str) -> None:
    assert located(text)


@pytest.mark.parametrize(
    "text",
    ["A prison in Bruges, {Belgium}, will close.", "A train going from Moscow to {Kazan} derails near Tver.",
     "The bank approves a loan for a plant in {Homs}.", "Doe, head of the movement in {Uganda}, speaks.",
     "These are the New Wonders: Petra, the statue of Rio, the Colosseum in {Rome}.", "Doe is denied access to {Homs}.",
     "Doe cancels a visit to {Jerusalem}.", "The gust of 1996 at Barrow Island, {Australia} in 1996 is confirmed.",
     "The leader speaks of the upcoming summit in {Seoul}.", "A monk burns in protest of the occupation of {Tibet}."],
)  # fmt: skip
def test_a_place_of_something_planned_or_only_named_is_not_a_location(text: str) -> None:
    assert not located(text)


def test_no_table_has_a_word_twice() -> None:
    for file in Path(location.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "word_set":
                words = [word for one in node.args if isinstance(one, ast.Constant) for word in str(one.value).split()]
                assert len(words) == len(set(words)), f"{file.name}, line {node.lineno}"
