"""The practice meeting in a real browser: opens its pages, comes in, and reads what the page itself can tell."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Frame, Page, sync_playwright

from pullcord.practice.invitations import Link, NewRoom
from tests.contract.ground_practice import PracticeGround

PHONE: Any = {"width": 390, "height": 844}
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    "--autoplay-policy=no-user-gesture-required",
]
IN_TIME_MS = 20_000

FRAMES_OVER = """async (seconds) => {
  const before = await practice.frames();
  await new Promise((done) => setTimeout(done, seconds * 1000));
  const after = await practice.frames();
  return Object.keys(before).map((number) => (after[number] ?? 0) - before[number]);
}"""
# Playwright's own wait evaluates a string in the page, which the page's policy forbids, as it should.
WAIT = """async ([arg, ms]) => {
  const fits = %s;
  const until = performance.now() + ms;
  while (!(await fits(arg)) && performance.now() < until) await new Promise((done) => setTimeout(done, 20));
  return fits(arg);
}"""
EVERY_PICTURE_MOVES = """async (count) => {
  const frames = Object.values(await practice.frames());
  return frames.length === count && frames.every((decoded) => decoded > 3);
}"""


@contextmanager
def browser(program: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=QUIET)
        try:
            yield opened
        finally:
            opened.close()


class Tab:
    """One page of the meeting, and whatever its console complained of."""

    def __init__(self, browser: Browser, ground: PracticeGround, **options: Any) -> None:
        self.page: Page = browser.new_context(viewport=PHONE, **options).new_page()
        self.complaints: list[str] = []
        self._ground = ground
        self.page.on("console", lambda line: self._note(line.type, line.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, link: Link, query: str = "") -> "Tab":
        self.page.goto(f"{self._ground.address}/practice/r/{link.token}{query}")
        return self

    def open_stage(self, new: NewRoom) -> "Tab":
        self.page.goto(f"{self._ground.address}/practice/stage/{new.stage}")
        return self

    def come_in(self) -> "Tab":
        self.page.get_by_role("button", name="Come in").click()
        self.wait_for_state("in")
        return self

    def wait(self, fits: str, arg: Any = None, *, within_ms: float = IN_TIME_MS, frame: Frame | None = None) -> None:
        """Until the function holds in the page, or in one frame of it; asserted."""
        held = (frame or self.page.main_frame).evaluate(WAIT % fits, [arg, within_ms])
        assert held, f"{fits} did not become true within {within_ms:.0f} ms; {self.complaints}"

    def wait_for_state(self, state: str, *, within_ms: float = IN_TIME_MS, frame: Frame | None = None) -> None:
        self.wait("(state) => practice.state === state", state, within_ms=within_ms, frame=frame)

    def see_everyone_move(self, others: int) -> None:
        """Until so many other people's pictures are being decoded."""
        self.wait(EVERY_PICTURE_MOVES, others)

    def frames_over(self, seconds: float) -> list[int]:
        """How many frames of each other person were decoded during this time."""
        counted: list[int] = self.page.evaluate(FRAMES_OVER, seconds)
        return counted

    def _note(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(text)
