"""The first hour, as a small organisation has it: an empty folder, a phone, a real Janus, and nothing read beforehand."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from tests.conftest import Need
from tests.contract.janus_participant import join
from tests.e2e.practice_room import browser as real_browser
from tests.e2e.walking import Walker
from tests.janus_server import Janus
from tests.janus_server import running as running_janus
from tests.logs import refuse_in
from tests.serving import Serving, for_the_server, free_port, run, serving

pytestmark = [pytest.mark.servers, pytest.mark.timeout(180)]

OWNER, PASSWORD = "hannelore", "three quiet words"
ORGANISATION, MEETING, WATCHER = "Tasting Society of Aberfoyle", "Thursday tasting", "Quintilian Baxter"
CONNECTION = "Our own Janus"
OTHER_OWNER, OTHER_ORGANISATION = "ottokar", "Parish choir of Lochinver"

PRIVATE = "This address lies on a private network."
REFUSED = {
    "https://169.254.169.254/latest": PRIVATE,
    "https://2130706433/admin": PRIVATE,
    "https://[::ffff:127.0.0.1]/admin": PRIVATE,
    "http://93.184.216.34/admin": "The address must begin with https://",
    "meet.example.org": "This is not an address of a server.",
}
"""Where a cloud keeps its secrets, this machine in two other spellings, an open line, half an address; and our answers."""


class House(NamedTuple):
    server: Serving
    janus: Janus
    address: str

    @property
    def data(self) -> Path:
        return self.server.data


@pytest.fixture(scope="module")
def browser(need: Need) -> Iterator[Browser]:
    with real_browser(need("chromium")) as opened:
        yield opened


@pytest.fixture
def house(need: Need, tmp_path: Path) -> Iterator[House]:
    need("janus")
    port = free_port()
    with running_janus() as janus:
        told = {
            "PULLCORD_ADDRESS": f"http://localhost:{port}",
            "PULLCORD_PRIVATE_TARGETS": urlsplit(janus.admin).netloc,
        }
        with serving(for_the_server(tmp_path), port=port, **told) as server:
            yield House(server, janus, told["PULLCORD_ADDRESS"])


def test_from_an_empty_folder_to_a_link_in_the_hand_and_a_press(browser: Browser, house: House):
    hanna, first = Walker(browser, "owner"), (house.data / "signin-link").read_text().strip()
    comes_in(hanna, first)
    is_refused_elsewhere(hanna, house)
    connects(hanna, house)
    room, *invitations = makes_a_room(hanna)
    link = gives_a_link(hanna)
    practises(hanna)
    guest = join(house.janus.socket, room, invitations[0], name="Guest", number="1")
    presses(Walker(browser, "watcher"), link)
    assert guest.is_out(within_seconds=1.0)
    reads_what_happened(hanna, house)
    assert hanna.complaints == []
    others_find_nothing(Walker(browser, "other"), house, hanna.addresses)
    house.server.stop()
    names = (OWNER, PASSWORD, ORGANISATION, MEETING, CONNECTION, WATCHER, OTHER_OWNER, OTHER_ORGANISATION)
    rights = (house.janus.admin_secret, house.janus.admin_key, room, *invitations)
    refuse_in("".join(house.server.said), *names, *rights, *(one.rpartition("/")[2] for one in (first, link)))


def comes_in(hanna: Walker, first: str) -> None:
    """By the link that the server wrote down, to a passkey, in the time that a kettle takes."""
    hanna.with_passkeys()
    hanna.page.goto(first)
    hanna.look("welcome")
    hanna.fill("Your name for signing in", OWNER)
    hanna.fill("A password", PASSWORD)
    hanna.fill("The same password once more", PASSWORD)
    hanna.fill("What your organisation is called", ORGANISATION)
    hanna.press("Sign me in")
    hanna.look("how I sign in")
    hanna.follow("Set up a passkey")
    hanna.press("Set it up on this device")
    expect(hanna.page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    hanna.look("recovery codes")
    hanna.page.goto(hanna.page.url.partition("/accounts/")[0])
    expect(hanna.page.get_by_role("heading", name="Your first ten minutes")).to_be_visible()
    hanna.look("first ten minutes")


def is_refused_elsewhere(hanna: Walker, house: House) -> None:
    """What is typed wrongly, or on purpose, is answered by a sentence, and nothing is kept."""
    for server, sentence in REFUSED.items():
        hanna.page.goto(f"{house.address}/connections/new/janus")
        _tell_of(hanna, house, server)
        hanna.press("Test it")
        expect(hanna.page.get_by_text(sentence)).to_be_visible()
        hanna.look("refused")
    hanna.page.goto(f"{house.address}/connections")
    expect(hanna.page.get_by_text("There is none yet.")).to_be_visible()


def connects(hanna: Walker, house: House) -> None:
    hanna.page.goto(house.address)
    hanna.follow("Connections")
    hanna.look("connections")
    hanna.follow("Janus")
    hanna.look("connect")
    _tell_of(hanna, house, house.janus.admin)
    hanna.press("Test it")
    expect(hanna.page.get_by_text("The server took this credential.")).to_be_visible()
    hanna.look("what it buys")
    hanna.press("Keep it")
    expect(hanna.page.get_by_role("heading", name=CONNECTION)).to_be_visible()
    hanna.look("connection")


def _tell_of(hanna: Walker, house: House, server: str) -> None:
    hanna.fill("What you call this connection", CONNECTION)
    hanna.fill("Admin address of the server", server)
    hanna.page.get_by_label("How this server names rooms").select_option("")
    hanna.fill("Admin secret of the server", house.janus.admin_secret)
    hanna.page.get_by_text("More, where your server asks for it").click()
    hanna.fill("Admin key for making rooms", house.janus.admin_key)


def makes_a_room(hanna: Walker) -> list[str]:
    """Its name, and the invitations to it."""
    hanna.follow("Add a meeting")
    hanna.look("add a meeting")
    hanna.follow("Make a new room")
    hanna.fill("What you call this meeting", MEETING)
    hanna.fill("How many invitations", "2")
    hanna.look("new room")
    hanna.press("Make the room")
    hanna.look("invitations")
    room, *invitations = hanna.page.locator(".copy").inner_text().splitlines()
    hanna.follow("I have passed it on")
    hanna.look("meeting")
    return [line.partition(": ")[2] for line in (room, *invitations)]


def gives_a_link(hanna: Walker) -> str:
    hanna.page.get_by_text("Give somebody a link…").click()
    hanna.fill("Who gets this link", WATCHER)
    hanna.press("Make the link")
    hanna.look("link")
    link = hanna.page.locator(".copy").inner_text()
    hanna.follow("I have passed it on")
    return link


def practises(hanna: Walker) -> None:
    real = hanna.page.url
    hanna.press("Practise ending it")
    hanna.look("practice link")
    hanna.follow("Open my practice page")
    hanna.look("practice page")
    hanna.press("Begin")
    hanna.page.get_by_text("I need to end the meeting").click()
    hanna.press("End the meeting for everyone")
    expect(hanna.page.get_by_text("You ended it in")).to_be_visible(timeout=20_000)
    hanna.look("practice over")
    hanna.page.goto(real)
    expect(hanna.page.locator("main")).to_contain_text("You ended it in")
    hanna.look("meeting practised")


def presses(watcher: Walker, link: str) -> None:
    """Somebody without an account, on their own phone."""
    watcher.page.goto(link)
    watcher.look("waiting")
    watcher.page.get_by_text("I need to end the meeting").click()
    watcher.look("armed")
    watcher.press("End the meeting for everyone")
    expect(watcher.page.get_by_role("heading", name="The meeting is over")).to_be_visible(timeout=20_000)
    watcher.look("over")


def reads_what_happened(hanna: Walker, house: House) -> None:
    hanna.page.goto(house.address)
    hanna.look("home afterwards")
    hanna.follow("What next")
    expect(hanna.page.locator("#state")).to_contain_text("over")
    hanna.look("what next")
    hanna.follow("The whole record, with all times")
    expect(hanna.page.locator("main")).to_contain_text(WATCHER)
    hanna.look("record")


def others_find_nothing(otto: Walker, house: House, addresses: list[str]) -> None:
    """The owner of another organisation on the same server, at each address that the first one saw."""
    made = run(["organisations", "--new", OTHER_ORGANISATION], house.data)
    assert made.returncode == 0, made.stderr
    otto.with_passkeys()
    otto.page.goto((house.data / "invitation-link").read_text().strip())
    otto.look("invited")
    otto.fill("Your name for signing in", OTHER_OWNER)
    otto.fill("A password", PASSWORD)
    otto.fill("The same password once more", PASSWORD)
    otto.press("Come in")
    otto.follow("Set up a passkey")
    otto.press("Set it up on this device")
    expect(otto.page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    theirs = [one for one in dict.fromkeys(addresses) if re.search(r"/(meetings|connections|incidents)/\w*\d", one)]
    answers = [otto.page.request.get(address) for address in theirs]
    assert [one.status for one in answers].count(404) >= 5, answers
    # What takes a press only says so to anybody, whether or not it exists.
    assert {one.status for one in answers} <= {404, 405}
    refuse_in("".join(one.text() for one in answers), OWNER, ORGANISATION, MEETING, CONNECTION, WATCHER)
    for page in ("/", "/people", "/connections", "/meetings/new", "/people/looked"):
        otto.page.goto(house.address + page)
        for name in (OWNER, ORGANISATION, MEETING, CONNECTION, WATCHER):
            expect(otto.page.locator("body")).not_to_contain_text(name)
