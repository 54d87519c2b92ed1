"""The languages of the guide, and how a page says a sentence in one of them.

What no native speaker has reviewed goes out with the English beside it, and says so.
"""

import gettext
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from markupsafe import Markup, escape

from pullcord.core.saying import Say, in_english

DOMAIN: Final = "pullcord"


class Language(NamedTuple):
    code: str
    """BCP 47."""
    name: str
    """What its speakers call it."""
    reviewed_by: str = ""
    """The native speaker who has read all of it; empty = nobody yet."""
    is_rtl: bool = False

    @property
    def is_english(self) -> bool:
        return self.code == ENGLISH

    @property
    def direction(self) -> str:
        return "rtl" if self.is_rtl else "ltr"

    @property
    def needs_english(self) -> bool:
        return not self.is_english and not self.reviewed_by


ENGLISH: Final = "en"
LANGUAGES: Final[Mapping[str, Language]] = {
    language.code: language
    for language in (
        Language(ENGLISH, "English"),
        Language("cy", "Cymraeg"),
        Language("fr", "Français"),
        Language("de", "Deutsch"),
        Language("es", "Español"),
        Language("pl", "Polski"),
        Language("ar", "العربية", is_rtl=True),
        Language("ur", "اردو", is_rtl=True),
        Language("uk", "Українська"),
    )
}


@cache
def saying(code: str) -> Say:
    """Raises FileNotFoundError where the language has no catalogue."""
    if code == ENGLISH:
        return in_english
    with (files("pullcord") / "locale" / code / "LC_MESSAGES" / f"{DOMAIN}.mo").open("rb") as file:
        return gettext.GNUTranslations(file).gettext


class Voice(NamedTuple):
    """One language, as a template speaks it."""

    language: Language
    plain: Say
    """The sentence alone: for attributes, titles, and what is copied."""

    def say(self, sentence: str, **filled: str) -> Markup:
        """The sentence, with the English beside it where nobody has reviewed the language."""
        return self.beside(_put(self.plain(sentence), filled), _put(sentence, filled))

    def all(self, sentences: Callable[[Say], tuple[str, ...]]) -> list[Markup]:
        """What one of `core`'s lists says, sentence by sentence."""
        pairs = zip(sentences(self.plain), sentences(in_english), strict=True)
        return [self.beside(said, english) for said, english in pairs]

    def beside(self, said: str, english: str) -> Markup:
        if self.language.is_english:
            return escape(said)
        if said == english:
            return _in_english(english)
        if self.language.needs_english:
            return escape(said) + Markup(" ") + _in_english(english)
        return escape(said)


def voice(code: str) -> Voice:
    return Voice(LANGUAGES[code], saying(code))


def _put(sentence: str, filled: Mapping[str, str]) -> str:
    return sentence.format(**filled) if filled else sentence


@cache
def _in_english(sentence: str) -> Markup:
    return Markup('<span class="en" lang="en" dir="ltr">{}</span>').format(sentence)
