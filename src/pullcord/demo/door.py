"""The demo's own door for its host: one link, one press, once, instead of a password. No other server has it."""

import threading
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from pullcord.config import Config
from pullcord.edge.guards import is_from_elsewhere
from pullcord.edge.pages import page
from pullcord.safe.keys import digest, new_token

if TYPE_CHECKING:
    from pullcord.store.models import User

SIGN_IN = """<p class="about">Practice</p><h1>The host's page</h1><p>In the demo there is no password. This link signs you
in once, in this browser.</p><form method="post"><button class="quiet">Sign in</button></form>"""
USED = """<h1>This link was used already</h1><p>It signs in once. If that was in this browser, <a href="/">open the host's
page</a>. Otherwise start the demo again.</p>"""


class HostDoor:
    def __init__(self, config: Config) -> None:
        self._config = config
        self._lock = threading.Lock()
        self._owner: User | None = None
        self._digest = ""

    def open_for(self, owner: "User") -> str:
        """The link."""
        token = new_token()
        self._owner, self._digest = owner, digest(token)
        return f"{self._config.address}/practice/host/{token}"

    def before(self, practice: ASGIApp) -> Starlette:
        """The door, and behind it whatever else stands at /practice."""
        door = Route("/host/{token}", self._answer, methods=["GET", "POST"])
        return Starlette(routes=[door, Mount("/", practice)])

    async def _answer(self, request: Request) -> Response:
        is_press = request.method == "POST" and not is_from_elsewhere(request, self._config)
        if digest(request.path_params["token"]) != self._digest:
            return page(USED, status=404)
        if not is_press:
            return page(SIGN_IN)
        owner = self._take()
        return page(USED, status=404) if owner is None else await run_in_threadpool(self._signed_in, owner)

    def _take(self) -> "User | None":
        """The owner, for the first who asks."""
        with self._lock:
            owner, self._owner, self._digest = self._owner, None, ""
            return owner

    def _signed_in(self, owner: "User") -> Response:
        from django.conf import settings
        from django.contrib.auth import login
        from django.contrib.sessions.backends.db import SessionStore
        from django.http import HttpRequest

        request = HttpRequest()
        request.session = SessionStore()
        login(request, owner)
        request.session.save()
        answer = RedirectResponse("/", status_code=303)
        name, key = settings.SESSION_COOKIE_NAME, str(request.session.session_key)
        answer.set_cookie(name, key, httponly=True, samesite="lax", secure=self._config.is_https)
        return answer
