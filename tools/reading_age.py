"""How old a reader must be for a text: a formula of our own, out of words per sentence and syllables per word.

Flesch-Kincaid for English; other languages are first brought to English's scale by factors measured over Django's own
translations, which say the same in all of them. What it cannot tell stands in docs/reference/reading-age.md.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final, NamedTuple

from babel.messages.mofile import read_mo
from pyphen import Pyphen

OLDEST: Final = 12.5
"""The design says "about 12": what rounds to 12 is about 12, and what rounds to 13 is not."""
MOST_WORDS: Final = 20
HYPHENS: Final = {"en": "en_US", "fr": "fr", "de": "de_DE", "es": "es", "pl": "pl_PL", "uk": "uk_UA"}
"""pyphen's dictionaries; they come with it. American English's finds more of the syllables than British English's."""
ENGLISH: Final = "en"
UNHEARD: Final = 1.041
"""Syllables that are spoken in English for each that pyphen finds, which does not divide a word everywhere it could be.

Measured over the guide's own words, which tests/data/syllables.tsv counts as they are pronounced."""


class Scale(NamedTuple):
    """How many of English's there are for each of the language's, where both say the same."""

    words: float
    more_syllables: float
    """Those after a word's first, which every word has in every language: scaling that too would make short words shorter."""


SCALES: Final = {
    "en": Scale(1.0, 1.0),
    "fr": Scale(0.83, 0.876),
    "de": Scale(1.048, 0.481),
    "es": Scale(0.905, 0.496),
    "pl": Scale(1.04, 0.482),
    "uk": Scale(1.075, 0.322),
}
"""As `measured` tells them, over the messages of the Django that is in the lock: about 850 of each, 3,000 words of English."""

WORD: Final = re.compile(r"[^\W\d_]+(?:['’ʼ-][^\W\d_]+)*")
HOLE: Final = re.compile(r"\{[a-z_]+\}")
ENDS: Final = re.compile(r"[.?!؟۔][”“»\"’)]*$")
CUT: Final = re.compile(r"(?<!\b\w)[.?!؟۔][”“»\"’)]*\s+(?=(.))")
"""Not after a single letter or number: "z. B.", "1. What happened"."""


def is_sentence(text: str) -> bool:
    """Or a heading, a label, the lead-in of a list: too short to be compared with sentences, it would only flatter."""
    return bool(ENDS.search(text))


def sentences(text: str) -> Iterator[str]:
    """Flesch lets a colon end one too; here it does not, which makes a text harder and never easier."""
    begun = 0
    for cut in CUT.finditer(text):
        if cut.group(1).islower():  # an abbreviation, or a word in quotation marks
            continue
        yield text[begun : cut.end()].strip()
        begun = cut.end()
    yield text[begun:].strip()


def words(text: str) -> list[str]:
    """Without numbers, addresses' digits, and what is filled in."""
    return WORD.findall(HOLE.sub(" ", text))


def syllables(word: str, code: str) -> int:
    """As pyphen divides it, part by part."""
    return sum(len(_hyphens(code).positions(part)) + 1 for part in word.split("-"))


@cache
def _hyphens(code: str) -> Pyphen:
    return Pyphen(lang=HYPHENS[code])


def age(texts: Iterable[str], code: str) -> float | None:
    """Flesch-Kincaid's grade and five, in years; None = there is no sentence in it."""
    told = [found for text in texts for sentence in sentences(text) if (found := words(sentence))]
    if not told:
        return None
    spoken = [word for sentence in told for word in sentence]
    scale = SCALES[code]
    per_sentence = len(spoken) / len(told) * scale.words
    per_word = (1 + (_per_word(spoken, code) - 1) * scale.more_syllables) * UNHEARD
    return 0.39 * per_sentence + 11.8 * per_word - 15.59 + 5


def longest(texts: Iterable[str]) -> int:
    """Words of the longest sentence, numbers and filled in words too. A colon ends it, as in the suite's rule for English."""
    parts = (part for text in texts for sentence in sentences(text) for part in re.split(r"(?<=:)\s+", sentence))
    return max((len(part.split()) for part in parts), default=0)


# The measure.


def measured(code: str) -> Scale:
    """From Django's catalogues: what is said in a language against the English that it was made from."""
    both = list(_in_both(code))
    english, other = ([word for pair in both for word in words(pair[side])] for side in (0, 1))
    return Scale(len(english) / len(other), (_per_word(english, ENGLISH) - 1) / (_per_word(other, code) - 1))


def _per_word(spoken: list[str], code: str) -> float:
    return sum(syllables(word, code) for word in spoken) / len(spoken)


def _in_both(code: str) -> Iterator[tuple[str, str]]:
    for catalogue in _catalogues(code):
        with catalogue.open("rb") as file:
            for message in read_mo(file):
                if isinstance(message.id, str) and message.id:
                    yield _bare(message.id), _bare(str(message.string))


def _catalogues(code: str) -> Iterator[Traversable]:
    django = files("django")
    yield django / "conf" / "locale" / code / "LC_MESSAGES" / "django.mo"
    for app in sorted((django / "contrib").iterdir(), key=lambda app: app.name):
        for name in ("django.mo", "djangojs.mo"):
            if (found := app / "locale" / code / "LC_MESSAGES" / name).is_file():
                yield found


def _bare(message: str) -> str:
    """Without markup and without what is filled in."""
    return re.sub(r"%\(\w+\)[a-z]|%[a-z]|\{[^}]*\}|<[^>]*>|&\w+;", " ", message)
