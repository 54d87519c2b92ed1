"""Every door, tried as everybody: what was answered stands in docs/reference/who-may.md, which is made by `./run who-may`."""

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any, Final, NamedTuple

from django.contrib.sessions.models import Session
from django.db import transaction
from django.urls import get_resolver

from pullcord.jobs.desk import Desk
from pullcord.store.models import Membership, User
from tests.desk import IN_FILE
from tests.pages import signed_in
from tests.test_web_people import roles
from tests.test_web_strangers import TABLE, Things, ask, things

__all__ = ["roles", "things"]
pytestmark = IN_FILE

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "reference" / "who-may.md"
BEGINS: Final = "<!-- made by ./run who-may -->"
ENDED: Final = "whose session has ended"
STRANGER: Final = "a stranger"
COLUMNS: Final = {
    STRANGER: "stranger",
    ENDED: "ended session",
    "another organisation's owner": "another's owner",
    "who has left": "has left",
    "host": "another host",
    "its host": "its host",
    "lead": "lead",
    "caseworker": "caseworker",
    "owner": "owner",
}
"""By who asks: what stands above their column."""
SHOWN: Final = {"get": "look", "post": "do"}
NOTHING: Final = "-"
SIGN_IN: Final = "sign in"
ELSEWHERE: Final = {"/accounts/login/": SIGN_IN, "/accounts/steps/": "own steps", "/accounts/reauthenticate/": "again"}
"""Where an answer leads that is no page of its own, in a word."""
YES: Final = (200, 422)
SEEN: Final = {403: "no", 405: "", 409: "yes"}
"""An empty cell: this page is not asked for so. 409 is a refusal that only those hear who may ask."""


class Door(NamedTuple):
    name: str
    method: str


Told = Mapping[Door, Mapping[str, str]]


def doors() -> Iterator[Door]:
    for name in TABLE:
        yield Door(name, "get")
        yield Door(name, "post")


def address(name: str) -> str:
    """As a person reads it: `/meetings/<meeting_id>/card`."""
    (pattern,) = (str(one.pattern) for one in get_resolver().url_patterns if getattr(one, "name", "") == name)
    return "/" + re.sub(r"<\w+:", "<", pattern)


def test_every_door_as_everybody(desk: Desk, owner: User, roles: dict[str, User], things: Things):
    told = asked_as_everybody(desk, owner, roles, things)
    assert not what_tells_that_something_exists(told)
    assert not what_is_shut_to_its_owner(told)
    page = PAGE.read_text("utf-8")
    made = page.partition(BEGINS)[0] + BEGINS + "\n" + table(told)
    if os.environ.get("PULLCORD_WHO_MAY") == "write":
        PAGE.write_text(made, "utf-8")
    else:
        assert page == made, "the table is old: ./run who-may writes it anew"


def what_tells_that_something_exists(told: Told) -> list[Door]:
    """To somebody without a right to it."""
    owned = {door: answers for door, answers in told.items() if TABLE[door.name] not in ("mine", "open")}
    return [
        door
        for door, answers in owned.items()
        if {answers[STRANGER], answers[ENDED]} != {SIGN_IN}
        or not {answers["another organisation's owner"], answers["who has left"]} <= {NOTHING, ""}
    ]


def what_is_shut_to_its_owner(told: Told) -> list[str]:
    """So that the other answers are refusals, and not those of a page that is broken for everybody.

    A card is printed of a link itself, which nobody can ask for once it was shown: it has tests of its own. What a caseworker
    is asked to read is shut to the owner, who has the incident itself.
    """
    ours = [name for name, kind in TABLE.items() if kind not in ("mine", "open") and name not in ("link_card", "help")]
    return [name for name in ours if "yes" not in {told[Door(name, method)][whose(name)] for method in SHOWN}]


def whose(name: str) -> str:
    """A passkey, and what somebody is told, is nobody's but theirs, whoever owns the organisation."""
    return "its host" if TABLE[name] in ("passkey", "notice") else "owner"


def asked_as_everybody(desk: Desk, owner: User, roles: dict[str, User], things: Things) -> Told:
    """By door and by who asks: what the answer comes to."""
    people = {**roles, "its host": owner_as_host(owner)}
    cookies = {who: signed_in(user).cookies for who, user in people.items()} | {STRANGER: SimpleCookie()}
    cookies[ENDED] = signed_in(roles["owner"]).cookies
    Session.objects.filter(pk=cookies[ENDED]["sessionid"].value).delete()

    def asked(door: Door, who: str, about: Things) -> Any:
        client = signed_in(None)
        client.cookies = SimpleCookie(cookies[who].output(header="", sep=";"))
        if door.method == "get":
            return ask(client, door.method, door.name, about)
        with undone(desk):
            return ask(client, door.method, door.name, about)

    def answer(door: Door, who: str) -> str:
        real = asked(door, who, things)
        has_ids = TABLE[door.name] not in ("mine", "open")
        return said(real, asked(door, who, things.none()) if has_ids and real.status_code == 404 else None)

    return {door: {who: answer(door, who) for who in COLUMNS} for door in doors()}


def owner_as_host(owner: User) -> User:
    """He hosts the meeting that everything hangs on; from here on he is no more than that."""
    Membership.objects.filter(user=owner).update(role="host")
    return owner


@contextmanager
def undone(desk: Desk) -> Iterator[None]:
    """What is done within did not happen: neither in the store nor with a kit."""
    kits = Path(desk.config.path("stop", "kits"))
    kept = kits.with_name("kept")
    shutil.copytree(kits, kept)
    try:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
    finally:
        shutil.rmtree(kits)
        kept.rename(kits)


def said(real: Any, none: Any) -> str:
    """In a word. The page for what does not exist tells nothing only where it is the very same one."""
    if real.status_code == 302:
        return next((word for start, word in ELSEWHERE.items() if real.headers["Location"].startswith(start)), "yes")
    if real.status_code == 404:
        return NOTHING if none is None or real.content == none.content else "told apart"
    return "yes" if real.status_code in YES else SEEN.get(real.status_code, str(real.status_code))


def table(told: Told) -> str:
    rows = ["| page | | " + " | ".join(COLUMNS.values()) + " |", "|---" * (len(COLUMNS) + 2) + "|"]
    for door, answers in sorted(told.items(), key=lambda one: (address(one[0].name), one[0].method)):
        if set(answers.values()) != {""}:
            cells = " | ".join(answers[who] for who in COLUMNS)
            rows.append(f"| `{address(door.name)}` | {SHOWN[door.method]} | {cells} |")
    return "\n".join(rows) + "\n"
