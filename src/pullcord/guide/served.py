"""The guide at /guide: the same files that `pullcord guide --site` writes. Needs no database, no session and no cookie."""

import hashlib
import logging
import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Lock
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from pullcord.guide.known import known_here
from pullcord.guide.site import Site

log = logging.getLogger("pullcord.guide")

KINDS: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
    ".txt": "text/plain; charset=utf-8",
}
POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; manifest-src 'self'; worker-src 'self'; "
    "connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS: Final = {
    # A number that was withdrawn must be gone with the next look; an unchanged page costs a few bytes.
    "Cache-Control": "no-cache",
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Shelf:
    """The guide of today: made anew on another day, and when something in `places` of the data folder has changed."""

    def __init__(self, folder: Path, *, country: str = "", today: Callable[[], date] | None = None) -> None:
        self._folder, self._country = folder, country
        self._today = today or (lambda: datetime.now(tz=UTC).date())
        self._lock = Lock()
        self._made: tuple[object, Site] | None = None

    def site(self) -> Site:
        day = self._today()
        stamp = (day, _stamp(self._folder))
        with self._lock:
            if self._made is None or self._made[0] != stamp:
                known, refused = known_here(self._folder, today=day, country=self._country)
                for sentence in refused:
                    log.warning("%s What was shipped stands in its place.", sentence)
                self._made = (stamp, Site(known))
            return self._made[1]


def app(folder: Path, *, country: str = "") -> Starlette:
    shelf = Shelf(folder, country=country)

    def show(request: Request) -> Response:
        return _answer(request, shelf.site())

    return Starlette(routes=[Route("/{path:path}", show, methods=["GET", "HEAD"])])


def _answer(request: Request, site: Site) -> Response:
    path = request.path_params["path"]
    content = site.file(f"{path}index.html" if path == "" or path.endswith("/") else path)
    if content is None:
        return RedirectResponse(_start(request), 302, headers=HEADERS)
    mark = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {**HEADERS, "ETag": mark}
    if request.headers.get("if-none-match") == mark:
        return Response(status_code=304, headers=headers)
    ending = os.path.splitext(path or "index.html")[1] or ".html"
    return Response(content, media_type=KINDS[ending], headers=headers)


def _start(request: Request) -> str:
    """Whoever followed an old or a broken address gets to the doors, and not to an error."""
    return f"{request.scope.get('root_path', '')}/"


def _stamp(folder: Path) -> tuple[tuple[str, int, int], ...]:
    try:
        found = [(entry.name, entry.stat()) for entry in os.scandir(folder)]
    except OSError:
        return ()
    return tuple(sorted((name, stat.st_mtime_ns, stat.st_size) for name, stat in found))
