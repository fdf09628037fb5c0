"""Forty questions about the sample, each as an agent asks it: a tool, its arguments, and the expected reply."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

BASE = "http://127.0.0.1:8000/"
EVENT = f"{BASE}event/2011-11-08/dnucad6lq6"
CRACKDOWN = (
    "The Syrian government continues its crackdown on protesters and army defectors in the city of Homs, killing "
    "dozens of civilians in the process."
)


@dataclass(frozen=True)
class AgentQuestion:
    """A question in words, the call that answers it, and a part of the structured content of the answer."""

    text: str
    tool: str
    arguments: dict[str, Any]
    expected: dict[str, Any]


def _listed(sentence: str, **more: Any) -> dict[str, Any]:
    return {"events": [{"quotation": {"sentence": sentence}, **more}]}


def _row(**values: Any) -> dict[str, Any]:
    return {"rows": [{"values": values}]}


def _quoted(**quotation: Any) -> dict[str, Any]:
    return {"rows": [{"quotations": [quotation]}]}


def _sparql(query: str) -> dict[str, Any]:
    return {"query": query}


QUESTIONS = (
    # People
    AgentQuestion(
        "Who is called Papademos?",
        "search",
        {"q": "Papademos"},
        {"found": [{"iri": f"{BASE}entity/en/Lucas_Papademos", "label": "Lucas Papademos"}]},
    ),
    AgentQuestion(
        "What did Lucas Papademos do in November 2011?",
        "events",
        {"entity": "entity/en/Lucas_Papademos", "from": "2011-11", "to": "2011-11"},
        {"total": 1} | _listed("Lucas Papademos will head an interim cabinet of national unity in Greece."),
    ),
    AgentQuestion(
        "Where did Xi Jinping open the party congress, and who says so?",
        "events",
        {"entity": "entity/en/Xi_Jinping"},
        _listed("Xi Jinping opens the party congress in Beijing.", places=["Beijing"], publishers=["BBC"]),
    ),
    AgentQuestion(
        "Which article of an encyclopedia is about Lucas Papademos?",
        "describe",
        {"iri": "entity/en/Lucas_Papademos"},
        {"statements": {"schema:sameAs": ["https://en.wikipedia.org/wiki/Lucas_Papademos"]}, "events": 1},
    ),
    AgentQuestion(
        "Who wants every minister of the Philippines to resign?",
        "search",
        {"q": "minister resignation", "type": "event"},
        {"found": [{"quotation": {"date": "2005-07-07", "event": f"{BASE}event/2005-07-07/bylimsgetx"}}]},
    ),
    # Places
    AgentQuestion(
        "What is Homs?",
        "search",
        {"q": "Homs", "type": "place"},
        {"found": [{"iri": f"{BASE}entity/en/Homs", "kind": "place"}]},
    ),
    AgentQuestion(
        "Where does Aleppo lie?",
        "describe",
        {"iri": "entity/en/Aleppo"},
        {
            "statements": {"schema:containedInPlace": [f"{BASE}entity/en/Syria"], "wgs:lat": ["36.20124"]},
            "names": {f"{BASE}entity/en/Syria": "Syria"},
        },
    ),
    AgentQuestion(
        "What happened in Homs in 2012?",
        "events",
        {"place": "entity/en/Homs", "from": "2012", "to": "2012"},
        {"total": 9} | _listed("Gas inhaled in their base in Homs kills seven rebels.", places=["Homs"]),
    ),
    AgentQuestion(
        "How many events happened within 100 km of Homs?",
        "events",
        {"place": "entity/en/Homs", "relation": "near", "within": 100},
        {"total": 46},
    ),
    AgentQuestion(
        "How many events name Homs, wherever they happened?",
        "events",
        {"place": "entity/en/Homs", "relation": "names"},
        {"total": 52},
    ),
    AgentQuestion(
        "What happened in London?",
        "events",
        {"place": "entity/en/London"},
        _listed("Twelve demonstrators are taken into custody in London.", publishers=["BBC"]),
    ),
    AgentQuestion(
        "Which events of 2011 happened in a box around Europe?",
        "events",
        {"bbox": "-10,35,30,60", "from": "2011", "to": "2011"},
        {"total": 3, "events": [{"quotation": {"date": "2011-12-08"}}]},
    ),
    AgentQuestion(
        "Which things are named with Homs most often?",
        "ask",
        {"question": "named-with-a-place", "parameters": {"place": "Homs"}},
        _row(label="Syrian Civil War", events=11),
    ),
    AgentQuestion(
        "What lies within Homs Governorate, and what happened there?",
        "ask",
        {"question": "in-a-region"},
        {"total": 48} | _row(event=f"{BASE}event/2017-10-23/g6p2bfat65"),
    ),
    AgentQuestion(
        "At which latitude is Homs?",
        "sparql",
        _sparql("SELECT ?lat WHERE { <entity/en/Homs> wgs:lat ?lat }"),
        {"total": 1} | _row(lat=34.72405),
    ),
    # Dates
    AgentQuestion(
        "What does the archive list under 11 September 2001?",
        "events",
        {"from": "2001-09-11", "to": "2001-09-11", "sort": "oldest"},
        {"total": 4, "years": {"2001": 4}},
    ),
    AgentQuestion(
        "What happened on 7 July 2005?",
        "ask",
        {"question": "one-day", "parameters": {"date": "2005-07-07"}},
        {"total": 6} | _row(places="Malta"),
    ),
    AgentQuestion(
        "Is anything listed under 4 February 2012?",
        "sparql",
        _sparql('ASK { ?event a ng:Event ; schema:startDate "2012-02-04"^^xsd:date }'),
        {"truth": True},
    ),
    AgentQuestion(
        "Which event about a bombing is the oldest?",
        "events",
        {"q": "bombing", "sort": "oldest"},
        {"total": 5} | _listed("Ten people or more die in Haifa, Israel, in the bombing of a bus."),
    ),
    AgentQuestion(
        "When did the story of the Syrian uprising of 2011 begin and end?",
        "ask",
        {"question": "stories-of-a-month"},
        _row(label="2011 Syrian uprising", first="2011-07-21", last="2011-12-29", events=5),
    ),
    AgentQuestion(
        "To which month does 8 November 2011 belong?",
        "describe",
        {"iri": "day/2011-11-08"},
        {"statements": {"dcterms:isPartOf": [f"{BASE}month/2011-11"]}, "events": 16},
    ),
    AgentQuestion(
        "In which months was most reported of Homs?",
        "ask",
        {"question": "place-by-month", "parameters": {"place": "Homs"}, "limit": 100},
        {"total": 33} | _row(month="2012-02", events=5),
    ),
    # Publishers and sources
    AgentQuestion(
        "Who is cited most?",
        "ask",
        {"question": "most-cited-publishers"},
        _row(name="BBC", events=116),
    ),
    AgentQuestion(
        "What did Reuters report on 3 and 4 February 2012?",
        "ask",
        {
            "question": "by-a-publisher",
            "parameters": {"publisher": "publisher/reuters", "from": "2012-02-03", "to": "2012-02-04"},
        },
        {"total": 3} | _quoted(sentence="Tunisia no longer wishes to recognise the rulers in Damascus."),
    ),
    AgentQuestion(
        "Under which other names is the BBC printed?",
        "describe",
        {"iri": "publisher/bbc"},
        {"statements": {"schema:url": ["https://bbc.co.uk/"], "skos:altLabel": ["BBC News"]}},
    ),
    AgentQuestion(
        "Which publishers are cited together?",
        "ask",
        {"question": "publishers-cited-together"},
        _row(one=f"{BASE}publisher/al-jazeera", other=f"{BASE}publisher/bbc", events=8),
    ),
    AgentQuestion(
        "What does an article of the BBC bear on?",
        "describe",
        {"iri": "http://www.bbc.co.uk/news/world-middle-east-15635867"},
        {"events": 2, "quotations": [{"event": EVENT, "sentence": CRACKDOWN}]},
    ),
    AgentQuestion(
        "How many publishers do sources have?",
        "sparql",
        _sparql("SELECT (COUNT(DISTINCT ?p) AS ?n) { ?source a ng:Source ; dcterms:publisher ?p }"),
        _row(n=130),
    ),
    AgentQuestion(
        "In which years do events have no source?",
        "ask",
        {"question": "without-a-source"},
        {"total": 9} | _row(year=1999, events=3),
    ),
    AgentQuestion(
        "What does the crackdown in Homs cite?",
        "sparql",
        _sparql("CONSTRUCT WHERE { <event/2011-11-08/dnucad6lq6> ng:source ?source }"),
        {"total": 2},
    ),
    # Wordings, and what changed
    AgentQuestion(
        "Which events were reworded most often?",
        "ask",
        {"question": "most-reworded"},
        {"total": 4} | _row(event=EVENT, revisions=3),
    ),
    AgentQuestion(
        "How did the wording of the crackdown in Homs change?",
        "history",
        {"iri": "event/2011-11-08/dnucad6lq6"},
        {"event": EVENT, "wordings": [{"current": True, "quotation": {"sentence": CRACKDOWN}}, {"inserted": [": "]}]},
    ),
    AgentQuestion(
        "What did the event say of which this is the first revision?",
        "history",
        {"iri": f"{EVENT}/revision/c97ab95189a0"},
        {"event": EVENT, "wordings": [{"written": "2017-08-25T03:34:27Z", "current": False}]},
    ),
    AgentQuestion(
        "Which wordings do the pages of 8 November 2011 print?",
        "ask",
        {"question": "wordings", "parameters": {"date": "2011-11-08"}},
        {"total": 2, "rows": [{"values": {"label": "First version", "position": 1}, "quotations": [{"event": EVENT}]}]},
    ),
    AgentQuestion(
        "Since which wording do the blasts in Homs of April 2014 cite a source?",
        "history",
        {"iri": "event/2014-04-29/mm55i7sgly"},
        {
            "wordings": [
                {"written": "2017-08-25T04:30:05Z", "quotation": {"sources": []}},
                {"quotation": {"sources": ["http://www.bbc.com/news/world-middle-east-27203039"]}},
            ]
        },
    ),
    # Counts
    AgentQuestion(
        "How many events are there, and in which languages?",
        "events",
        {},
        {"total": 447, "years": {"2011": 125}, "most": {"language": [{"value": "zh", "events": 19}]}},
    ),
    AgentQuestion(
        "How many events of 2014 are about sports?",
        "events",
        {"category": "category/sports", "from": "2014", "to": "2014"},
        {"total": 3},
    ),
    AgentQuestion(
        "How many events of Syria are there in each year?",
        "ask",
        {"question": "country-by-year"},
        _row(year=2012, events=18),
    ),
    # Names that are not quite right, other languages, citations
    AgentQuestion(
        "What is Damascas?",
        "search",
        {"q": "Damascas"},
        {"total": 0, "meant": "damascus"},
    ),
    AgentQuestion(
        "How is the number of all events cited?",
        "cite",
        {"query": "SELECT (COUNT(*) AS ?n) { ?event a ng:Event }"},
        {"rows": 1},
    ),
)
