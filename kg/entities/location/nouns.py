"""Words of the noun phrase that the name of a place stands in. All are in lower case."""

from __future__ import annotations

from typing import Final

from kg.entities.location.forms import with_plurals, word_set

ARTICLES: Final = word_set("the a an")
DETERMINERS: Final = word_set(
    "the a an its their his her this that these those both some several many most much all other various",
    "different numerous multiple",
)
PREPOSITIONS: Final = word_set(
    "in at near inside outside around across throughout within off above along beside beyond through amid on onto",
    "upon into to toward towards from of for with by against between among under over about after before during",
    "since until as than via despite without per regarding concerning following like behind below beneath",
)
CLAUSES: Final = word_set(
    "is are was were has have had will would who whom whose which that where when while because and or but if",
    "today yesterday early late last this next",
)
JOINING: Final = word_set("and or & , including containing")
PARTS: Final = word_set(
    "city cities town towns village villages capital capitals port ports province provinces state states district",
    "districts region regions governorate county counties suburb suburbs neighborhood neighborhoods neighbourhood",
    "neighbourhoods area areas island islands municipality territory territories department prefecture oblast",
    "outskirts centre center centers coast coasts coastline shore shores border borders frontier part parts",
    "streets countryside enclave stronghold resort quarter quarters valley river rivers lake sea bay gulf strait",
    "peninsula desert mountain mountains forest jungle plain waters archipelago republic kingdom emirate",
    "settlement settlements borough ward parish hills slum slums ruins heart zone interior environs summit slopes",
    "slope corner edge tip vicinity rest half majority downtown side hub metropolis north south east west",
    "northeast northwest southeast southwest north-east north-west south-east south-west camp bottom top krai",
    "raion oblasts country countries nation nations community portion portions middle others peak delta seaport",
    "midwest highlands foothills mouth skies wilderness lagoon swath swathe swathes woods outback gorge hometown",
    "locations departments governorates municipalities prefectures townships laboratory",
    "township homestead wild agency basin",
    "crossing hamlet commune cantons canton section sections stretch stretches airspace",
)
SITES: Final = with_plurals(
    "airport airbase hospital university school college mosque church cathedral temple market hotel prison jail",
    "station stadium square street avenue road highway bridge factory mine restaurant cafe bar club nightclub",
    "park zoo museum mall house home building apartment flat base checkpoint subway metro tunnel harbor harbour",
    "barracks farm field palace castle monastery synagogue basilica chapel headquarters courthouse cave store",
    "shop bank office clinic plant refinery theater theatre arena dam pipeline volcano glacier reservoir court",
    "cinema junction cemetery bazaar souq marketplace grotto pass facility academy racecourse terminal courtroom",
)
NAMED_SITES: Final = SITES | PARTS
BORDERS: Final = word_set("border borders frontier boundary crossing")
# Before "between", these are places where something happens.
WAYS: Final = word_set("road highway route border sea strait railway line area pass tunnel bridge waters ferry channel")
COMPASS: Final = word_set(
    "north south east west northeast northwest southeast southwest north-east north-west south-east south-west",
)
# Before "of", these are quantities of what follows: "most of Ottawa".
QUANTITIES: Final = word_set("most much all some swathes number")
# Before "of": "outside of Busan".
OUT_OF_OR_IN: Final = word_set("outside inside offshore off")
RESIDENTS: Final = word_set("residents inhabitants villagers voters")
LENGTHS: Final = word_set("km kilometre kilometres kilometer kilometers mile miles metres meters yards")
MODIFIERS: Final = word_set(
    "largest biggest second third fourth main capital central coastal northern southern eastern western",
    "northeastern northwestern southeastern southwestern north south east west northeast northwest southeast",
    "southwest mid upper lower inner outer greater old new major key small large tiny big provincial holy ancient",
    "historic strategic remote nearby neighboring neighbouring restive rural urban mainland downtown disputed",
    "troubled breakaway besieged divided embattled volatile autonomous semi-autonomous mountainous populous",
    "densely heavily busy first financial commercial industrial port tribal federal southernmost northernmost",
    "entire whole predominantly mainly mostly flood-hit poor own last only poorest most-populous u.s. rebellious",
    "lawless impoverished wealthy affluent tourist popular occupied northerly central-northern far-western",
    "metropolitan national offshore former",
)
NUMERALS: Final = word_set(
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen",
    "eighteen nineteen twenty thirty forty life several up",
)
# What has happened to a place that is described with one of these words.
BEFALLEN_ALREADY: Final = word_set("besieged blockaded") | {
    f"{disaster}-{way}"
    for disaster in word_set("quake earthquake flood storm cyclone hurricane typhoon tsunami drought famine disaster")
    for way in ("hit", "stricken", "struck", "ravaged", "devastated")
}
# Words that may precede a name in its phrase.
BEFORE_A_NAME: Final = DETERMINERS | PARTS | MODIFIERS | NUMERALS | BEFALLEN_ALREADY
# Words between a preposition and a clause or a name that are not adjectives: "in which Syria", "in return Iran".
NO_ADJECTIVES: Final = word_set(
    "case order exchange response return addition turn reply fact view what whom whose how",
)
# Small words within names: "Rio de Janeiro", "Shatt al Arab".
PARTICLES: Final = word_set("de del la las los el al da do dos du di von van der den sur en ul")
ORDINARY_ENDINGS: Final = (
    *("ern", "ed", "held", "controlled", "hit", "torn"),
    *("-ridden", "-most", "-producing", "-speaking", "-majority", "-rich"),
)
# Names of places that include an article: the last word of the name, or all its words.
WITH_ARTICLE: Final = word_set(
    "netherlands philippines maldives bahamas emirates states republic kingdom union islands strip bank sea ocean",
    "river gulf valley desert peninsula strait mountains region province district federation vatican gambia congo",
    "balkans caucasus uk us usa sinai bronx hague americas crimea sudan ukraine lebanon yemen hebrides azores",
    "alps himalayas sahara sahel midwest west east arctic antarctic caribbean mediterranean pacific atlantic",
    "baltic levant punjab seychelles comoros hamptons everglades highlands territory territories city delta s",
)
HAVING_ARTICLE: Final = WITH_ARTICLE | (PARTS - COMPASS) | word_set("coast ivoire isle channel volcano sound")
# After "the cities", these begin a list.
LISTING: Final = frozenset(":-\u2010\u2011\u2013\u2014")
CALENDAR: Final = word_set(
    "january february march april may june july august september october november december monday tuesday",
    "wednesday thursday friday saturday sunday christmas easter ramadan today yesterday",
)
LOCATING: Final = word_set(
    "in at near inside outside around across throughout within off above along beside through amid into",
)
FORCED: Final = word_set("at the a an people residents thousands hundreds dozens more about some many evacuations")
# After the genitive of a place, these are organisations, in lower case as well as with capitals.
BODIES: Final = word_set(
    "parliament senate congress house court government ministry minister president army navy force forces party",
    "league commission council assembly cup championship open election primary embassy consulate ambassador times",
    "post bank duma knesset bundestag guard corps police union war prix games festival by-election by-elections",
    "baseball football basketball hockey soccer politics",
    "university's diet cabinet agency",
)
WATERS: Final = word_set("river sea bay lake strait channel gulf ocean harbour harbor canal")
