"""Words that say that something happens at or to a place: prepositions, verbs, nouns. All are in lower case."""

from __future__ import annotations

from typing import Final

from kg.entities.location import nouns
from kg.entities.location.forms import verb_forms, word_set

# Nouns and verbs before "in" that are not events at the place.
NO_HAPPENING: Final = word_set(
    "interest interests stake stakes share shares investment investments invest invests investing confidence",
    "trust faith believe believes belief role roles involvement policy policies succeed succeeds act acts",
    "specializing specialises inquiry investigation probe research inquiries divided split those interference",
    "senator resident citizen commissioner regulators nationals",
    "stability than meddling interfering d'affaires ambassador ambassadors envoy consul",
)
ON_LAND: Final = word_set(
    "island islands coast coasts coastline border borders frontier peninsula shore shores streets river outskirts",
    "mountain mount archipelago lake bank strip plateau side edge road highway square street isle beach territory",
    "tip mainland",
)
ATTACKS: Final = word_set(
    "attack attacks assault assaults offensive offensives raid raids strike strikes airstrike airstrikes",
    "bombardment bombardments bombing bombings shelling siege sieges blockade invasion occupation capture",
    "recapture seizure storming liberation evacuation destruction battle march fire ambush incursion onslaught",
    "advance advances rockets rocket missiles missile bombs shells barrage shooting massacre sacking fall",
    "eruption eruptions flooding control fight fights fighting crackdown operation operations landfall landfalls",
)
OBJECT_VERBS: Final = word_set(
    *verb_forms(
        "attack shell bomb bombard besiege capture seize recapture liberate storm raid enter"
        " evacuate rock devastate batter ravage lash pound occupy invade surround encircle reach"
        " visit tour patrol search climb scale flood ransack loot torch blockade buffet brush hammer"
        " inundate drench jolt rattle destroy abandon pummel engulf approach affect paralyse"
        " paralyze infiltrate depart attack strafe cover blanket"
    ),
    "patrolling patrolled control controls hit hits hitting strike strikes striking struck shake shakes",
    "shaking shook shaken retake retakes retaking retook retaken overrun overruns overran leave leaves leaving left",
    "flee flees fled fleeing overrunning swept sweeps sweeping cross crosses crossed nears",
)
# Verbs of arrival, with "on" before the place: "converge on Paris".
CONVERGING: Final = word_set(*verb_forms("converge descend"))
# What is declared for a place happens there.
IN_FORCE: Final = word_set("emergency emergencies curfew curfews evacuation evacuations")
CLOSENESS: Final = word_set("close next adjacent")
# Verbs followed by a road, a border or a site as the place: "crowd the streets of", "closes the airport of".
SITE_VERBS: Final = word_set(
    *verb_forms("line crowd fill throng clog block close reopen open barricade"),
    "shut shuts shutting down up",
)
PASSAGES: Final = nouns.SITES | word_set(
    "streets border borders frontier river section sections stretch airspace port ports crossing",
)
# Verbs of travel: what happens on the way follows the destination: "a train going to Paris derails".
UNDER_WAY_TO: Final = word_set("going travelling traveling flying driving sailing coming moving returning")
INTERRUPTED: Final = word_set(
    "crashes crash crashed derails derailed sinks sank capsizes capsized disappears diverted hijacked collides",
)
# People who do this only speak of an attack: "in protest of the occupation of".
OBJECTING: Final = word_set("protest protests protesting anniversary")
TAKING: Final = word_set("take takes took taking")
FLYING: Final = word_set(
    "fly flies flying flew flown flight flights mission missions sorties bridge bridges skies airspace",
    "overflights plane",
    "explode explodes exploded airstrikes explosion fireball meteor drone aircraft helicopter jet jets balloon",
    "pass passes passed passing storm",
    "hurricane cyclone typhoon",
)
# After these, "on" is followed by an island, a mountain or a river.
ON_AN_ISLAND: Final = word_set(
    "killed injured arrested found dead died dies crashes crashed landed lands stranded discovered missing forest",
    "forests avalanche village villages volcano residents live living lives climbers",
)
# Nouns that are background before "in" if they follow "on" or "about": "talks on the crisis in".
ABOUT: Final = word_set("on about over regarding concerning discuss discusses following monitoring due")
MATTERS: Final = word_set(
    "circumstances crisis situation war wars conflict conflicts genocide future events peace policy policies",
)
# Nouns that are background before "in" if they follow "against": "a protest against the drone strikes in".
HARMS: Final = word_set(
    "strikes killings attacks executions abuse abuses treatment massacre invasion intervention presence war",
)
ON_WATER: Final = word_set("boat boats ferry ship vessel barge cruise capsizes capsized sinks sank sunk canoe")
FALLING: Final = word_set("fall falls fell falling fallen dropped")
LEAVING: Final = word_set("leave leaves leaving left depart departs departing departed")
BEHIND_A_PLACE_LEFT: Final = word_set(
    ", . ; for after following in on as today and by with amid to at when while covered without isolated",
)
MOTION: Final = word_set(
    "travel travels traveled travelled travelling traveling go goes went going come comes came return returns",
    "returned returning send sends sent sending fly flies flew flown deploy deploys deployed deploying transfer",
    "transfers transferred extradited extradites extradite deported deports taken brought moved moves moving fled",
    "flee flees spread spreads spreading arrive arrives arrived march marches marched rushed climb climbs climbed",
    "airlifted evacuated relocated repatriated exiled bring brings bringing",
    "escaped cross crosses crossed access visit deliver delivered delivers rush rushes drive",
    "drives defect defects defected dispatch dispatches dispatched dispatching retreat retreats retreated",
    "damage damages disruption destruction chaos",
)
ON_THE_WAY: Final = word_set(
    "crash crashes crashed derails derailed collide collides collision",
)
UNDER_WAY: Final = word_set("during in on ends ended after finishing completes concludes")
NOT_THERE: Final = word_set("heading heads headed trip bound route according prior flight")
LEAVING_FROM: Final = word_set(
    *verb_forms(
        "extradite withdraw evacuate escape expel retreat rescue free depart deport pull remove recover retrieve"
    ),
    "released visible seen jump jumps jumped jumping fled flee flees fleeing withdrew withdrawn expelled",
    "expelling expels left leave leaves withdrawal reported rises rising rose evacuation driven fired launch",
    "launched launches launching takeoff take-off stolen steal steals spread spreads return returns returned",
    "transferred transfers",
    "releases releasing forced returning drives drove freed withdraws spew spews spewing fire fires firing",
)
WHILE_BEING: Final = word_set("is are was were remains remain comes come came gets has have had be")
VOTED: Final = word_set("election elections referendum referendums runoff")
ADVERBS: Final = word_set(
    "being been reportedly again still also heavily badly now largely under brought left to constant a allegedly",
    "partially particularly most worst severely hardest the put placed among amongst",
)
BEFALLEN: Final = word_set(
    "besieged bombarded shelled hit struck rocked attacked stormed raided captured recaptured seized evacuated",
    "closed shut blocked reopened rattled jolted flooded shaken devastated overrun surrounded encircled liberated",
    "retaken bombed battered siege attack bombardment curfew lockdown standstill subjected blockaded quarantined",
    "destroyed sealed overwhelmed depopulated inundated gripped blanketed paralysed paralyzed plunged isolated",
    "ravaged swept lashed pounded damaged affected buried",
)
# What a place may be under, such as a siege.
UNDER: Final = word_set("emergency curfew quarantine siege lockdown rationing attack fire martial water snow shelling")
# Verbs of naming: "in" after the name only says where a thing is, as in lists: "UNESCO names the Taj Mahal in India".
NAMING: Final = word_set(
    *verb_forms("declare name list inscribe designate nominate add choose select include elect"),
    "chosen chose is are was were",
)
# A place that these govern is not the subject: "the President of Chad is attacked".
GOVERNING: Final = word_set("of for from with by against between to on over")
WORST: Final = word_set("worst deadliest heaviest bloodiest")
HOSTING: Final = word_set("hosts hosted erupts erupt erupted overflows overflowed floods flooded flood")
# Directly after the name of a place, these happen there: "Mississippi River flooding", "an Ohio fire".
EVENTS: Final = word_set(
    "flooding earthquake quake fire explosion blast riots violence unrest wildfire wildfires tornado avalanche",
    "landslide epidemic outbreak shooting bombing stampede",
)
VOTING: Final = word_set("hold holds held conduct conducts")
VOTES: Final = VOTED | word_set(
    "vote conference summit festival parade ceremony funeral silence vigil census carnival protest rally",
)
GOING: Final = word_set("go goes head heads")
BREAKING: Final = word_set("break breaks broke burst bursts breach breaches breached")
BEGINNING: Final = word_set("begin begins start starts")
SPEWING: Final = word_set("spew spews spewed ooze oozes emit emits")
# A place that declares one of these is the place where it is in force.
DECLARING: Final = word_set("enter enters declare declares declared impose imposes imposed")
DECLARED: Final = word_set("disaster emergency emergencies evacuation curfew curfews")
AFFECTED: Final = BEFALLEN | word_set("affected hit damaged")
SUFFERING: Final = word_set(
    "suffer suffers suffered experience experiences experienced report reports reported record records recorded",
    "confirm confirms confirmed registers registered see sees struggle struggles face faces sustain sustains sets",
)
EXPERIENCING: Final = word_set("experiencing seeing suffering evacuating")
WHAT_HAPPENS: Final = word_set(
    *ATTACKS,
    "explosion explosions blast blasts crash crashes earthquake quake clash clashes protest protests fire fires",
    "flood floods flooding storm storms typhoon hurricane cyclone violence fighting riots riot unrest collision",
    "accident demonstration demonstrations landslide landslides avalanche outbreak epidemic shootout firefight",
    "collapse stampede mudslide sinking derailment heatwave shootings hijacking gunfight tornado tornadoes bomb",
    "bomber gunmen incident wildfire wildfires war conflict disaster",
    "tsunami",
)
DISASTERS: Final = (WHAT_HAPPENS - ATTACKS - word_set("war conflict bomber gunmen")) | word_set("flooding")
SUFFERED: Final = DISASTERS | word_set(
    "snow snowfall rain rainfall drought heatwave blackout shortage shortages eruption eruptions case cases death",
    "deaths damage floods outage outages temperature temperatures famine",
)
TOLLS: Final = word_set("toll deaths injuries damage casualties")
FIRST: Final = word_set("first youngest oldest last latest worst largest biggest strongest deadliest")
CAUSING: Final = word_set(*verb_forms("cause force prompt compel"), "ordered lead leads led")
OPPOSED: Final = word_set("against planned proposed upcoming next")
DENIED: Final = word_set("denied from refused without no not never barred banned")
TRYING: Final = word_set("try tries tried trying attempt attempts attempted attempting")
TO_GO_ON: Final = word_set(
    "continue continues continued begin begins began start starts started manage manages managed",
)
# Verbs whose subject is a place, each with the nouns of which one must follow.
WITH_OBJECTS: Final = (
    (VOTING, VOTES),
    (GOING, word_set("polls")),
    (DECLARING, DECLARED),
    (SUFFERING, SUFFERED),
    (BREAKING, word_set("banks levee levees")),
    (BEGINNING, word_set("erupt erupting voting rationing")),
    (SPEWING, word_set("ash lava smoke")),
)
