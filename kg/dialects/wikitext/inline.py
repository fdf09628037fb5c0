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

from kg.dialects import editions
from kg.dialects.record import Citation, Link
from kg.dialects.visible import visible
from kg.dialects.wikitext import quotes, references, templates
from kg.dialects.wikitext.plain_lines import Piece, pieces

# Marks a citation in the text until its surroundings have been tidied (OBJECT REPLACEMENT CHARACTER).
CITED = "\ufffc"
# Encloses the anchors of wikilinks until the text without links has been taken (private use area).
LINK_START, LINK_END = "\ue000", "\ue001"
# Enclose the label of an external link until it is known to be a publisher's name or part of the sentence.
LABEL_START, LABEL_END = "\ue002", "\ue003"
MARKS = re.compile(f"[{CITED}{LINK_START}{LINK_END}{LABEL_START}{LABEL_END}]")
ANCHOR = re.compile(f"{LINK_START}[^{LINK_END}]*{LINK_END}")
LABELLED = re.compile(f"{LABEL_START}([^{LABEL_END}]*){LABEL_END}{CITED}")
ONE_CITED = f"(?:{LABEL_START}[^{LABEL_END}]*{LABEL_END})?{CITED}"
ALONE = re.compile(rf"\(\s*(?:{ONE_CITED}[\s,;]*)+\)|(?:{ONE_CITED}[\s,;.)]*)+$")

AROUND_CITED = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (rf"[(\[]\s*(?:{CITED}[\s,;]*)+[)\]]", CITED),
        (rf"{CITED}(?:[\s,;]*{CITED})+", CITED),
        (rf"\s*{CITED}[\s,;|}}]*$", ""),
        (rf"([.!?][\"”’']?)\s*{CITED}\.", r"\1 "),
        (rf"([,;])\s*{CITED}\s*[,;]", r"\1"),
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
# Interwiki prefixes: other language editions and sister projects. In lower case, unlike titles.
OTHER_WIKI = re.compile(r"(?:[a-z]{2}|[bcdmqsv]|wikt|voy|mw|simple|zh-[a-z-]+|ceb|nds|als|war|sco|ast|arz)\s*:")
HIDDEN_NAMESPACE = re.compile(r"(?:file|image|category|media)\s*:", re.IGNORECASE)
WIKINEWS = re.compile(r"(?:wikinews|n)\s*:\s*(.+)", re.IGNORECASE)
TRAIL = re.compile(r"[a-z]+")
OWN_WIKI = re.compile(r"(?:w|en)\s*:\s*")
# Titles in MediaWiki cannot have these, or "." or ".." between slashes: clients resolve them away (RFC 3986, section
# 5.2.4).
BAD_TITLE = re.compile(r"[<>\[\]{}|\x00-\x1f\x7f\ufffe\uffff]|(?:^|/)\.{1,2}(?:/|$)")

MAX_DEPTH = 30
"""How deep nested templates are read; MediaWiki has a limit too."""


@dataclass(frozen=True, slots=True)
class Inline:
    """What one bullet's wikitext says.

    ``text`` is what a reader sees, without citations; ``linked`` the same without the links' anchors;
    ``unknown`` names the templates that no rule understands, which show their positional arguments.
    """

    text: str
    linked: str
    links: tuple[Link, ...]
    citations: tuple[Citation, ...]
    unknown: tuple[str, ...]


@dataclass(slots=True)
class _Reading:
    """The pieces of a bullet while its nodes are walked; ``references`` are what its references hold."""

    references: list[str] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    inside_ref: bool = False
    depth: int = 0

    def cite(self, url: str, publisher: str | None) -> None:
        """Add a citation and leave its mark in the text."""
        self.citations.append(Citation(url, publisher))
        self.pieces.append(CITED)


@lru_cache(maxsize=4_096)
def read(source: str) -> Inline:
    """Read the wikitext of one bullet, without its list markers. Never raises on any text."""
    source = source if source.isascii() else MARKS.sub("\ufffd", source)
    source, held = references.taken_out(source) if "<" in source else (source, [])
    reading = _Reading(held)
    _read_source(source, reading)
    marked = _tidy(_settle_labels("".join(reading.pieces), reading.citations))
    without_links = ANCHOR.sub(" ", marked)
    return Inline(
        text=MARKS.sub("", marked),
        linked=MARKS.sub("", without_links).strip(),
        links=tuple(reading.links),
        citations=tuple(reading.citations),
        unknown=tuple(reading.unknown),
    )


def _read_source(source: str, reading: _Reading) -> None:
    """Read wikitext from which references have been taken out."""
    source = quotes.without_marks(source) if "''" in source else source
    simple = pieces(source)
    if simple is None:
        _walk(mwparserfromhell.parse(source, skip_style_tags=True).nodes, reading)
    else:
        _read_pieces(simple, reading)


def _read_pieces(found: Iterable[Piece], reading: _Reading) -> None:
    target = ""
    for piece in found:
        if piece.target:
            _link(piece.target, visible(piece.text), reading)
        elif piece.url:
            _external(piece.url, visible(piece.text), reading)
        elif piece.reference:
            _refer(int(piece.reference), reading)
        else:
            if target:
                _take_trail(piece.text, target, reading)
            reading.pieces.append(piece.text)
        target = piece.target


def plain(source: str) -> str:
    """Return what a reader sees in a piece of wikitext."""
    return read(source).text


def _shown(code: Wikicode | None, within: _Reading) -> str:
    if code is None:
        return ""
    if len(code.nodes) == 1 and isinstance(code.nodes[0], Text):
        return visible(str(code.nodes[0].value))
    reading = _Reading(within.references, depth=within.depth + 1)
    _walk(code.nodes, reading)
    return MARKS.sub("", _tidy("".join(reading.pieces)))


