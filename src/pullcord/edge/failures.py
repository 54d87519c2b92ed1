"""Counts links that do not work, per caller: a guesser is slowed, and a valid link never waits for anyone's count."""

import os
import time
from collections import OrderedDict
from hashlib import blake2b

MOST_A_MINUTE = 30
MOST_CALLERS = 10_000


class Failures:
    """Callers are kept as a hash under a key that dies with the process, for a minute, in memory only."""

    def __init__(self) -> None:
        self._key = os.urandom(16)
        self._counts: OrderedDict[tuple[int, str], int] = OrderedDict()

    def count(self, caller: str) -> bool:
        """One more failure of this caller; whether he has had too many in this minute."""
        minute = int(time.monotonic() // 60)
        who = (minute, blake2b(caller.encode(), key=self._key, digest_size=12).hexdigest())
        self._counts[who] = self._counts.get(who, 0) + 1
        while self._counts and (len(self._counts) > MOST_CALLERS or next(iter(self._counts))[0] < minute):
            self._counts.popitem(last=False)
        return self._counts.get(who, 1) > MOST_A_MINUTE
