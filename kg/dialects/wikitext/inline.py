"""The inline wikitext of one bullet: its visible text, wikilinks and citations."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from urllib.parse import unquote

import mwparserfromhell
from mwparserfromhell.nodes import Comment, ExternalLink, HTMLEntity, Tag, Template, Text, Wikilink
from mwparserfromhell.wikicode import Wikicode

from kg.dialects.record import Citation, Link
from kg.dialects.wikitext.plain_lines import Piece, pieces

# Stands in the text for a citation until what is around it has been tidied (OBJECT REPLACEMENT CHARACTER).
CITED = "\ufffc"
# Stands around the anchors of wikilinks until the text without links has been taken (private use area).
LINK_START, LINK_END = "\ue000", "\ue001"
# Stand around the label of an external link until it is known to be a publisher's name or words of the sentence.
LABEL_START, LABEL_END = "\ue002", "\ue003"
MARKS = re.compile(f"[{CITED}{LINK_START}{LINK_END}{LABEL_START}{LABEL_END}]")
ANCHOR = re.compile(f"{LINK_START}[^{LINK_END}]*{LINK_END}")
LABELLED = re.compile(f"{LABEL_START}([^{LABEL_END}]*){LABEL_END}{CITED}")
ONE_CITED = f"(?:{LABEL_START}[^{LABEL_END}]*{LABEL_END})?{CITED}"
ALONE = re.compile(rf"\(\s*(?:{ONE_CITED}[\s,;]*)+\)|(?:{ONE_CITED}[\s,;.)]*)+$")

QUOTES = re.compile("'{2,5}")
# An odd number of bold marks: MediaWiki takes one as the end of italics and an apostrophe, as in ''Time'''s.
BOLD = re.compile("(?<!')'''(?!')")
POSSESSIVE = re.compile(r"(?<!')'''(?=s\b)")
AROUND_CITED = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (rf"[(\[]\s*(?:{CITED}[\s,;]*)+[)\]]", CITED),
        (rf"{CITED}(?:[\s,;]*{CITED})+", CITED),
        (rf"\s*{CITED}[\s,;|}}]*$", ""),
        (rf"([.!?][\"”’']?)\s*{CITED}\.", r"\1 "),
        (rf"\s*{CITED}(?=[.,;:!?])", ""),
        (rf"\s*{CITED}", " "),
    )
)
SENTENCE_END = re.compile(r"[.!?][\"”’']?$")

OTHER_NAMESPACE = re.compile(
    r"(?:file|image|category|media|template|portal|wikipedia|wp|help|user|talk|special|commons|wiktionary"
    r"|wikiquote|wikisource|meta|wikidata|species|foundation)\s*:",
    re.IGNORECASE,
)
# Interwiki prefixes: other language editions and sister projects. Written in lower case, unlike titles.
OTHER_WIKI = re.compile(r"(?:[a-z]{2}|[bcdmqsv]|wikt|voy|mw|simple|zh-[a-z-]+|ceb|nds|als|war|sco|ast|arz)\s*:")
HIDDEN_NAMESPACE = re.compile(r"(?:file|image|category|media)\s*:", re.IGNORECASE)
WIKINEWS = re.compile(r"(?:wikinews|n)\s*:\s*(.+)", re.IGNORECASE)
TRAIL = re.compile(r"[a-z]+")
OWN_WIKI = re.compile(r"(?:w|en)\s*:\s*")
# No title in MediaWiki has these, nor "." or ".." between slashes: clients resolve them away (RFC 3986, section 5.2.4).
BAD_TITLE = re.compile(r"[<>\[\]{}|\x00-\x1f\x7f\ufffe\uffff]|(?:^|/)\.{1,2}(?:/|$)")

CITE = re.compile(r"(?:cite|citation|cite [\w ]+)$", re.IGNORECASE)
# Templates that show nothing a sentence needs: flags for editors and language icons.
SILENT = re.compile(
    r"(?:dead link|deadlink|fact|cn|citation needed|cbignore|doi-inline|what\?|which\?|who\?|when\?|where\?|dn"
    r"|disambiguation needed|clarify|weasel-inline|failed verification|rs\??|vague|current events (?:header|footer)"
    r"|\w\w icon|webarchive|blacklisted-links|pp-[\w-]+|registration required|subscription required|retracted"
    r"|primary source inline|better source|not in citation given|full|verify source|update after|anchor)$",
    re.IGNORECASE,
)
SHIP_PREFIX = re.compile(r"(?:USS|HMS|RMS|SS|MS|MV|OV|HMCS|HMAS|USNS|USCGC|INS|RRS|GTS|ARA|ROKS|MY)$")
SHOWS_FIRST = re.compile(
    r"(?:nowrap|nobr|small|big|lang-\w+|flag|flagcountry|flagu|abbr|tooltip|mlby|nbay|nhly|nfly|bhofy|f1|rws"
    r"|ill|interlanguage link|interlanguage link multi|us patent|ct)$",
    re.IGNORECASE,
)
FRACTION = re.compile(r"frac(?:tion)?$", re.IGNORECASE)
SHOWS_FIRST_TWO = re.compile(r"(?:convert|cvt|ship|sclass2?|mp)$", re.IGNORECASE)
# What stands between the two ends of a range in {{convert}}.
RANGE = re.compile(r"(?:[-–x*]|to|and|or|by)$")
SHOWS = {
    "'": "'", "nbsp": " ", "spaced ndash": " – ", "ndash": "–", "mdash": "—", "snd": " – ", "en dash": "–",
    "spaces": " ", "!": "|", "=": "=", "·": "·", "'s": "'s", "-": "", "clear": "",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Inline:
    """What one bullet's wikitext says.

    ``text`` is what a reader sees, without citations; ``linked`` the same without the links' anchors;
    ``unknown`` names the templates that no rule understands, which show nothing.
    """

    text: str
    linked: str
    links: tuple[Link, ...]
    citations: tuple[Citation, ...]
    unknown: tuple[str, ...]


@dataclass(slots=True)
class _Reading:
    """The pieces of a bullet while its nodes are walked."""

    pieces: list[str] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    inside_ref: bool = False

    def cite(self, url: str, publisher: str | None) -> None:
        """Add a citation and leave its mark in the text."""
        self.citations.append(Citation(url, publisher))
        self.pieces.append(CITED)


@lru_cache(maxsize=4_096)
def read(source: str) -> Inline:
    """Read the wikitext of one bullet, without its list markers. Never raises on any text."""
    reading = _Reading()
    source = source if source.isascii() else MARKS.sub("\ufffd", source)
    if len(BOLD.findall(source)) % 2:
        source = POSSESSIVE.sub("''&#39;", source)
    simple = pieces(source)
    if simple is None:
        _walk(mwparserfromhell.parse(source, skip_style_tags=True).nodes, reading)
    else:
        _read_pieces(simple, reading)
    marked = _tidy(_settle_labels("".join(reading.pieces), reading.citations))
    without_links = ANCHOR.sub(" ", marked)
    return Inline(
        text=MARKS.sub("", marked),
        linked=MARKS.sub("", without_links).strip(),
        links=tuple(reading.links),
        citations=tuple(reading.citations),
        unknown=tuple(reading.unknown),
    )


def _read_pieces(found: Iterable[Piece], reading: _Reading) -> None:
    target = ""
    for piece in found:
        if piece.target:
            _link(piece.target, _words(piece.text), reading)
        elif piece.url:
            _external(piece.url, _words(piece.text), reading)
        else:
            if target:
                _take_trail(piece.text, target, reading)
            reading.pieces.append(_without_quotes(piece.text))
        target = piece.target


def plain(source: str) -> str:
    """Return what a reader sees of a piece of wikitext."""
    return read(source).text


def _shown(code: Wikicode | None) -> str:
    if code is None:
        return ""
    if len(code.nodes) == 1 and isinstance(code.nodes[0], Text):
        return _words(str(code.nodes[0].value))
    reading = _Reading()
    _walk(code.nodes, reading)
    return MARKS.sub("", _tidy("".join(reading.pieces)))


@lru_cache(maxsize=65_536)
def article_title(target: str) -> str | None:
    """Normalise the target of a wikilink to an article's title; None where it leads to no article.

    The first letter is made upper case, underscores become spaces, and the fragment is dropped.
    """
    title = html.unescape(unquote(target) if "%" in target else target).partition("#")[0]
    title = " ".join(title.replace("_", " ").split()).strip("\u200e\u200f ").removeprefix(":").strip()
    title = OWN_WIKI.sub("", title, count=1) if OWN_WIKI.match(title) else title
    if (
        not title
        or OTHER_NAMESPACE.match(title)
        or OTHER_WIKI.match(title)
        or WIKINEWS.match(title)
        or BAD_TITLE.search(title)
    ):
        return None
    return title[0].upper() + title[1:]


def _walk(nodes: Iterable[object], reading: _Reading) -> None:
    previous: object = None
    for node in nodes:
        if isinstance(previous, Wikilink) and isinstance(node, Text):
            _take_trail(str(node.value), str(previous.title), reading)
        READERS.get(type(node), _read_other)(node, reading)
        previous = node


def _take_trail(text: str, target: str, reading: _Reading) -> None:
    """Note the letters glued on behind the link to ``target``, as in ``[[India]]n`` (MediaWiki's link trail)."""
    trail = TRAIL.match(text)
    if trail and reading.links and reading.links[-1].title == article_title(target):
        reading.links[-1] = replace(reading.links[-1], trail=trail[0])


def _read_text(node: Text, reading: _Reading) -> None:
    reading.pieces.append(_without_quotes(str(node.value)))


def _words(text: str) -> str:
    return " ".join(_without_quotes(text).split())


def _without_quotes(text: str) -> str:
    """Take away the marks of bold and italics."""
    return QUOTES.sub("", text) if "''" in text else text


def _read_entity(node: HTMLEntity, reading: _Reading) -> None:
    reading.pieces.append(html.unescape(str(node)))


def _read_comment(node: Comment, reading: _Reading) -> None:
    """Read nothing: a comment shows nothing."""


def _read_other(node: object, reading: _Reading) -> None:
    reading.pieces.append(str(node))


def _read_tag(node: Tag, reading: _Reading) -> None:
    name = str(node.tag).strip().lower()
    if name == "ref":
        _read_ref(node, reading)
    elif name == "br":
        reading.pieces.append(" ")
    elif node.contents is not None and name != "nowiki":
        _walk(node.contents.nodes, reading)
    elif node.contents is not None:
        reading.pieces.append(str(node.contents))


def _read_ref(node: Tag, reading: _Reading) -> None:
    """Take a reference's citations; its words are a footnote and not part of the sentence."""
    if node.contents is None:
        return
    inner = _Reading(inside_ref=True)
    _walk(node.contents.nodes, inner)
    for citation in inner.citations:
        reading.cite(citation.url, citation.publisher)
    reading.unknown.extend(inner.unknown)


def _read_template(node: Template, reading: _Reading) -> None:
    name = " ".join(str(node.name).replace("_", " ").split())
    if CITE.match(name) and node.has("url"):
        reading.cite(str(node.get("url").value).strip(), _publisher_of(node))
    elif SILENT.match(name) or CITE.match(name):
        return
    elif name.lower() in SHOWS:
        reading.pieces.append(SHOWS[name.lower()])
    elif SHOWS_FIRST.match(name):
        _walk(node.get("1").value.nodes if node.has("1") else (), reading)
    elif SHOWS_FIRST_TWO.match(name):
        _read_measure(name, node, reading)
    elif FRACTION.match(name):
        _read_fraction(node, reading)
    elif SHIP_PREFIX.match(name):
        reading.pieces.append(f"{name} {_argument(node, '1')}".strip())
    else:
        reading.unknown.append(name)


def _read_measure(name: str, node: Template, reading: _Reading) -> None:
    """Show ``{{convert|5|km}}`` as 5 km, ``{{convert|5|-|6|km}}`` as 5 - 6 km, ``{{mp|2003 UB|313}}`` as 2003 UB313."""
    shown = [_argument(node, position) for position in "1234"]
    if not RANGE.match(shown[1]):
        shown = shown[:2]
    reading.pieces.append(("" if name.lower() == "mp" else " ").join(filter(None, shown)))


def _read_fraction(node: Template, reading: _Reading) -> None:
    """Show ``{{frac|2}}`` as 1/2, ``{{frac|3|4}}`` as 3/4, ``{{frac|9|3|4}}`` as 9 3/4, and a space behind a number."""
    numbers = [number for name in ("1", "2", "3") if (number := _argument(node, name))]
    if not numbers:
        return
    above, below = numbers[-2:] if len(numbers) > 1 else ("1", numbers[0])
    whole = f"{numbers[0]} " if len(numbers) > 2 else ""
    apart = " " if reading.pieces and reading.pieces[-1][-1:].isdigit() else ""
    reading.pieces.append(f"{apart}{whole}{above}/{below}")


def _argument(node: Template, name: str) -> str:
    return _shown(node.get(name).value).strip() if node.has(name) else ""


def _publisher_of(node: Template) -> str | None:
    names = ("publisher", "work", "newspaper", "website", "agency")
    return next((label for name in names if (label := _argument(node, name))), None)


def _read_external(node: ExternalLink, reading: _Reading) -> None:
    _external(str(node.url).strip(), _shown(node.title).strip(), reading)


def _external(url: str, label: str, reading: _Reading) -> None:
    publisher = _in_parentheses(label)
    if publisher is None and label and not reading.inside_ref:
        reading.pieces.append(f"{LABEL_START}{label}{LABEL_END}")
    reading.cite(url, publisher)


def _in_parentheses(label: str) -> str | None:
    """Return the publisher's name from a label such as ``(BBC)``, or None if the label is not of that form."""
    match = re.fullmatch(r"[\"“'\s]*\(\s*(.*?)\s*\)?[\"”'\s.,]*", label)
    return _publisher_name(match[1]) if match else None


def _publisher_name(label: str) -> str | None:
    """Return a label without the quotes around it, and without the end of a bracket that opens outside of it."""
    name = label.strip(" \"'“”")
    return (name if "(" in name else name.rstrip(") ")) if re.search(r"\w", name) else None


def _read_link(node: Wikilink, reading: _Reading) -> None:
    _link(str(node.title), _shown(node.text), reading)


def _link(target: str, anchor: str, reading: _Reading) -> None:
    news = WIKINEWS.match(target.strip().removeprefix(":"))
    if news:
        if anchor.strip() and _in_parentheses(anchor) is None:
            reading.pieces.append(f"{LABEL_START}{anchor}{LABEL_END}")
        reading.cite(f"https://en.wikinews.org/wiki/{news[1].strip().replace(' ', '_')}", "Wikinews")
        return
    if HIDDEN_NAMESPACE.match(target.strip()):
        return
    title = article_title(target)
    shown = anchor.strip() or html.unescape(target).strip().removeprefix(":").strip()
    if title is not None:
        reading.links.append(Link(title, shown))
    reading.pieces.extend((LINK_START, anchor if anchor.strip() else shown, LINK_END))


READERS: dict[type[object], Callable[..., None]] = {
    Text: _read_text,
    Wikilink: _read_link,
    ExternalLink: _read_external,
    Template: _read_template,
    Tag: _read_tag,
    HTMLEntity: _read_entity,
    Comment: _read_comment,
}


def _settle_labels(text: str, citations: list[Citation]) -> str:
    """Decide what the label of each external link is, and leave in the text only words of the sentence.

    A label is the name of a publisher where its link stands in brackets of its own or at the end of the bullet.
    """
    alone = [match.span() for match in ALONE.finditer(text)]

    def settle(match: re.Match[str]) -> str:
        if not any(start <= match.start() < end for start, end in alone):
            return match[1] + CITED
        position = text.count(CITED, 0, match.end()) - 1
        citation = citations[position]
        citations[position] = replace(citation, publisher=citation.publisher or _publisher_name(match[1]))
        return CITED

    return LABELLED.sub(settle, text)


def _tidy(text: str) -> str:
    """Take the citations out of the text, with the brackets, commas and spaces that held them."""
    text = " ".join(text.split())
    if CITED in text:
        for pattern, replacement in AROUND_CITED:
            text = pattern.sub(replacement, text)
            if CITED not in text:
                break
    return _without_leftovers(" ".join(text.split()))


def _without_leftovers(text: str) -> str:
    """Take away the commas, brackets and second full stop that citations leave at the end of a text."""
    sentence = text.rstrip(" .,;([")
    left = text[len(sentence) :]
    if SENTENCE_END.search(sentence):
        return sentence
    return sentence + ("..." if left.startswith("...") else "." if "." in left else "")
