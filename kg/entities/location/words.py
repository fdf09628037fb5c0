"""The English words that tell where something happens, by what they do in a sentence. All are in lower case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final


def _set(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


def _forms(verbs: str) -> Iterator[str]:
    """Yield the forms of regular verbs."""
    for verb in verbs.split():
        stem = verb.removesuffix("e")
        plural = f"{verb[:-1]}ie" if verb.endswith("y") and verb[-2] not in "aeiou" else verb
        sibilant = "e" if verb.endswith(("s", "sh", "ch", "x")) else ""
        yield from (verb, f"{plural}{sibilant}s", f"{stem}ing")
        yield f"{plural}d" if plural != verb else f"{stem}ed"


# --- the noun phrase

ARTICLES: Final = _set("the a an")
DETERMINERS: Final = _set(
    "the a an its their his her this that these those both some several many most much all other various",
    "different numerous multiple",
)
PREPOSITIONS: Final = _set(
    "in at near inside outside around across throughout within off above along beside beyond through amid on",
    "onto upon into to toward towards from of for with by against between among under over about after before",
    "during since until as than via despite without per regarding concerning following like behind below",
    "beneath",
)
CLAUSES: Final = _set(
    "is are was were has have had will would who whom whose which that where when while because and or but if",
    "today yesterday early late last this next",
)
JOINING: Final = _set("and or & , including")
PARTS: Final = _set(
    "city cities town towns village villages capital capitals port ports province provinces state states",
    "district districts region regions governorate county counties suburb suburbs neighborhood neighborhoods",
    "neighbourhood neighbourhoods area areas island islands municipality territory territories department",
    "prefecture oblast outskirts centre center centers coast coasts coastline shore shores border borders",
    "frontier part parts streets countryside enclave stronghold resort quarter quarters valley river rivers",
    "lake sea bay gulf strait peninsula desert mountain mountains forest jungle plain waters archipelago",
    "republic kingdom emirate settlement settlements borough ward parish hills slum slums ruins heart zone",
    "interior environs summit slopes slope corner edge tip vicinity rest half majority downtown side hub",
    "metropolis north south east west northeast northwest southeast southwest north-east north-west",
    "south-east south-west camp bottom top krai raion oblasts country countries nation nations community",
    "crossing hamlet commune cantons canton",
)
SITES: Final = _set(
    "airport airbase hospital university school college mosque church cathedral temple market hotel prison",
    "jail station stadium square street avenue road highway bridge factory mine restaurant cafe bar club",
    "nightclub park zoo museum mall house home building apartment flat base checkpoint subway metro tunnel",
    "harbor harbour barracks farm field palace castle monastery synagogue basilica chapel headquarters",
    "courthouse plant refinery theater theatre arena dam pipeline",
)
NAMED_SITES: Final = SITES | PARTS
BORDERS: Final = _set("border borders frontier boundary crossing")
COMPASS: Final = _set(
    "north south east west northeast northwest southeast southwest north-east north-west south-east",
    "south-west",
)
RESIDENTS: Final = _set("residents inhabitants")
LENGTHS: Final = _set("km kilometre kilometres kilometer kilometers mile miles metres meters yards")
MODIFIERS: Final = _set(
    "largest biggest second third fourth main capital central coastal northern southern eastern western",
    "northeastern northwestern southeastern southwestern north south east west northeast northwest southeast",
    "southwest mid upper lower inner outer greater old new major key small large tiny big provincial holy",
    "ancient historic strategic remote nearby neighboring neighbouring restive rural urban mainland downtown",
    "disputed troubled breakaway besieged divided embattled volatile autonomous semi-autonomous mountainous",
    "populous densely heavily busy first financial commercial industrial port tribal federal southernmost",
    "northernmost entire whole predominantly mainly mostly flood-hit poor own last only poorest most-populous",
    "u.s. rebellious lawless impoverished wealthy affluent tourist popular occupied northerly",
    "central-northern far-western metropolitan national offshore",
)
ORDINARY_ENDINGS: Final = ("ern", "ed", "held", "controlled", "hit", "torn", "-ridden", "-most")
# Names of places that have an article of their own, by their last word or all of them.
WITH_ARTICLE: Final = _set(
    "netherlands philippines maldives bahamas emirates states republic kingdom union islands strip bank sea",
    "ocean river gulf valley desert peninsula strait mountains region province district federation vatican",
    "gambia congo balkans caucasus uk us usa sinai bronx hague americas crimea sudan ukraine lebanon yemen",
    "hebrides azores alps himalayas sahara sahel midwest west east arctic antarctic caribbean mediterranean",
    "pacific atlantic baltic levant punjab seychelles comoros hamptons everglades highlands territory",
    "territories city delta s",
)
CALENDAR: Final = _set(
    "january february march april may june july august september october november december monday tuesday",
    "wednesday thursday friday saturday sunday christmas easter ramadan today yesterday",
)

# --- what makes a place the place of what happens

LOCATING: Final = _set(
    "in at near inside outside around across throughout within off above along beside through amid into",
)
# A noun or verb before "in" that is no happening there.
NO_HAPPENING: Final = _set(
    "interest interests stake stakes share shares investment investments invest invests investing confidence",
    "trust faith believe believes belief role roles involvement policy policies succeed succeeds act acts",
    "specializing specialises inquiry investigation probe research inquiries divided split",
)
ON_LAND: Final = _set(
    "island islands coast coasts coastline border borders frontier peninsula shore shores streets river",
    "outskirts mountain mount archipelago lake bank strip plateau side edge road highway square street isle",
    "beach territory tip mainland",
)
# What behind the genitive of a place is a body of people, however it is written.
BODIES: Final = _set(
    "parliament senate congress house court government ministry minister president army navy force forces",
    "party league commission council assembly cup championship open election primary embassy consulate",
    "ambassador times post bank duma knesset bundestag guard corps police union war prix games festival",
    "university's diet cabinet agency",
)
ATTACKS: Final = _set(
    "attack attacks assault assaults offensive offensives raid raids strike strikes airstrike airstrikes",
    "bombardment bombardments bombing bombings shelling siege sieges blockade invasion occupation capture",
    "recapture seizure storming liberation evacuation destruction battle march fire ambush incursion",
    "onslaught advance advances rockets rocket missiles missile bombs shells barrage shooting massacre",
    "sacking fall control crackdown operation operations landfall landfalls",
)
OBJECT_VERBS: Final = _set(
    *_forms(
        "attack shell bomb bombard besiege capture seize recapture liberate storm raid enter evacuate rock devastate"
        " batter ravage lash pound occupy invade surround encircle reach visit tour patrol flood ransack"
        " loot torch blockade"
        " destroy abandon pummel engulf approach affect paralyse paralyze infiltrate depart attack strafe cover blanket"
    ),
    "hit hits hitting strike strikes striking struck shake shakes shaking shook shaken retake retakes",
    "retaking retook overrun overruns overran leave leaves leaving left flee flees fled fleeing overrunning",
    "swept sweeps sweeping",
)
LEAVING: Final = _set("leave leaves leaving left depart departs departing departed")
BEHIND_A_PLACE_LEFT: Final = _set(", . ; for after following in on as today and by with amid to at when while")
MOTION: Final = _set(
    "travel travels traveled travelled travelling traveling go goes went going come comes came return returns",
    "returned returning send sends sent sending fly flies flew flown deploy deploys deployed deploying",
    "transfer transfers transferred extradited extradites extradite deported deports taken brought moved",
    "moves moving fled flee flees spread spreads spreading arrive arrives arrived march marches marched",
    "rushed airlifted evacuated relocated repatriated exiled bring brings brought bringing escaped cross",
    "crosses crossed access visit deliver delivered delivers head heads headed rush rushes drive drives",
)
NOT_THERE: Final = _set("trip bound route according prior flight")
LEAVING_FROM: Final = _set(
    *_forms("withdraw evacuate escape expel retreat rescue free depart deport pull remove"),
    "fled flee flees fleeing withdrew withdrawn expelled expelling expels left leave leaves withdrawal",
    "reported rises rising rose evacuation driven launch launched launches launching takeoff",
    "take-off stolen steal steals",
    "return returns returned returning drives drove freed withdraws",
)
WHILE_BEING: Final = _set("is are was were remains remain comes come came gets has have had be")
ADVERBS: Final = _set(
    "being been reportedly again still also heavily badly now largely under brought left to constant a",
    "allegedly partially",
)
BEFALLEN: Final = _set(
    "besieged bombarded shelled hit struck rocked attacked stormed raided captured recaptured seized",
    "evacuated flooded shaken devastated overrun surrounded encircled liberated retaken bombed battered siege",
    "attack bombardment curfew lockdown standstill subjected blockaded quarantined destroyed",
)

# Verbs behind which a name with "in" says what it is, as in lists: "UNESCO names the Taj Mahal in India".
NAMING: Final = _set(
    *_forms("declare name list inscribe designate nominate add choose select include elect"),
    "chosen chose is are was were",
)
HOSTING: Final = _set("hosts hosted erupts erupt erupted overflows overflowed floods flooded")
VOTING: Final = _set("hold holds held")
VOTES: Final = _set("election elections referendum referendums vote runoff")

# --- what is told, but does not happen now

# Behind these stands what a person is, has done, or is said to have done.
PERSONAL: Final = _set("who whom whose")
RELATIVE: Final = _set("which that")
WHAT_HAPPENS: Final = _set(
    *ATTACKS,
    "explosion explosions blast blasts crash crashes earthquake quake clash clashes protest protests fire",
    "fires flood floods flooding storm storms typhoon hurricane cyclone violence fighting riots riot unrest",
    "collision accident demonstration demonstrations landslide landslides avalanche outbreak epidemic",
    "shootout firefight gunfight tornado tornadoes bomb bomber gunmen incident shootings wildfire wildfires",
    "war conflict disaster tsunami",
)
DEEDS: Final = _set(
    "murder murders killing killings assassination death deaths kidnapping genocide coup hijacking rape",
)
SAYING: Final = _set(
    "say says said report reports reported claim claims claimed confirm confirms confirmed announce announces",
    "announced state states stated believe believes believed know known reveal reveals show shows declare",
    "declares admit admits saying claiming estimated estimates estimate suggest suggests allege alleges",
    "alleged",
)
FINITE: Final = _set("is are was were has have had dies says wins becomes resigns appears arrives")
# An adjective or a participle, and a preposition behind it: "known for leading battles in".
HELD_AGAINST: Final = {
    "known": _set("for as"),
    "famous": _set("for as"),
    "best": _set("known"),
    "convicted": _set("of for in over"),
    "accused": _set("of"),
    "charged": _set("with over"),
    "charges": _set("of that over relating"),
    "suspected": _set("of"),
    "suspicion": _set("of"),
    "wanted": _set("for in by over"),
    "responsible": _set("for"),
    "blamed": _set("for"),
    "guilty": _set("of"),
    "linked": _set("to with"),
    "links": _set("to"),
    "connection": _set("with to"),
    "involved": _set("in"),
    "involvement": _set("in"),
    "role": _set("in"),
    "sought": _set("for in by"),
    "jailed": _set("for"),
    "imprisoned": _set("for"),
    "sentenced": _set("for over"),
    "trial": _set("for over"),
    "arrested": _set("for over"),
    "born": _set("in"),
    "educated": _set("in at"),
    "raised": _set("in"),
    "based": _set("in"),
    "exile": _set("in"),
    "exiled": _set("in"),
    "veteran": _set("of"),
    "death": _set("for"),
    "prison": _set("for"),
    "jail": _set("for"),
    "imprisonment": _set("for"),
    "years": _set("for"),
    "video": _set("about"),
    "film": _set("about"),
    "documentary": _set("about"),
    "book": _set("about"),
    "survivor": _set("of"),
    "anniversary": _set("of"),
    "endemic": _set("to in"),
    "similar": _set("to"),
    "plotting": _set("to attacks an a the"),
}
# Verbs and nouns behind which stands what is only wanted, planned, feared or forbidden, or is the matter of words.
UNREAL: Final = _set(
    *set(
        _forms(
            "urge demand warn threaten vow propose consider mull request appeal pledge promise condemn"
            " criticize criticise"
            " denounce oppose reject discuss accuse blame fear expect prepare seek plan intend hope refuse invite"
            " recommend advise petition"
        )
    )
    - _set("warning request appeal promise fear hope plan demand"),
    "debates debating praises welcomes regrets defends planned seeks sought intends wants want criticizes",
    "will would may might could should must can cannot if unless denies deny recognise recognises recognize",
    "recognizes potential proposal proposals possibility highlighting underlining citing recalling referring",
)
# Those that are such only with one of these words behind them.
UNREAL_WITH: Final = {
    "call": _set("for on upon"),
    "calls": _set("for on upon"),
    "calling": _set("for on upon"),
    "called": _set("for on upon"),
    "plan": _set("to for"),
    "plans": _set("to for"),
    "planning": _set("to a an for"),
    "forecast": _set("to"),
    "scheduled": _set("to for"),
    "expected": _set("to in"),
    "set": _set("to"),
    "likely": _set("to"),
    "ready": _set("to"),
    "poised": _set("to"),
    "vote": _set("to on tomorrow"),
    "votes": _set("to on"),
    "agree": _set("to"),
    "agrees": _set("to"),
    "decides": _set("to"),
    "threat": _set("of to"),
    "threats": _set("of to"),
    "bid": _set("to for"),
    "effort": _set("to"),
    "efforts": _set("to"),
    "talks": _set("on about over to"),
    "discussions": _set("on about over"),
    "negotiations": _set("on about over"),
    "dispute": _set("over"),
    "concern": _set("over about at that"),
    "concerns": _set("over about at that"),
    "resolution": _set("on critical condemning calling"),
    "report": _set("on"),
    "statement": _set("on"),
    "ahead": _set("of"),
    "prior": _set("to"),
    "hope": _set("to for that"),
    "hopes": _set("to for that"),
    "fear": _set("of that"),
    "fears": _set("of that"),
    "warning": _set("of that against"),
    "demand": _set("for that"),
    "accusation": _set("that of"),
    "accusations": _set("that of"),
    "allegation": _set("that of"),
    "allegations": _set("that of"),
    "bound": _set("for"),
    "way": _set("to"),
    "route": _set("to"),
    "considering": _set("sending a an the"),
}
OPENING: Final = PERSONAL | RELATIVE | UNREAL | frozenset(HELD_AGAINST) | frozenset(UNREAL_WITH)
REAL_AGAIN: Final = _set("after while when following amid but because ; :")
REAL_AGAIN_BEHIND_A_COMMA: Final = _set("and but while as after with in at during killing leaving")
"""What ends such a stretch of words: a word that begins another clause."""
TO_GO_ON: Final = _set("continue continues continued begin begins began start starts started manage manages managed")
