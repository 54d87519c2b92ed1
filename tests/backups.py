"""A data folder with something in every room, a place for its backup, and the identity that opens it."""

import shutil
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import pyrage
import pytest
from django.db import connections

from pullcord.jobs import meetings
from pullcord.jobs.desk import Desk
from pullcord.safe.gone import Gone
from pullcord.serve.archive import unpack
from pullcord.serve.backup import back_up
from pullcord.serve.restore import Told, restore
from pullcord.store import incidents, intake, restored
from pullcord.store.models import Incident, Meeting
from pullcord.web import settings
from pullcord.words import Person
from tests.desk import SECRET
from tests.test_record import PLACE

NAME, ADDRESS = "Philomena Quartermain", "philomena@example.org"


class House(NamedTuple):
    desk: Desk
    identity: Path
    recipient: str
    archive: Path
    meeting: Meeting
    cord: meetings.NewCord
    incident: Incident

    @property
    def data(self) -> Path:
        return Path(self.desk.config.data)

    def back_up(self) -> list[str]:
        return back_up(self.desk.config, str(self.archive), [self.recipient])

    def files(self) -> dict[str, bytes]:
        return unpack(pyrage.decrypt(self.archive.read_bytes(), [secret_of(self.identity)]))

    def burn(self) -> None:
        """The data folder is gone; the key and the list were kept elsewhere."""
        connections.close_all()
        kept_key, kept_list = (self.data / "keys/key").read_bytes(), self.desk.gone.read()
        shutil.rmtree(self.data)
        (self.data / "keys").mkdir(parents=True, mode=0o700)
        (self.data / "keys/key").write_bytes(kept_key)
        if kept_list:
            Gone(str(self.archive.parent / "list")).add(*kept_list)

    def restore(self, *, without_key: bool = False, into: str = "") -> list[str]:
        elsewhere = self.archive.parent / "list"
        erased = [str(elsewhere)] if elsewhere.exists() else []
        said = restore(str(self.data), Told(str(self.archive), str(self.identity), erased, without_key, into))
        settings.configure(self.desk.config, SECRET)
        return said


def secret_of(path: Path) -> pyrage.x25519.Identity:
    return pyrage.x25519.Identity.from_str(path.read_text().split("\n")[1])


@pytest.fixture
def house(desk, store, owner, tmp_path: Path) -> House:
    secret = pyrage.x25519.Identity.generate()
    identity = tmp_path / "identity"
    identity.write_text(f"# public key: {secret.to_public()}\n{secret}\n")
    meeting = meetings.add(desk, owner, name="Choir", platform="practice", **PLACE)
    cord = meetings.give_cord(desk, owner, meeting.id, who="Carla")
    incident = incidents.open_by_hand(owner, incidents.Told(title="Last Tuesday"), at=meeting.created_at)
    with intake.together():
        here = [Person("p1", NAME, email=ADDRESS), Person("p2", "Ben")]
        intake.add_people(incident.id, here, at=meeting.created_at)
    (Path(desk.config.data) / "settings.toml").write_text('country = "GB"\n')
    desk.means.journal.flush(wait_seconds=5)
    return House(desk, identity, str(secret.to_public()), tmp_path / "backup.age", meeting, cord, incident)


def replay(*, at: datetime, invitations: Collection[str] = (), used: Collection[str] = ()) -> restored.Replayed:
    """As after a restore from before: of all that the list can hold, these were closed since, and nobody was erased."""
    return restored.replay(
        lambda *_: False,
        cords=(),
        tokens=(),
        put_away=(),
        has_ended=lambda *_: False,
        invitations=invitations,
        used=used,
        connections=(),
        at=at,
    )
