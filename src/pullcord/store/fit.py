"""What came from outside, as every database takes it: a platform's answer may hold what one of them refuses for good."""

import re
from collections.abc import Mapping
from typing import Any

NOT_TEXT = re.compile("[\x00\ud800-\udfff]")
"""NUL, and halves of signs: PostgreSQL keeps neither. SQLite would, and then nothing could be moved from it."""
LARGEST = 2**31 - 1


def text(value: str, longest: int | None = None) -> str:
    """With a sign of our own for each that no text can have; cut to `longest` signs."""
    return NOT_TEXT.sub("\N{REPLACEMENT CHARACTER}", value)[:longest]


def text_or_none(value: str | None, longest: int) -> str | None:
    return None if value is None else text(value, longest)


def count(value: int | None) -> int | None:
    """None = not known; a number that nobody can have counted is not known either."""
    return value if value is not None and 0 <= value <= LARGEST else None


def plain(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The same for what is kept as JSON: values, and lists of values."""
    return {
        name: [_one(part) for part in value] if isinstance(value, list) else _one(value)
        for name, value in fields.items()
    }


def _one(value: Any) -> Any:
    return text(value) if isinstance(value, str) else value
