"""The name under which an organisation writes to people: it must tell a stranger who sees the preview nothing.

A mailbox is shared, a phone lies face up, and a parent or a partner may be the danger. So no word in it may say that something
happened, what kind of help it is about, or which meeting it was.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from pullcord.core.wording import FORBIDDEN

USUAL: Final = "Your host"
"""Where an organisation chose none."""
LONGEST: Final = 40
SHORTEST_NAME: Final = 4
"""A meeting called "Tea" would forbid "Team"."""

NOT_A_NAME = re.compile(r"@|://|\bwww\.|\w\.(?:com|org|net|info|gov|edu|[a-z]{2})\b|[<>\"\\;,:]|\d{5}", re.IGNORECASE)
TELLING: Final = re.compile(
    # what happened
    r"abus|assault|attack|crim|incident|intru|disrupt|harass|stalk|threat|trauma|violen|sexual|rape|porn|nud(?:e|ity)|expos"
    r"|emergenc|urgent|alert|warning|danger|distress|crisis"
    # who helps with it
    r"|safeguard|polic|victim|survivor|witness|refuge\b|shelter|hotline|help ?line|support group|counsel|therap|psych"
    r"|child protect|social work|csa\b|csam\b"
    # what a group may be about, which is nobody's business
    r"|addict|alcohol|recover|rehab|sober|sobriety|gambl|anonym|\baa\b|\bna\b|overeat|depress|suicid|bereav|grief|cancer|\bhiv\b"
    r"|lgbt|trans(?:gender)?\b|queer|divorc|asylum"
    # the same in the languages that we speak
    r"|missbrauch|übergriff|vorfall|gewalt|opfer|notfall|notruf|polizei|selbsthilfe|sucht|trauer"
    r"|abus[oi]|agresi[oó]n|v[ií]ctima|urgencia|polic[ií]a|ayuda mutua|adicci"
    r"|agression|victime|urgence|dépendance|deuil|przemoc|napaść|ofiar|policj|uzależ|насил|жертв|поліц|залежн"
    r"|camdrin|trais|heddlu|dioddef|argyfwng|اعتداء|ضحي|شرطة|طوارئ|تشدد|متاثر|پولیس|ہنگامی",
    re.IGNORECASE,
)
"""No list is whole: whoever chooses is told what it is for, and sees how it will look."""


def wrong_with(name: str, *, meetings: Iterable[str]) -> str:
    """Why this will not do, as a sentence for whoever chose it; empty = it will. `meetings`: the names of the organisation's own."""
    plain = read_as(name)
    if not any(sign.isalpha() for sign in plain):
        return "Choose a name of letters."
    if len(name) > LONGEST:
        return f"Choose a shorter one: {LONGEST} signs at most."
    if not name.isprintable() or NOT_A_NAME.search(plain):
        return "Choose a plain name: no address, no link, no number, no signs that cannot be seen."
    if found := TELLING.search(plain) or FORBIDDEN.search(plain):
        return f"“{found.group()}” tells whoever sees the message what it is about. Choose a word that says nothing."
    if any(len(one := read_as(told)) >= SHORTEST_NAME and one in plain for told in meetings):
        return "This is the name of one of your meetings. Choose a word that says nothing."
    return ""


def read_as(name: str) -> str:
    """As an eye reads it: wide and joined signs as plain ones, without what cannot be seen."""
    wide = unicodedata.normalize("NFKC", name)
    return " ".join("".join(sign for sign in wide if sign.isprintable()).casefold().split())


def shown(chosen: str) -> str:
    """What stands over a message."""
    return chosen or USUAL
