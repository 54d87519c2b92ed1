"""Participants of a Janus room in a real browser, with a false camera: what they see, and when it stopped."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from playwright.sync_api import Browser, Page, sync_playwright

from pullcord.practice import janus_server
from pullcord.words import Meeting

PAGE = Path(__file__).with_suffix(".html")
CLIENT = Path(janus_server.__file__).parent / "static" / "janus.js"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    # Media stays on this machine: Janus listens on `lo`, and the browser is allowed to look there.
    "--allow-loopback-in-peer-connection",
)
PATIENCE_MS = 20_000


class Seen(NamedTuple):
    """What one tab knows. Times in seconds since 1970."""

    joined: bool
    told_at: float | None
    """When it was told that the meeting is over."""
    hung_up_at: float | None
    """When Janus closed its camera's connection."""
    states: dict[str, str]
    frames: dict[str, int]
    """Decoded so far, by each other participant's stream."""


class Tab:
    """One participant."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def seen(self) -> Seen:
        told: dict[str, Any] = self.page.evaluate("async () => ({ ...room, frames: await room.stats() })")
        times = [at and at / 1000 for at in (told["ended_at"], told["hangup_at"])]
        return Seen(told["joined"], times[0], times[1], told["states"], told["frames"])

    def until_it_sees(self, others: int) -> None:
        """Wait until so many others move before this one's eyes."""
        moving = "async n => Object.values(await room.stats()).filter(frames => frames > 5).length >= n"
        self.until(moving, others)

    def until(self, condition: str, value: object = None) -> None:
        self.page.wait_for_function(condition, arg=value, timeout=PATIENCE_MS)

    def pass_seconds(self, seconds: float) -> None:
        """Let time go by in the page itself: to see that nothing happens, one has to look for a while."""
        until = self.page.evaluate("performance.now()") + seconds * 1000
        self.until("until => performance.now() >= until", until)

    def refused_again(self, token: str) -> str | None:
        """Try to come in once more; the platform's refusal, or None."""
        refusal: str | None = self.page.evaluate("token => room.again(token)", token)
        return refusal


@contextmanager
def chromium(program: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def page_server() -> Iterator[str]:
    """The page's address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Serving)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def come_in(
    browser: Browser, page: str, socket: str, meeting: Meeting, token: str, name: str, *, hostile: bool = False
) -> Tab:
    """Open a tab in a profile of its own, and wait until it publishes."""
    context = browser.new_context(permissions=["camera", "microphone"])
    asked = {"server": socket, "room": meeting.at["room"], "token": token, "id": name.lower(), "name": name}
    tab = Tab(context.new_page())
    tab.page.goto(f"{page}?{urlencode({**asked, **({'hostile': '1'} if hostile else {})})}")
    tab.until("() => room.joined && room.states.showing === 'connected'")
    return tab


class _Serving(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        is_client = self.path == "/janus.js"
        body = CLIENT.read_bytes() if is_client else PAGE.read_bytes() if self.path.startswith("/?") else b""
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", f"text/{'javascript' if is_client else 'html'}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Silence."""
