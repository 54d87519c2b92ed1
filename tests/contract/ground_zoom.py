"""The ground of the Zoom platform: the stand-in, as nobody here has an account with the real one."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from tempfile import gettempdir
from urllib.parse import parse_qs, urlsplit

from pullcord.platforms import zoom_facts
from pullcord.platforms.zoom_facts import Scope
from pullcord.words import Meeting
from tests import zoom_dashboard
from tests.contract.ground import Refused
from tests.fakes.zoom import account as standin
from tests.fakes.zoom.plans import BUSINESS, Plan
from tests.fakes.zoom.schemas import NotHere, Types
from tests.fakes.zoom.serving import Zoom, running

SCOPES = {scope.meeting for scope in vars(zoom_facts).values() if isinstance(scope, Scope)}
RECORDINGS_PROVEN_IN = ("tests/contract/test_zoom.py",)
LOOKS_EVERY_SECONDS = 0.005


@cache
def types_or_none() -> Types | None:
    """Zoom's own types, derived once for all runs; None where this machine lacks what it takes."""
    try:
        return zoom_dashboard.all_types(Path(gettempdir()) / "pullcord-zoom-types")
    except NotHere:
        if os.environ.get("PULLCORD_TEST_ALL"):
            raise
        return None


class Participant:
    def __init__(self, account: standin.Account, meeting: standin.Meeting, person: standin.Person) -> None:
        self._account, self._meeting, self.person = account, meeting, person

    def is_out(self, *, within_seconds: float) -> bool:
        until = time.monotonic() + within_seconds
        while self.person.left_at is None:
            if time.monotonic() >= until:
                return False
            time.sleep(LOOKS_EVERY_SECONDS)
        return True

    def leave(self) -> None:
        self._account.leave(self._meeting, self.person)


class ZoomGround:
    platform = "zoom"
    STANDS_AT = ("server",)
    """Of the real one nobody enters an address; of a stand-in it must be said."""
    zoom: Zoom

    def __init__(self, account: standin.Account, address: str) -> None:
        self.account, self.address = account, address
        self._inside: list[Participant] = []
        self._of_old: set[int] = set()
        """Meetings that people make on zoom.us themselves; all others Pullcord made, and their host is there."""

    def open_meeting(self, *, invitations: int) -> tuple[Meeting, list[str]]:
        made = self.account.schedule()
        self._of_old.add(made.id)
        links = [f"{made.join_url}&guest={number}" for number in range(1, invitations + 1)]
        at = {"server": self.address, "account": self.account.id, "client": self.account.client_id, "plan": "business"}
        known = {name: made.settings[name] for name in ("join_before_host", "waiting_room", "meeting_authentication")}
        secrets = {
            "secret": self.account.client_secret,
            "passcode": made.password,
            "settings": json.dumps(known),
            "invitations": json.dumps({str(number): link for number, link in enumerate(links, 1)}),
        }
        return Meeting(str(made.id), "Tasting", "zoom", {**at, "room": str(made.id)}, secrets), links

    def join(self, meeting: Meeting, invitation: str, *, name: str, email: str = "") -> Participant:
        """By a link, with the passcode in it. Whoever is put into the waiting room, and nobody lets in from there, is not in."""
        made = self.account.meetings[int(meeting.at["room"])]
        code = parse_qs(urlsplit(invitation).query).get("pwd", [""])[0]
        has_host = made.id not in self._of_old
        if has_host and code == made.password:
            self.account.start(made)
        try:
            person = self.account.join(made, name, password=code, email=email)
        except standin.Refused as refused:
            raise Refused(str(refused)) from None
        joined = Participant(self.account, made, person)
        if person.in_waiting_room and has_host:
            person.in_waiting_room = False
        if person.in_waiting_room:
            joined.leave()
            raise Refused("waits in the waiting room")
        self._inside.append(joined)
        return joined

    def lose(self, meeting: Meeting) -> None:
        made = self.account.meetings[int(meeting.at["room"])]
        self.account.end(made)
        made.is_deleted = True

    def with_wrong_credential(self, meeting: Meeting) -> Meeting:
        return meeting._replace(secrets={**meeting.secrets, "secret": "not-the-secret-of-the-client"})

    def pointed_at(self, meeting: Meeting, address: str) -> Meeting:
        return meeting._replace(at={**meeting.at, "server": address})

    def all_leave(self) -> None:
        while self._inside:
            with suppress(KeyError):
                self._inside.pop().leave()


@contextmanager
def ground(*, plan: Plan = BUSINESS, strict: bool = True) -> Iterator[ZoomGround]:
    """`strict`: against the vendor's own types, where they can be had; a request that misfits one fails whoever made it."""
    account = standin.Account(plan=plan)
    zoom_dashboard.more_doors()
    with running(account, types=types_or_none() if strict else None) as zoom:
        zoom.scopes |= SCOPES
        ours = ZoomGround(account, zoom.address)
        ours.zoom = zoom
        try:
            yield ours
        finally:
            ours.all_leave()
            zoom.fits()
