"""The language of pages: translations of the English texts, from GNU gettext catalogues.

``speaking`` sets the language once for the time in which a page is made. Texts in templates and functions are marked
for the catalogue by ``gettext`` and ``ngettext``, or by ``message`` and ``plural`` if they are translated later.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from gettext import NullTranslations, translation
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

LOCALE: Final = Path(__file__).parent / "locale"
"""The folder of the catalogues."""
DOMAIN: Final = "newsgraph"
"""The name of their files."""


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the interface: its tag in addresses, its tag in pages (BCP 47), its name for itself, its texts."""

    tag: str
    code: str
    name: str
    texts: NullTranslations


ENGLISH: Final = Language("en", "en", "English", NullTranslations())
"""The language of the texts in the code, and of everything that is not a page."""
CHINESE: Final = Language("zh", "zh-Hans", "中文", translation(DOMAIN, LOCALE, ["zh"]))
LANGUAGES: Final[Mapping[str, Language]] = MappingProxyType({one.tag: one for one in (ENGLISH, CHINESE)})
"""The languages of the interface by their tags; the first is the default."""
_SPOKEN: Final[ContextVar[Language]] = ContextVar("language", default=ENGLISH)


def spoken_language() -> Language:
    """Return the language of the page being made."""
    return _SPOKEN.get()


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Render in a language, in this thread, until the block ends."""
    token = _SPOKEN.set(language)
    try:
        yield
    finally:
        _SPOKEN.reset(token)


def gettext(text: str, /, **values: Any) -> str:
    """Return a text in the language of the page, with values for its ``%(name)s``."""
    found = _SPOKEN.get().texts.gettext(text) if text else ""  # of "", gettext returns the header of the catalogue
    return found % values if values else found


def pgettext(context: str, text: str, /, **values: Any) -> str:
    """Return a text with several meanings in English, in the meaning given by ``context``."""
    found = _SPOKEN.get().texts.pgettext(context, text)
    return found % values if values else found


def ngettext(one: str, many: str, number: int) -> str:
    """Return the text for a number of things, in which ``%(num)s`` is still to be replaced."""
    return _SPOKEN.get().texts.ngettext(one, many, number)


def message(text: str) -> str:
    """Return a text unchanged: this marks it for the catalogue; it is translated where it is shown."""
    return text


def plural(one: str, many: str) -> tuple[str, str]:
    """Return the texts for one thing and for several unchanged: this marks them for the catalogue."""
    return one, many
