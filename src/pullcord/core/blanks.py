"""Texts with blanks: lines with named holes, and how they are filled. A page fills the same lines by its own script.

Whatever is filled in is data: it is put in once, and never read as a hole again.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

TO_FILL_IN: Final = "______________________"

Values = Mapping[str, str | tuple[str, ...]]
"""By hole. Empty = nobody told it. Several = the line stands once for each."""

_HOLE: Final = re.compile(r"\{([a-z_]+)\}")


class Line(NamedTuple):
    text: str = ""
    when: str = ""
    """The hole without whose value this line is left out."""
    unless: str = ""
    """The hole with whose value this line is left out."""


def fill(lines: Sequence[Line], values: Values) -> str:
    """What nobody told is a line to write on. Raises KeyError on a hole that nobody thought of."""
    return "\n".join(text for line in lines if _stands(line, values) for text in _filled(line.text, values))


def holes(lines: Sequence[Line]) -> set[str]:
    """Every name that `fill` asks for."""
    return {name for line in lines for name in (*_HOLE.findall(line.text), line.when, line.unless) if name}


def _stands(line: Line, values: Values) -> bool:
    return (not line.when or bool(values[line.when])) and (not line.unless or not values[line.unless])


def _filled(text: str, values: Values) -> Iterator[str]:
    several = next((name for name in _HOLE.findall(text) if isinstance(values[name], tuple)), None)
    if several is None:
        yield _put(text, values)
        return
    for one in values[several] or ("",):
        yield _put(text, {**values, several: one})


def _put(text: str, values: Values) -> str:
    return _HOLE.sub(lambda hole: str(values[hole[1]]) or TO_FILL_IN, text)
