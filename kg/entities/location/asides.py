"""Words that introduce something that does not happen at the place now. All are in lower case."""

from __future__ import annotations

from typing import Final

from kg.entities.location.forms import verb_forms, word_set

# These introduce what a person is, has done, or is said to have done.
PERSONAL: Final = word_set("who whom whose")
RELATIVE: Final = word_set("which that")
# With one of these verbs after "that", something happens to a thing; other verbs only give it a property.
HAPPENED: Final = word_set(
    "collapsed crashed sank capsized exploded killed struck hit derailed erupted swept destroyed left caused",
    "claimed damaged devastated injured overturned fell flooded",
)
DEEDS: Final = word_set(
    "murder murders killing killings assassination death deaths kidnapping genocide coup hijacking rape",
)
SAYING: Final = word_set(
    "say says said report reports reported claim claims claimed confirm confirms confirmed announce announces",
    "announced state states stated believe believes believed know known reveal reveals show shows declare",
    "declares admit admits saying claiming estimated estimates estimate suggest suggests allege alleges alleged",
)
FINITE: Final = word_set("is are was were has have had dies says wins becomes resigns appears arrives")
# Verbs with which a sentence continues after a remark about its subject.
MAIN_VERBS: Final = FINITE | word_set(
    "crashes clips lands makes collapses explodes sinks derails kills opens begins starts flees surrenders",
    "escapes returns meets visits cause causes spark sparks lead leads prompt prompts trigger triggers kill stand",
    "appear clash die gather arrive survives pleads declares undergoes goes continues commences resumes ends",
    "signs announces collides tests go intrudes enters detonates injures seize seizes",
    "pull pulls rescues blocks",
)
# Adjectives and participles, with the prepositions that may follow: "known for leading battles in".
HELD_AGAINST: Final = {
    "known": word_set("for as"),
    "famous": word_set("for as"),
    "best": word_set("known"),
    "convicted": word_set("of for in over"),
    "accused": word_set("of"),
    "charged": word_set("with over"),
    "charges": word_set("of that over relating"),
    "suspected": word_set("of"),
    "indicted": word_set("for over"),
    "pleading": word_set("guilty"),
    "suspicion": word_set("of"),
    "wanted": word_set("for in by over"),
    "responsible": word_set("for"),
    "blamed": word_set("for"),
    "guilty": word_set("of"),
    "linked": word_set("to with"),
    "links": word_set("to"),
    "connection": word_set("with to"),
    "involved": word_set("in"),
    "involvement": word_set("in"),
    "role": word_set("in"),
    "sought": word_set("for in by"),
    "jailed": word_set("for"),
    "imprisoned": word_set("for"),
    "sentenced": word_set("for over"),
    "trial": word_set("for over"),
    "arrested": word_set("for over"),
    "born": word_set("in"),
    "educated": word_set("in at"),
    "raised": word_set("in"),
    "based": word_set("in"),
    "headquartered": word_set("in"),
    "career": word_set("in"),
    "seat": word_set("at in"),
    "exile": word_set("in"),
    "exiled": word_set("in"),
    "veteran": word_set("of"),
    "death": word_set("for"),
    "prison": word_set("for"),
    "jail": word_set("for"),
    "imprisonment": word_set("for"),
    "years": word_set("for"),
    "video": word_set("about"),
    "film": word_set("about"),
    "documentary": word_set("about"),
    "book": word_set("about"),
    "survivor": word_set("of"),
    "crimes": word_set("in during committed by"),
    "humanity": word_set("in"),
    "anniversary": word_set("of"),
    "accusation": word_set("of"),
    "accusations": word_set("of"),
    "allegation": word_set("of"),
    "allegations": word_set("of"),
    "associated": word_set("with"),
    "conviction": word_set("of for"),
    "mastermind": word_set("behind of"),
    "masterminds": word_set("behind of"),
    "investigation": word_set("into of"),
    "inquiry": word_set("into of"),
    "probe": word_set("into of"),
    "masterminding": word_set("the"),
    "relation": word_set("to"),
    "plot": word_set("to"),
    "plots": word_set("to"),
    "candidate": word_set("for"),
    "hired": word_set("to"),
    "related": word_set("to"),
    "opposed": word_set("to"),
    "than": word_set("the those"),
    "endemic": word_set("to in"),
    "gallantry": word_set("in during"),
    "bravery": word_set("in during"),
    "bound": word_set("for"),
    "way": word_set("to"),
    "route": word_set("to"),
    "aiming": word_set("at to"),
    "to": word_set(
        "deploy build establish outlaw investigate end stop halt resolve prevent avoid combat fight",
    ),
    "similar": word_set("to"),
    "plotting": word_set("to attacks an a the"),
}
# Verbs and nouns followed by what is only wanted, planned, feared, forbidden or talked about.
UNREAL: Final = word_set(
    *set(
        verb_forms(
            "urge demand warn threaten vow propose consider mull request appeal pledge promise condemn"
            " criticize criticise denounce oppose reject discuss accuse blame fear expect prepare seek"
            " plan intend hope refuse invite recommend advise petition"
        )
    )
    - word_set("warning request appeal promise fear hope plan demand accused"),
    "debates debating praises welcomes regrets defends planned seeks sought intends wants want criticizes will",
    "would may might could should must can cannot if unless denies deny recognise recognises recognize forbids",
    "forbidden forbade prohibits prohibited recognizes proposal proposals possibility highlighting",
    "underlining citing recalling referring upcoming forthcoming approve approves",
)
# Verbs and nouns that have this meaning only if one of the given words follows.
UNREAL_WITH: Final = {
    "call": word_set("for on upon"),
    "calls": word_set("for on upon"),
    "calling": word_set("for on upon"),
    "called": word_set("for on upon"),
    "plan": word_set("to for"),
    "potential": word_set("to for"),
    "rules": word_set("out"),
    "invitation": word_set("to"),
    "months": word_set("before"),
    "legislation": word_set("allowing to that banning which"),
    "law": word_set("allowing banning prohibiting"),
    "bill": word_set("allowing to that banning"),
    "agreement": word_set("to"),
    "poses": word_set("a an"),
    "plans": word_set("to for"),
    "planning": word_set("to a an for"),
    "forecast": word_set("to"),
    "scheduled": word_set("to for"),
    "expected": word_set("to in at today tomorrow this later"),
    "prevented": word_set("from"),
    "dismisses": word_set("calls claims reports"),
    "set": word_set("to"),
    "cancels": word_set("a an his her its their planned scheduled"),
    "cancelled": word_set("a an his her its their planned scheduled"),
    "postpones": word_set("a an his her its their planned scheduled"),
    "postponed": word_set("a an his her its their planned scheduled"),
    "hoax": word_set("stating that claiming"),
    "likely": word_set("to in"),
    "ready": word_set("to"),
    "poised": word_set("to"),
    "vote": word_set("to on tomorrow"),
    "votes": word_set("to on"),
    "agree": word_set("to"),
    "agrees": word_set("to"),
    "agreed": word_set("to"),
    "offer": word_set("to"),
    "offers": word_set("to"),
    "decided": word_set("to"),
    "press": word_set("for"),
    "presses": word_set("for"),
    "condemnation": word_set("of"),
    "compensation": word_set("to for"),
    "decides": word_set("to"),
    "threat": word_set("of to"),
    "threats": word_set("of to"),
    "bid": word_set("to for"),
    "effort": word_set("to"),
    "efforts": word_set("to"),
    "talks": word_set("on about over to"),
    "discussions": word_set("on about over"),
    "negotiations": word_set("on about over"),
    "dispute": word_set("over"),
    "disputes": word_set("over"),
    "case": word_set("over"),
    "intention": word_set("to of"),
    "projected": word_set("to"),
    "apologises": word_set("for"),
    "apologizes": word_set("for"),
    "loan": word_set("for to"),
    "loans": word_set("for to"),
    "contract": word_set("for to"),
    "permission": word_set("to for"),
    "living": word_set("in"),
    "concern": word_set("over about at that"),
    "concerns": word_set("over about at that"),
    "concerned": word_set("over about at that by"),
    "worried": word_set("about by that"),
    "from": word_set("making"),
    "resolution": word_set("on critical condemning calling"),
    "report": word_set("on"),
    "statement": word_set("on"),
    "ahead": word_set("of"),
    "prior": word_set("to"),
    "hope": word_set("to for that"),
    "hopes": word_set("to for that"),
    "fear": word_set("of that"),
    "fears": word_set("of that"),
    "warning": word_set("of that against"),
    "demand": word_set("for that"),
    "opposition": word_set("to"),
    "is": word_set("to"),
    "are": word_set("to"),
    "closer": word_set("to"),
    "due": word_set("to"),
    "accusation": word_set("that"),
    "accusations": word_set("that"),
    "allegation": word_set("that"),
    "allegations": word_set("that"),
    "considering": word_set("sending a an the"),
}
# After a name, a comma and an article, these say who somebody is.
BEING: Final = word_set(
    "winner leader head founder author president chairman chief commander speaker widow wife husband son daughter",
    "brother sister father mother member minister director spokesman owner editor ambassador mayor governor",
    "official officer engineer journalist politician lawyer activist doctor professor priest bishop cleric",
    "lawmaker businessman researcher scientist prosecutor judge reporter teacher",
)
# After a name and a comma, these say what happened to a person earlier: "Doe, captured in Mali in May, is freed".
TAKEN: Final = word_set("arrested captured kidnapped abducted")
CAPTURED: Final = TAKEN | word_set("sentenced detained convicted held jailed imprisoned exiled")
# Nouns that look like the verbs that give a reason after "for": "fined for crashing in", but "for training in".
NO_DEEDS: Final = word_set(
    "during meeting hearing training building housing funding evening morning spring wedding screening missing",
    "rising remaining living existing sentencing hosting recycling everything anything nothing something filming",
    "shooting testing voting being protesting",
)
OPENING: Final = (
    frozenset({"for"})
    | BEING
    | CAPTURED
    | PERSONAL
    | RELATIVE
    | UNREAL
    | frozenset(HELD_AGAINST)
    | frozenset(UNREAL_WITH)
)
NO_CLAUSE: Final = word_set("a an the part well far soon early many much if to it such long his her their its of in")
REAL_AGAIN: Final = word_set("after while when following amid but because ; :")
REAL_AGAIN_BEHIND_A_COMMA: Final = word_set("and but while as after with in at during killing leaving")
BESIDE_AN_ANNIVERSARY: Final = word_set("with at by during")
CLAUSE_ENDS: Final = word_set(", . ; :")
BEFORE_COURTS: Final = word_set("at in by before")
BEFORE_PARTICIPLES: Final = word_set("is are was were be been being has have had and or , by he she they who also it")
# Directly after a place, these say that the event is still to come: "the summit in Paris due next week".
# The same, also after the names that are listed with the place or contain it: "a prison in Bruges, Belgium, will".
FUTURE: Final = word_set("will would shall may could")
TO_COME: Final = word_set("will shall should must scheduled due planned slated expected tomorrow")
TO_BE: Final = word_set("deployed sent held built erected hosted staged opened")
MEETINGS: Final = word_set("summit meeting conference forum ceremony session rally hearing assembly congress")
# After a verb of fear, these mean that there are victims: "dozens are feared dead in".
FEARED: Final = word_set("dead drowned killed trapped missing buried lost")
# Verbs of speech: a meeting that follows them is real, since they are said there: "urges peace at a summit in".
SPOKEN: Final = word_set(
    *verb_forms(
        "propose urge demand warn threaten vow condemn criticize criticise denounce reject accuse blame discuss pledge"
    ),
    "agree agrees call calls called calling concern concerns proposal proposals offer offers",
)
