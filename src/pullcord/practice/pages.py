"""The practice meeting's pages: the room, the stage, and that of a link that leads nowhere. Reading changes nothing."""

import html
from collections.abc import Iterable, Mapping
from pathlib import Path
from string import Template
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from starlette.responses import HTMLResponse, Response

from pullcord.practice.invitations import Link
from pullcord.practice.rooms import Door
from pullcord.practice.signals import LONGEST_NAME

_HERE: Final = Path(__file__).parent
_TYPES: Final = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}

PARTS: Final[Mapping[str, str]] = {
    "intruder": "You play whoever disturbs the meeting: the card that you share reads PRACTICE INTRUSION.",
    "simulated": "You play a simulated person, and are shown to the others as simulated.",
}


class Kind(NamedTuple):
    """Which client a room's page runs, and what it says of the way that the pictures take."""

    script: str
    truth: str


STRAIGHT: Final = Kind(
    "room.js",
    "The pictures go straight from page to page, so the devices may see each other's network address. When the meeting "
    "is ended, each page hangs up by itself; in a real meeting the server cuts the pictures off.",
)


class Pages:
    """Templates and files, read once; `origin` is where the pages are served from, as a browser says it.

    `socket`: the one WebSocket address besides our own that the pages may speak to.
    """

    def __init__(self, origin: str, *, kind: Kind = STRAIGHT, socket: str = "") -> None:
        self._kind = kind
        self._templates = {path.stem: Template(path.read_text("utf-8")) for path in (_HERE / "html").glob("*.html")}
        files = [path for path in (_HERE / "static").iterdir() if path.suffix in _TYPES]
        self._files = {path.name: (path.read_bytes(), _TYPES[path.suffix]) for path in files}
        self._headers = _headers(origin, socket)

    def room(self, door: Door) -> Response:
        shown = {"room": door.room_name, "name": door.name, "role": door.role, "longest": str(LONGEST_NAME)}
        part = PARTS.get(door.role, "You share a card with your name, drawn by this page.")
        shown |= {"part": part, **self._kind._asdict()}
        return self._page("room", {key: html.escape(value) for key, value in shown.items()})

    def stage(self, simulated: Iterable[Link]) -> Response:
        frames = "\n".join(self._template("frame", {"name": html.escape(p.name), "token": p.token}) for p in simulated)
        return self._page("stage", {"frames": frames})

    def gone(self) -> Response:
        return self._page("gone", {}, status=404)

    def file(self, name: str) -> Response:
        if name not in self._files:
            return self.gone()
        content, kind = self._files[name]
        headers = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
        return Response(content, headers=headers, media_type=kind)

    def _page(self, name: str, values: Mapping[str, str], *, status: int = 200) -> Response:
        return HTMLResponse(self._template(name, values), status, self._headers)

    def _template(self, name: str, values: Mapping[str, str]) -> str:
        return self._templates[name].substitute(values)


def origin_of(address: str) -> str:
    """The address as browsers write it in `Origin`: lower case, no usual port, nothing behind."""
    parts = urlsplit(address)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = "" if parts.port in (None, {"http": 80, "https": 443}.get(parts.scheme)) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def _headers(origin: str, socket: str) -> dict[str, str]:
    """Our own socket is named beside 'self': older Safari does not count it in."""
    socket = socket or "ws" + origin.removeprefix("http")
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "connect-src": f"'self' {socket}",
        "media-src": "blob:",
        "frame-src": "'self'",
        "frame-ancestors": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Permissions-Policy": "camera=(), microphone=(), display-capture=(), geolocation=()",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
    }
