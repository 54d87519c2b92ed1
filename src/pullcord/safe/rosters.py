"""Who was in a meeting when it was stopped, sealed, one file per incident, until the store has taken it in.

The journal may hold no person and the database may be gone; nobody who was there may be lost all the same.
"""

import json
import os
from collections.abc import Iterable

from pullcord.safe.files import make_private_folder, remove, replace_whole
from pullcord.safe.keys import Keys, SealBroken
from pullcord.words import Person

ENDING = ".roster"


class Rosters:
    def __init__(self, folder: str, keys: Keys) -> None:
        self._folder = folder
        self._keys = keys

    def keep(self, incident_id: str, _: str, people: Iterable[Person] | None) -> None:
        """None = it could not be told: nothing is kept, which is not the same as nobody. Raises OSError."""
        if people is None:
            return
        make_private_folder(self._folder)
        content = json.dumps([person._asdict() for person in people]).encode()
        replace_whole(self._path(incident_id), self._keys.seal(content))

    def read(self, incident_id: str) -> list[Person] | None:
        """None = none was kept, or it cannot be read: not known, which is not 'nobody'."""
        try:
            with open(self._path(incident_id), "rb") as file:
                told = json.loads(self._keys.open(file.read()))
        except (OSError, SealBroken, ValueError):
            return None
        return [Person(**person) for person in told]

    def waiting(self) -> list[str]:
        """The incidents whose roster is still here."""
        try:
            names = os.listdir(self._folder)
        except OSError:
            return []
        return sorted(name.removesuffix(ENDING) for name in names if name.endswith(ENDING))

    def drop(self, incident_id: str) -> None:
        """Once the store holds it."""
        remove(self._path(incident_id))

    def _path(self, incident_id: str) -> str:
        return os.path.join(self._folder, incident_id + ENDING)
