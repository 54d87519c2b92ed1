"""How a text gets its language: the English sentence is its own key, and whoever asks hands in what translates it.

Every sentence is written once, as `say("The meeting was ended at {time}.")`, so that gettext's tools find it; what is filled
in is named, so that a translator may put it elsewhere.
"""

from collections.abc import Callable

Say = Callable[[str], str]


def in_english(sentence: str) -> str:
    return sentence


def noted(sentence: str) -> str:
    """A sentence that stands in a table, and is said later: here for the tools that collect what is to be translated."""
    return sentence
