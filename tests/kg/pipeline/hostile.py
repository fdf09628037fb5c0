"""Pages that somebody wrote to break a build: any bytes, and what looks like a page but is none that anybody meant."""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st

BITS: Final = (
    "[[", "]]", "|", "{{", "}}", "[", "]", "<ref>", "</ref>", "<ref name=a/>", "<!--", "-->", "''", "'''", "'''''", "<br>",
    "<nowiki>", "</nowiki>", "==", ";", "*", "**", ":", "#", "\n", "\n* ", "\n** ", "\n;", "\r", "\r\n", "\t", " ",
    "[Http://a.example (A)]", "[HTTPS://user:pw@a.example/b c]", "[http://New Zealand Herald]", "[http://пример.рф/я (X)]",
    "[//a.example]", "[ftp://[::1]/ a]", "[http://a.example:99999/]", "http://", "https://%00.example/%zz#a#b", "mailto:a@b",
    "[http://a..b]", "[http://a.example/\ufffe]", "{{cite web|url=Http://a.example/|publisher=[[A]]}}", "{{convert|1|to|2|km}}",
    "{{lang|fr|a}}", "{{unknown|a|b}}", "{{#if:a|b}}", "{{subst:a}}", "{{age|1|1|1|1|1|1}}", "{{!}}", "-{zh-hans:a;zh-tw:b}-",
    "-{", "}-", "[[File:a|b]]", "[[n:A]]", "[[wikt:a]]", "[[..]]", "[[%00]]", "[[%2E]]", "[[:Category:a]]", "[[#a]]", "[[a#b|c]]",
    "&#0;", "&#xD800;", "&#xFFFE;", "&#x1F;", "&nbsp;", "&lt;", "&bogus;", "\u200b", "\u200d", "\ufeff", "\u202e", "\ufffc", "\ufffe",
    "\uffff", "\ue000", "\u0301", "\u2028", "\x0b", "\x1b", "\x7f", "\x85", "\U0001f469", "\U000e0001", "\U0010ffff", "é", "霍", "ß",
    "a", "Homs", "is hit.", "(", ")", "()", ",", ".", "...", "%", '"', "\\", "`", "^", "{", "}", "<", ">", "_", "0", "/", "..",
    "#REDIRECT [[A]]", "{{Current events header|2011|11|08}}", "{{Current events|year=2011|month=11|day=8|content=", "|}",
)  # fmt: skip
MARKDOWN: Final = (
    "### [2011-11-8](/news/2011/11/8/index.md)\n", "### [0000-99-99](/news/2011/11/8/index.md)\n", "##### Homs\n", "##### \n", "# ",
    "\n### Source:\n\n", "\n### Sources:\n\n", "\n### Changes:\n\n", "\n### Related:\n\n", "\n### 信息来源:\n\n", "\n### 有关:\n\n",
    "1. [BBC](Http://a.example/b)\n", "1. [](http://New Zealand)\n", "2. [Cover Image](javascript:a)\n", "1. [a](b) [IMG](data:,c)\n",
    "1. [a](/news/2011/11/8/b.md) _2011-11-08 10:00:00 (First version)_\n", "2. [b](/news/2011/11/8/b.md) _(Current version)_\n",
    "1. [b](/news/0001/01/1/b.md) _Context: A, B_\n", "1. [](/zh/news/2011/11/8/.md) _上下文: A_\n", "1. [a](/news/9999/12/31/index.md) _Context: _\n",
    "## [2011-11-8](/news/2011/11/8/index.md)\n", "### [a](/news/2011/11/8/a.md)\n", "_Context: Homs, Syria_\n", "## [Previous Day...](/news/2011/11/7/index.md)\n",
)  # fmt: skip

noise = st.text(st.characters(codec="utf-8"), max_size=5)
wikitext = st.lists(st.sampled_from(BITS) | noise, max_size=30).map("".join)
day_pages = st.lists(wikitext, max_size=6).map(
    lambda lines: "{{Current events header|2011|11|08}}\n;News\n* " + "\n* ".join(lines)
)
context_pages = st.lists(st.sampled_from(MARKDOWN) | st.sampled_from(BITS) | noise, max_size=40).map("".join)
contents = st.binary(max_size=300) | (day_pages | context_pages).map(lambda text: text.encode())
paths = st.sampled_from(
    (
        "2011_November_8.txt", "2011_November_9.txt", "0001_January_1.txt", "9999_December_31.txt", "2000_February_29.txt",
        "news/2011/11/8/index.md", "news/2011/11/8/README.md", "news/2011/11/8/a.md", "news/2011/11/8/b@0123456789.md",
        "zh/news/2011/11/8/霍姆斯.md", "zh/news/2011/11/9/index.md", "README.md", "news/0001/01/1/.md", "news/9999/12/31/ .md",
    )
)  # fmt: skip
archives = st.dictionaries(paths, contents, min_size=1, max_size=8)
"""Archives of hostile pages: their contents by their paths."""
