"""Names of places: their shared spelling, the titles whose own words say "a place", the anchors that name one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import filterfalse
from typing import Final

#: All-capital labels up to this length are acronyms (UN, SARS), not towns.
LONGEST_ACRONYM: Final = 6

#: What kind of place a title's qualifier says: "Georgia (country)".
QUALIFIERS: Final = {
    "country": "country",
    "city": "city",
    "town": "city",
    "state": "division",
    "U.S. state": "division",
    "province": "division",
    "governorate": "division",
    "region": "division",
    "department": "division",
}
#: Qualifiers of other places, which the table rarely has: "Jindo (island)".
AREAS: Final = frozenset(
    {"archipelago", "area", "borough", "county", "district", "historical region", "island", "islands", "kibbutz"}
    | {"lake", "mountain", "municipality", "neighborhood", "neighbourhood", "peninsula", "river", "settlement"}
    | {"suburb", "valley", "village", "volcano", *QUALIFIERS}
)
DIVISION_WORDS: Final = frozenset(
    {"Canton", "Department", "Emirate", "Governorate", "Krai", "Oblast", "Okrug"}
    | {"Prefecture", "Province", "Region", "State", "Territory", "Voivodeship"}
)
GENERIC_PREFIXES: Final = (
    "the ", "republic of ", "state of ", "city of ", "town of ", "province of ", "al ", "river ",
)  # fmt: skip
# Not Territory: the name "Palestinian Territory" would make "Palestinian" a name.
GENERIC_SUFFIXES: Final = (DIVISION_WORDS - {"Territory"}) | {"City", "County", "District", "River", "Peninsula"}

# A name followed by its kind of place; in lower case only after a name, not in "Chinese province".
FEATURE: Final = re.compile(
    r"(?:[\w'’.–/-]+ )+(?:"
    r"Archipelago|Atoll|Basin|Bay|Canyon|Coast|Creek|Delta|Desert|Estuary|Fjord|Glacier|Gorge|Gulf|Highlands"
    r"|Ice S(?:helf|heet)|Islands?|Isles|Lakes?|Lagoon|Massif|Mountains?|Mountain Range|Ocean|Peninsula|Plateau"
    r"|Range|Reef|River|Sea|Shoal|Straits?|Swamp|Valley|Volcano|(?:National|State|Provincial) (?:Forest|Park|Reserve)"
    r"|Borough|Canton|County|District|Emirate|Governorate|Krai|Municipality|Oblast|Okrug|Parish|Prefecture|Province"
    r"|Raion|Regency|Region|Tehsil|Territory|Township|Upazila|Voivodeship|Woreda|[Mm]etropolitan [Aa]rea"
    r")|(?:[A-ZÀ-Þ][\w'’.–-]*(?<!ian|ese|ish) )+(?:county|district|governorate|islands?|mountains|oblast"
    r"|peninsula|prefecture|province|region|river|valley)"
    r"|(?:[A-ZÀ-Þ][\w'’.–-]*(?<!'s) )+(?:Bight|Cape|[Cc]oast(?:line)?|Commune|Cove|Falls|Forest|Heights|Hills"
    r"|Inlet|[Jj]ungle|Marsh(?:es)?|Oasis|Pass|Peak|Plains?|[Rr]ainforest|Seamount|Springs|Steppe|Trench|Tundra|Waterfalls?|Wetlands)"
    r"|[A-ZÀ-Þ][\w'’-]*(?:an|ese|ish|ite) (?:Caliphate|Empire|Khanate|Kingdom|Sultanate)"
)
# A word for the kind of place, followed by its name.
NAMED_FEATURE: Final = re.compile(
    r"(?:Bay|Gulf|Isles?|Province|Sea|Straits?) of (?:the )?(?:[^\W\d_][a-zà-ÿ'’.–-]+ ?){1,2}(?<! )"
    r"|(?:Cabo|Cape|Cerro|Islas?|Île|Gunung|Jabal|Jebel|Mont|Nevado|Piton|Pulau|Wadi) (?:de la |del? |al-|el-)?"
    r"(?:[A-ZÀ-Þ][\w'’.–-]*[a-zà-ÿ] ?){1,2}(?<! )"
    r"|(?:County|Kibbutz|Lake|Lac|Lago|Loch|Lough|Moshav|Mount|River|Río|Volcán) (?:of )?"
    r"(?:[A-ZÀ-Þ][\w'’.–-]*[a-zà-ÿ] ?){1,2}(?<! )"
)
# A named part of a place: "Northern Italy", "South-East Asia", "Greater Cairo".
PART: Final = re.compile(
    r"(?:(?:(?:[Nn]orth|[Ss]outh)[- ]?)?(?:[Ee]ast|[Ww]est)(?:ern)?|[Nn]orth(?:ern)?|[Ss]outh(?:ern)?"
    r"|Central|Downtown|Greater|Inner|Lower|Mainland|Occupied|Old (?:City|Town)|Outer|Peninsular|Rural|Upper|Upstate)"
    r"(?: of| part of| [Cc]oast of)? (?:the )?(?P<whole>.+)"
)
# Words that never occur in names of such places: buildings and events at a place, people there, larger bodies.
OTHERWISE: Final = re.compile(
    r"(?:^|[ -])(?:Abbey|Academy|Agency|Airbase|Airfield|Airport|Ambassador|Archbishop|Archdiocese|Arena|Army|Arsenal"
    r"|Assembly|Association|Attorney|Avenue|Bank|Banner|Barracks|Base|Basilica|Battle|Bishop|Bombing|Bridge|Broadcasting"
    r"|Building|Bureau|Camp|Campaign|Canal|Castle|Cathedral|Cemetery|Center|Centre|Chamber|Chapel|Championships?|Church|Circuit"
    r"|Cinema|Club|College|Commission|Commissioner|Committee|Company|Complex|Conference|Congress|Congressional|Consul"
    r"|Consulate|Control|Corporation|Council|Court|Crash|Dam|Department|Derby|Diocese|Dispute|Economic|Election|Electoral"
    r"|Embassy|Expressway|Farm|Federation|Ferry|Festival|Field|Fire|Forces?|Foundation|Freeway|Friendly|Front|Gaol|Gallery"
    r"|Games|Garden|Gardens|Gate|General|Governor|Group|Guard|Hall|Healthcare|Highway|Hospital|Hotel|House|Inc"
    r"|Incident|Independence|Information|Inn|Institute|Islamic|International|Interstate|Jail|Judge|Judicial|Junction|Laboratory"
    r"|League|Legislature|Library|Lighthouse|Line|Lists?|Manor|Masjid|Massacre|Master|Mayors?|Memorial|Memory|Metro"
    r"|Mill|Mine|Missile|Monster|Minister|Ministry|Monastery|Monument|Mosque|Movement|Museum|Office|Open|Operation|Orchestra|Palace"
    r"|Palais|Parliament|Party|Penitentiary|Pier|Piracy|Place|Plant|Plaza|Plaça|Police|Politics|Pool|Premier|President|Presidential|Prison"
    r"|Queen's|Railway|Railroad|Records|Referendum|Regiment|Residence|Road|School|Sheriff's|Shipping|Shooting|Shrine"
    r"|Society|Speaker|Square|Stadium|Station|Street|Studios?|Summit|Synagogue|Team|Temple|Terminal|Theater|Theatre"
    r"|Tour|Tower|Trade|Treaty|Trial|Tribunal|Trust|Tunnel|Union|Universidad|University|Utility|War|Works|Zoo"
    r"|Ambulance|Enterprise|Executive|Fund|Government|Harbour|Law|Medical|Navy|Protests|Service|Unified|Wedding"
    r"|MV|MS|SS|USS|HMS|RMS|MT|v|vs)(?:[ .,-]|$)"
    r"|\d| (?:at|by|for|from|in|into|on|through|to|with|against|between|after|during|over|under) "
    r"| (?!and|da|das|de|del|des|di|do|dos|du|la|le|les|of|on|sur|the|upon|al|el|ez|county|district|governorate|island"
    r"|islands|mountains|oblast|peninsula|prefecture|province|region|river|valley|metropolitan|area)[a-zà-þ]",
)

# The form of a state, followed by its name: "Kingdom of Nepal", "Federal Republic of Yugoslavia".
STATE: Final = re.compile(
    r"(?:the |The )?(?:(?:[A-Z][a-z]+ ){0,2}(?:Commonwealth|Duchy|Emirate|Empire|Kingdom|Mandate|Principality"
    r"|Protectorate|Republic|State|Sultanate)|Union) of (?:the )?(?P<name>.+)"  # "Football Union of Russia" is none
)

#: Qualifiers that are not places although they end like one: "head of state", "electoral district".
NO_AREA: Final = re.compile(r"\b(?:electoral|of)\b")
SAINT: Final = re.compile(r"St\.? (?=[A-ZÀ-Þ])")
#: Macron and dot below, and the cedilla below letters that never have one in an alphabet.
MARKS: Final = re.compile("[\u0304\u0323\u0331]|(?<=[DdHhZz])\u0327")

LETTERS = str.maketrans(
    {"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "ß": "ss"}
    | {"ı": "i", "æ": "ae", "Æ": "Ae", "œ": "oe", "ə": "a", "Ə": "A"}
    | dict.fromkeys("-‐–_", " ")
    | dict.fromkeys("'’‘ʻʼ`´ʿʾ", None)
)


def fold(name: str) -> str:
    """Reduce a name to what spellings share: no accents, apostrophes, hyphens.

    Case is kept: it distinguishes Police from police and Of from of.
    """
    if not name.isascii():
        decomposed = unicodedata.normalize("NFKD", name)
        name = "".join(filterfalse(unicodedata.combining, decomposed))
    if not (name.isascii() and name.isalpha()):
        name = " ".join(name.translate(LETTERS).split())
    return name[:1].upper() + name[1:]


def without_marks(name: str) -> str:
    """Return a name without the marks of transliterations, macrons and dots below: "Uttarakhand" for "Uttarākhand"."""
    if name.isascii():
        return name
    plain = MARKS.sub("", unicodedata.normalize("NFD", name))
    return unicodedata.normalize("NFC", plain)


def is_acronym(label: str) -> bool:
    """Return whether a label is short and all capitals, such as UN, MP or SARS."""
    return label.isupper() and len(label) <= LONGEST_ACRONYM


def split(title: str) -> tuple[str, str | None]:
    """Split a title into the name and its qualifier.

    Returns:
        "Hyde Park" and "London" for "Hyde Park, London", "Jindo" and "island" for "Jindo (island)";
        None as the second where nothing qualifies the title.

    """
    if title.endswith(")") and " (" in title:
        base, _, qualifier = title[:-1].rpartition(" (")
        return base, qualifier
    base, comma, container = title.rpartition(", ")
    return (base, container) if comma else (title, None)


def is_area(qualifier: str) -> bool:
    """Return whether a qualifier names a kind of place: "island", "South African province"."""
    return qualifier in AREAS or (qualifier.rpartition(" ")[2] in AREAS and not NO_AREA.search(qualifier))


def plain(title: str) -> str | None:
    """Return the usual form of a title, or None: "The Bahamas" for "Bahamas, The", "Saint Lucia" for "St Lucia"."""
    if title.endswith(", The"):
        return f"The {title.removesuffix(', The')}"
    abbreviated = SAINT.match(title)
    return f"Saint {title[abbreviated.end() :]}" if abbreviated else None


def is_feature(name: str) -> bool:
    """Return whether the words of a name say that it is a river, an island, a district or the like."""
    worded = NAMED_FEATURE.fullmatch(name) or (FEATURE.fullmatch(name) and " of " not in name)
    return bool(worded) and may_be_place(name)


def may_be_place(name: str) -> bool:
    """Return whether a name has no word for a building, an organisation, an office or an event."""
    return not OTHERWISE.search(name)


def whole(name: str) -> str | None:
    """Return the whole that a name names a part of: "Italy" for "Northern Italy"."""
    part = PART.fullmatch(name)
    return part["whole"] if part else None


def state(title: str) -> str | None:
    """Return the name of the state in a title: "Nepal" for "Kingdom of Nepal"."""
    form = STATE.fullmatch(title)
    return form["name"] if form else None


def without_genitive(text: str) -> str:
    """Strip the ending of a genitive: "Homs" for "Homs's" and for "Homs'"."""
    for ending in ("'s", "’s", "'", "’"):
        text = text.removesuffix(ending)
    return text


def is_name(text: str, names: Iterable[str]) -> bool:
    """Return whether the visible text of a link is a name of a place, possibly with generic words.

    True for "city of Homs"; False for a demonym ("Indian", "Homsi") and for anything else ("Prime Minister of Italy").
    """
    text = without_genitive(text.replace("''", "").strip())
    if text.count(", ") > 1:  # "Palatine, Illinois, school district"
        return False
    return _core(text) in map(_core, names)


@lru_cache(maxsize=65_536)
def _core(name: str) -> str:
    """Strip a name of qualifiers and of words for the kind of place."""
    core = fold(name).casefold().partition(" (")[0].partition(", ")[0]
    for prefix in GENERIC_PREFIXES:
        core = core.removeprefix(prefix)
    base, _, word = core.rpartition(" ")
    return base if base and word.capitalize() in GENERIC_SUFFIXES else core
