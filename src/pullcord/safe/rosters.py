"""Who was in a meeting when it was stopped, sealed, one file per incident, until the store has taken it in.

The journal may hold no person and the database may be gone; nobody who was there may be lost all the same.
"""

import json
import os
import threading
from collections.abc import Iterable

from pullcord.safe import disk
from pullcord.safe.files import make_private_folder, remove, replace_whole
from pullcord.safe.keys import Keys, SealBroken
from pullcord.words import Person

ENDING = ".roster"


class Rosters:
    def __init__(self, folder: str, keys: Keys) -> None:
        self._folder = folder
        self._keys = keys
        self._lock = threading.Lock()

    def keep(self, incident_id: str, _: str, people: Iterable[Person] | None) -> None:
        """Beside those who are kept already: whoever came back was there too. Raises OSError.

        None = it could not be told: nothing is kept, which is not the same as nobody.
        """
        if people is None:
            return
        with self._lock:
            make_private_folder(self._folder)
            before = {person.key: person for person in self.read(incident_id) or []}
            all_of_them = before | {person.key: person for person in people}
            content = json.dumps([person._asdict() for person in all_of_them.values()]).encode()
            replace_whole(self._path(incident_id), self._keys.seal(content))

    def read(self, incident_id: str) -> list[Person] | None:
        """None = none was kept, or it cannot be read: not known, which is not 'nobody'."""
        try:
            with disk.opened(self._path(incident_id)) as file:
                told = json.loads(self._keys.open(disk.read(file)))
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

    def drop(self, incident_id: str, taken: list[Person]) -> None:
        """Once the store holds these; where somebody was added meanwhile, they wait on."""
        with self._lock:
            if self.read(incident_id) == taken:
                remove(self._path(incident_id))

    def _path(self, incident_id: str) -> str:
        return os.path.join(self._folder, incident_id + ENDING)
