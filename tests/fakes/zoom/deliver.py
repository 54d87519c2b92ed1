"""Events by webhook, as badly as it goes: late, twice, out of order, never; and again where nobody took them."""

import hashlib
import hmac
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from tests.fakes.zoom.account import Account
from tests.fakes.zoom.events import body_of, headers_for
from tests.fakes.zoom.schemas import Types

AGAIN_AFTER: Final = (5 * 60.0, 20 * 60.0, 60 * 60.0)
"""Seconds after each try that was not taken; then it is dropped, as the vendor's documentation says."""

Post = Callable[[Mapping[str, str], bytes], int]
"""Hands it over with its headers: the status of the answer."""


class Weather(NamedTuple):
    """Shares of all events."""

    twice: float = 0.0
    lost: float = 0.0
    late: float = 0.0
    late_seconds: float = 90.0


CLEAR: Final = Weather()


@dataclass(order=True)
class _Waiting:
    due: float
    number: int
    body: bytes = field(compare=False)
    tries: int = field(compare=False, default=0)


class Delivery:
    """Listens to an account, and hands over what is due when `run` is called. The clock is the account's."""

    def __init__(
        self, account: Account, post: Post, *, types: Types | None, weather: Weather = CLEAR, seed: int = 1
    ) -> None:
        self._account, self._post, self._types, self._weather = account, post, types, weather
        self._random = random.Random(seed)
        self._waiting: list[_Waiting] = []
        self._count = 0
        self.dropped: list[bytes] = []
        account.told.append(self._heard)

    def _heard(self, name: str, told: dict[str, Any], at: float) -> None:
        body = body_of(self._account, name, told, at)
        if self._types is not None:
            self._types.event(body)
        if self._random.random() < self._weather.lost:
            return
        for _ in range(2 if self._random.random() < self._weather.twice else 1):
            is_late = self._random.random() < self._weather.late
            self._add(body, at + (self._random.uniform(0, self._weather.late_seconds) if is_late else 0.0))

    def _add(self, body: bytes, due: float, tries: int = 0) -> None:
        self._count += 1
        self._waiting.append(_Waiting(due, self._count, body, tries))

    def run(self) -> int:
        """Everything that is due by now, each signed as it is sent; how many were taken."""
        now, taken = self._account.clock(), 0
        due = sorted(one for one in self._waiting if one.due <= now)
        self._waiting = [one for one in self._waiting if one.due > now]
        for one in due:
            if self._post(headers_for(self._account.event_secret, one.body, now), one.body) in (200, 204):
                taken += 1
            elif one.tries < len(AGAIN_AFTER):
                self._add(one.body, now + AGAIN_AFTER[one.tries], one.tries + 1)
            else:
                self.dropped.append(one.body)
        return taken


def validate(
    account: Account, post: Callable[[Mapping[str, str], bytes], tuple[int, Any]], *, plain: str = "a-plain-token"
) -> bool:
    """Ask the other side to show that it knows the secret, as the vendor does before it delivers; signed as everything is."""
    body = json.dumps(
        {"event": "endpoint.url_validation", "event_ts": int(account.clock() * 1000), "payload": {"plainToken": plain}}
    )
    status, told = post(headers_for(account.event_secret, body.encode(), account.clock()), body.encode())
    right = hmac.new(account.event_secret.encode(), plain.encode(), hashlib.sha256).hexdigest()
    return status == 200 and told == {"plainToken": plain, "encryptedToken": right}
