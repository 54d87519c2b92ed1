"""The record of an incident as a hash chain: whatever is changed, swapped, repeated or cut off afterwards is found.

An entry's hash is SHA-256, hex, over this UTF-8 text: the JSON object of `at`, `fields`, `kind`, `mark`, `number` and
`previous`, keys sorted at every level, no spaces, nothing but ASCII (`\\uXXXX` otherwise). `at` is UTC with microseconds,
`2026-01-31T18:04:05.000001Z`. Numbers are whole, since languages write fractions differently. The first entry's
`previous` is 64 zeros.

The chain holds codes and keyed digests, never a person: `digest_of(key, value)`, with the key beside the person's name
in a table that can be erased. It says that nothing was changed since the head was told to somebody else, and no more: a
chain that was rebuilt as a whole is only found by whoever has an earlier head.
"""

import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Literal, NamedTuple

START = "0" * 64

Reason = Literal["changed", "order", "link", "cut", "head"]


class Entry(NamedTuple):
    number: int
    """From 1, without a gap."""
    at: datetime
    kind: str
    fields: Mapping[str, Any]
    mark: str | None
    """What makes it unique: the mark of the journal's line it was made of. None = it did not come from the journal."""
    previous: str
    hash: str


class Head(NamedTuple):
    """What is told to somebody who cannot change the record: how many entries there were, and the last one's hash."""

    length: int
    hash: str


class Broken(NamedTuple):
    number: int
    """Where the chain first does not hold: the place in the row, counted from 1."""
    reason: Reason
    """`changed`: the content does not fit its hash; `order`: swapped, repeated or missing; `link`: does not follow on the
    one before; `cut`: ends before the known head; `head`: not the entry that the known head speaks of."""


def append(
    previous: Entry | None, kind: str, at: datetime, fields: Mapping[str, Any], *, mark: str | None = None
) -> Entry:
    """The next entry. Raises TypeError where a field is not text, a whole number, true, false, null, or a list of these."""
    number, before = (1, START) if previous is None else (previous.number + 1, previous.hash)
    entry = Entry(number, at.astimezone(UTC), kind, _plain(fields), mark, before, "")
    return entry._replace(hash=hash_of(entry))


def verify(entries: Iterable[Entry], head: Head | None = None) -> Broken | None:
    """Where the chain is broken. None = it is consistent with itself and, where one is given, with the known head."""
    count, last = 0, START
    for count, entry in enumerate(entries, 1):
        broken = _fault(entry, count, last)
        if broken is not None:
            return Broken(count, broken)
        last = entry.hash
        if head is not None and count == head.length and last != head.hash:
            return Broken(count, "head")
    if head is not None and count < head.length:
        return Broken(count + 1, "cut")
    return None


def head_of(entries: Sequence[Entry]) -> Head:
    return Head(len(entries), entries[-1].hash if entries else START)


def hash_of(entry: Entry) -> str:
    return sha256(canonical(entry)).hexdigest()


def canonical(entry: Entry) -> bytes:
    """The bytes that are hashed: see the top of this file."""
    told = entry._asdict() | {"at": entry.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")}
    del told["hash"]
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode()


def digest_of(key: bytes, value: str) -> str:
    """What the chain may hold of a person: it says nothing to whoever has not the key, and nobody has it once it is erased."""
    return hmac.digest(key, value.encode("utf-8", "surrogatepass"), "sha256").hex()


def _fault(entry: Entry, place: int, last: str) -> Reason | None:
    if entry.number != place:
        return "order"
    if entry.hash != hash_of(entry):
        return "changed"
    return None if entry.previous == last else "link"


def _plain(fields: Mapping[str, Any]) -> dict[str, Any]:
    for name, value in fields.items():
        for part in value if isinstance(value, list) else [value]:
            if part is not None and not isinstance(part, str | int):
                raise TypeError(f"An entry cannot hold {name}: {type(part).__name__}.")
    return dict(fields)
