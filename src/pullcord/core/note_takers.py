"""Programs that sit in a meeting to take notes, known by the name they show. A name proves nothing: it is said as a likeness, never more.

The names are those under which such programs were seen in meetings, from memory and without a source that could be named; a program
under another name is not found, and somebody may be called so. What one of them took, its maker has: nobody but whoever brought it can
have that deleted.
"""

import re
from typing import Final

NAMES: Final = (
    r"note[\s_-]?taker",
    r"meeting (notes|assistant|recorder|summary)",
    r"otter(\.ai|pilot)",
    r"fireflies(\.ai)?",
    r"read\.ai",
    r"fathom (ai|note|video)",
    r"tl;?dv",
    r"avoma",
    r"meetgeek",
    r"sembly",
    r"supernormal",
    r"circleback",
    r"notta( bot)?",
    r"(ai|recording) (assistant|bot)",
)
LOOKS: Final = re.compile(rf"(?<![a-z])({'|'.join(NAMES)})(?![a-z])", re.IGNORECASE)
LONGEST: Final = 200


def looks_like_one(name: str | None) -> bool:
    """Not known without a name."""
    return name is not None and LOOKS.search(name[:LONGEST]) is not None