@lru_cache(maxsize=65_536)
def article_title(target: str) -> str | None:
    """Normalise the target of a wikilink to an article's title; return None if it does not lead to an article.

    The first letter is made upper case, underscores become spaces, and the fragment is dropped.
    """
    title = html.unescape(unquote(target) if "%" in target else target).partition("#")[0]
    title = visible(title.replace("_", " ")).removeprefix(":").strip()
    title = OWN_WIKI.sub("", title, count=1) if OWN_WIKI.match(title) else title
    if (
        not title
        or OTHER_NAMESPACE.match(title)
        or OTHER_WIKI.match(title)
        or WIKINEWS.match(title)
        or BAD_TITLE.search(title)
        or editions.is_no_article(title)
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
    """Note the letters directly after the link to ``target``, as in ``[[India]]n`` (MediaWiki's link trail)."""
    trail = TRAIL.match(text)
    if trail and reading.links and reading.links[-1].title == article_title(target):
        reading.links[-1] = replace(reading.links[-1], trail=trail[0])


def _read_text(node: Text, reading: _Reading) -> None:
    reading.pieces.append(str(node.value))


def _read_entity(node: HTMLEntity, reading: _Reading) -> None:
    reading.pieces.append(html.unescape(str(node)))


def _read_comment(node: Comment, reading: _Reading) -> None:
    """Skip a comment, which shows nothing."""


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
    printed = references.REFERENCE.fullmatch(str(node))
    if printed:
        _refer(int(printed["number"]), reading)


def _refer(number: int, reading: _Reading) -> None:
    if number < len(reading.references):
        _footnote(reading.references[number], [], reading)


def _footnote(source: str, within: list[str], reading: _Reading) -> None:
    """Read a footnote's citations; its words are not part of the sentence.

    ``within`` are the references that may occur in it: none in a reference, where the tag is text.
    """
    inner = _Reading(within, inside_ref=True, depth=reading.depth + 1)
    _read_source(source, inner)
    for citation in inner.citations:
        reading.cite(citation.url, citation.publisher)
    reading.unknown.extend(inner.unknown)


def _read_template(node: Template, reading: _Reading) -> None:
    name = templates.named(str(node.name))
    arguments = {str(one.name).strip(): str(one.value).strip() for one in node.params}
    if reading.depth > MAX_DEPTH:
        reading.unknown.append(name)
    elif url := templates.cited(name, arguments):
        reading.cite(url, _publisher_of(node, templates.publishers(name), reading))
    elif templates.FOOTNOTE.match(name):
        _footnote(templates.positional(arguments), reading.references, reading)
    else:
        _read_shown(name, arguments, reading)


def _read_shown(name: str, arguments: templates.Arguments, reading: _Reading) -> None:
    """Read the wikitext that a template shows, including links and citations."""
    shown = templates.shown(name, arguments)
    if shown is None:
        reading.unknown.append(name)
        shown = templates.positional(arguments)
    if not shown:
        return
    if templates.FRACTION.match(name) and reading.pieces and reading.pieces[-1][-1:].isdigit():
        reading.pieces.append(" ")
    reading.depth += 1
    _walk(mwparserfromhell.parse(shown, skip_style_tags=True).nodes, reading)
    reading.depth -= 1


def _publisher_of(node: Template, names: tuple[str, ...], reading: _Reading) -> str | None:
    given = {str(one.name).strip().casefold(): one.value for one in node.params}
    values = (given[name] for name in names if name in given)
    return next((label for value in values if (label := _shown(value, reading).strip())), None)


def _read_external(node: ExternalLink, reading: _Reading) -> None:
    _external(str(node.url).strip(), _shown(node.title, reading).strip(), reading)


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
    """Return a label without the quotes around it, and without a closing bracket that was opened before it."""
    name = label.strip(" \"'“”")
    return (name if "(" in name else name.rstrip(") ")) if re.search(r"\w", name) else None


def _read_link(node: Wikilink, reading: _Reading) -> None:
    _link(str(node.title), _shown(node.text, reading), reading)


def _link(target: str, anchor: str, reading: _Reading) -> None:
    news = WIKINEWS.match(target.strip().removeprefix(":"))
    if news:
        if anchor.strip() and _in_parentheses(anchor) is None:
            reading.pieces.append(f"{LABEL_START}{anchor}{LABEL_END}")
        reading.cite(f"https://en.wikinews.org/wiki/{news[1].strip().replace(' ', '_')}", "Wikinews")
        return
    if HIDDEN_NAMESPACE.match(target.strip()) or editions.is_hidden(target):
        return
    title = article_title(target)
    shown = anchor.strip() or visible(html.unescape(target)).removeprefix(":").strip()
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
    """Decide what the label of each external link is, and leave only words of the sentence in the text.

    A label is the name of a publisher if its link is in brackets of its own or at the end of the bullet.
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
    """Remove the citations from the text, with the brackets, commas and spaces around them."""
    text = visible(text)
    if CITED in text:
        for pattern, replacement in AROUND_CITED:
            text = pattern.sub(replacement, text)
            if CITED not in text:
                break
    return _without_leftovers(" ".join(text.split()))


def _without_leftovers(text: str) -> str:
    """Remove the commas, brackets and second full stop that citations leave at the end of a text."""
    sentence = text.rstrip(" .,;([")
    left = text[len(sentence) :]
    if SENTENCE_END.search(sentence):
        return sentence
    return sentence + ("..." if left.startswith("...") else "." if "." in left else "")
