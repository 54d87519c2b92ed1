"""How long somebody stays signed in: seven days at most, and twelve hours after the last look.

When somebody last looked is kept in memory: reading a page writes nothing. After a restart the time of signing in counts.
"""

from collections import OrderedDict
from threading import Lock
from typing import Any, Final

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponseBase

from pullcord.jobs.desk import current
from pullcord.store import users
from pullcord.store.models import User
from pullcord.web.middleware import Answer
from pullcord.web.views.asked import PRESS_SECONDS

WHOLE_SECONDS: Final = 7 * 24 * 60 * 60.0
IDLE_SECONDS: Final = PRESS_SECONDS
"""As long as an open page can end a meeting: whoever presses there shall see what came of it."""
SINCE: Final = "signed in at"
MOST: Final = 10_000


class Seen:
    """When each session last looked, by its key. The longest ago goes first where there are too many."""

    def __init__(self) -> None:
        self._at: OrderedDict[str, float] = OrderedDict()
        self._lock = Lock()

    def last(self, key: str, since: float) -> float:
        with self._lock:
            return max(self._at.get(key, since), since)

    def look(self, key: str, now: float) -> None:
        with self._lock:
            self._at[key] = now
            self._at.move_to_end(key)
            while len(self._at) > MOST or next(iter(self._at.values())) < now - IDLE_SECONDS:
                self._at.popitem(last=False)


seen = Seen()


def begin(sender: Any, request: HttpRequest, user: User, **told: Any) -> None:
    """Somebody signed in; what ended long ago is cleared away."""
    request.session[SINCE] = current().means.clock()
    users.forget_old_sessions()


class Limits:
    """Whoever was signed in for too long, or has not looked for too long, is a stranger again."""

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.session.session_key and isinstance(request.user, User):
            if _is_over(request, now := current().means.clock()):
                request.user = AnonymousUser()
            else:
                seen.look(request.session.session_key, now)
        return self._get_response(request)


def _is_over(request: HttpRequest, now: float) -> bool:
    since = request.session.get(SINCE)
    if not isinstance(since, float):
        return True
    last = seen.last(str(request.session.session_key), since)
    return now - since > WHOLE_SECONDS or now - last > IDLE_SECONDS
