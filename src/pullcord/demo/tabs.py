"""The demo's pages in a real browser without a window: opened, pressed, and asked what they show."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Frame, Page

PICTURES: Final = "PULLCORD_DEMO_PICTURES"
"""The environment's name of a folder for pictures of the pages."""
PHONE: Final[Any] = {"width": 390, "height": 844}
PATIENCE_SECONDS: Final = 20.0
QUIET: Final = (
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    "--autoplay-policy=no-user-gesture-required",
)
NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLACES: Final = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/usr/local/sbin"

# Put into every page before its own code: when it changed its state, and every connection it ever made.
WITNESS = """(() => {
  const changes = [], links = new Map(), Real = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Real {
    constructor(...given) { super(...given); links.set(this, 0); }
  };
  const note = () => changes.push([document.body.dataset.state, Date.now()]);
  document.addEventListener("DOMContentLoaded", () => {
    note();
    new MutationObserver(note).observe(document.body, { attributes: true, attributeFilter: ["data-state"] });
  });
  window.witness = {
    leftAt: () => changes.filter(([state], n) => state !== "in" && n && changes[n - 1][0] === "in").at(-1)?.[1] ?? null,
    isDark: () => [...document.querySelectorAll("video")].every((video) => !video.srcObject),
    // A connection that was closed tells nothing any more: then what it told last stands.
    async decoded() {
      for (const link of links.keys()) {
        const parts = [...(await link.getStats()).values()].filter(({ type }) => type === "inbound-rtp");
        if (parts.length) links.set(link, parts.reduce((sum, { framesDecoded = 0 }) => sum + framesDecoded, 0));
      }
      return [...links.values()].reduce((sum, frames) => sum + frames, 0);
    },
  };
})()"""
# Playwright's own wait evaluates a string in the page, which the page's policy forbids, as it should.
WAIT = """async ([arg, ms]) => {
  const fits = %s;
  const until = performance.now() + ms;
  while (!(await fits(arg)) && performance.now() < until) await new Promise((done) => setTimeout(done, 20));
  return fits(arg);
}"""


def find_chromium() -> str | None:
    return next((found for name in NAMES if (found := shutil.which(name, path=PLACES))), None)


@contextmanager
def browser(program: str, *, is_alone: bool) -> Iterator["Browser"]:
    """`is_alone`: let it look for pictures on loopback, which an ordinary one does not."""
    from playwright.sync_api import sync_playwright

    extra = ["--no-sandbox"] if os.geteuid() == 0 else []
    extra += ["--allow-loopback-in-peer-connection"] if is_alone else []
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=[*QUIET, *extra])
        try:
            yield opened
        finally:
            opened.close()


class Tab:
    """One page in a profile of its own, as wide as a phone."""

    def __init__(self, browser: "Browser", link: str) -> None:
        context = browser.new_context(viewport=PHONE, device_scale_factor=2)
        context.add_init_script(WITNESS)
        context.set_default_timeout(PATIENCE_SECONDS * 1000)
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(link)

    @property
    def rooms(self) -> "list[Frame]":
        """The participants this page plays: itself, or the frames in it."""
        return self.page.frames[1:] or [self.page.main_frame]

    def press(self, name: str) -> float:
        """Press the button of that name; when that was."""
        button = self.page.get_by_role("button", name=name)
        button.click(trial=True)  # until it is there, stands still and can be pressed
        at = time.time()
        button.click()
        return at

    def says(self, text: str, *, within_seconds: float = PATIENCE_SECONDS) -> bool:
        """Whether the page shows this, by then."""
        from playwright.sync_api import Error

        try:
            self.page.get_by_text(text).first.wait_for(timeout=within_seconds * 1000)
        except Error:
            return False
        return True

    def holds(self, fits: str, arg: Any = None, *, within_seconds: float = PATIENCE_SECONDS) -> bool:
        """Whether the function holds in every participant of this page, by then."""
        until = time.monotonic() + within_seconds
        waits = [max(0.0, until - time.monotonic()) * 1000 for _ in self.rooms]
        return all(room.evaluate(WAIT % fits, [arg, wait]) for room, wait in zip(self.rooms, waits, strict=True))

    def is_in_state(self, state: str, *, within_seconds: float = PATIENCE_SECONDS) -> bool:
        return self.holds("(state) => practice.state === state", state, within_seconds=within_seconds)

    def left_at(self) -> list[float | None]:
        """When each participant here was out, seconds since 1970; None = it is not, or still shows a picture."""
        read = "() => witness.isDark() ? witness.leftAt() : null"
        return [None if at is None else at / 1000 for at in (room.evaluate(read) for room in self.rooms)]

    def decoded(self) -> int:
        """Frames decoded so far, over every connection that was ever made here."""
        return sum(room.evaluate("witness.decoded()") for room in self.rooms)

    def picture(self, name: str) -> None:
        folder = os.environ.get(PICTURES)
        if folder:
            self.page.screenshot(path=Path(folder) / f"{name}.png")
