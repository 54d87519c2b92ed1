"""The sealed stop kit of each meeting: all that a stop, a hold and a release need, and nothing else.

One file per meeting, `<meeting>.<platform>.kit`, replaced whole before a change to a meeting, a link or a credential is
shown as done. Every door reads only the kit to stop. The platform stands in the file's name so that its own buttons can
still be shown when the file cannot be read. No roster, address or free text is ever in it.
"""

import json
import os
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from pullcord.safe import disk
from pullcord.safe.files import make_private_folder, remove, replace_whole, sync_folder
from pullcord.safe.keys import Keys, SealBroken
from pullcord.words import Known, Meeting

ENDING = ".kit"

Source = tuple[str, str]
"""A platform, and the public id of the place from which its events come."""


class Cord(NamedTuple):
    """A link by which one person can stop one meeting."""

    id: str
    digest: str
    who: str
    """The name of the watcher or host who holds it."""
    expires: float | None
    suspended: bool = False


class StopToken(NamedTuple):
    """A program's right to stop: by `POST /api/stop`."""

    id: str
    digest: str
    name: str
    expires: float


class Kit(NamedTuple):
    meeting: Meeting
    starts: float | None
    """When the meeting begins, seconds since 1970 UTC; None = it has no hour (a room that is always there)."""
    ends: float | None
    hold_seconds: float
    cords: tuple[Cord, ...] = ()
    tokens: tuple[StopToken, ...] = ()

    def __repr__(self) -> str:
        return f"Kit({self.meeting!r})"


class KitUnreadable(Exception):
    """The kit of a meeting is there and cannot be read. Of the whole folder: `platform` is empty."""

    def __init__(self, path: str, platform: str) -> None:
        super().__init__(f"The stop kit {path} cannot be read.")
        self.path = path
        self.platform = platform


class Kits:
    """The folder of kits. Looks at the file each time it is asked for one: a revoked link is refused at once.

    A kit that was opened is kept in memory for as long as its file stays what it was.
    """

    def __init__(self, folder: str, keys: Keys) -> None:
        self._folder = folder
        self._keys = keys
        self._indexed_at = -1
        self._lock = threading.Lock()
        self._stamps: dict[str, tuple[int, int]] = {}
        self._digests: dict[str, frozenset[str]] = {}
        self._index: dict[str, list[str]] = {}
        self._listening: dict[str, Kit] = {}
        self._sources: dict[Source, tuple[Kit, ...]] = {}
        self._opened: dict[str, tuple[tuple[int, ...], Kit]] = {}

    def write(self, kit: Kit) -> None:
        """Raises OSError; then the old kit still stands whole."""
        make_private_folder(self._folder)
        replace_whole(self._path(kit.meeting.id, kit.meeting.platform), self._keys.seal(_pack(kit)))

    def forget(self, meeting_id: str) -> None:
        """Raises OSError."""
        for name in _kits_in(self._folder):
            if name.split(".")[0] == meeting_id:
                remove(os.path.join(self._folder, name))
        sync_folder(self._folder)

    def read(self, meeting_id: str) -> Kit | None:
        """The kit of that meeting; None = not known to us. Raises KitUnreadable."""
        name = next((name for name in self._names() if name.split(".")[0] == meeting_id), None)
        return None if name is None else self._read(name)

    def all(self) -> Iterator[Kit | KitUnreadable]:
        """Every kit; one that cannot be read, or the whole folder, comes as the error that says so."""
        try:
            names = self._names()
        except KitUnreadable as error:
            yield error
            return
        yield from self._read_each(names)

    def _read_each(self, names: Iterable[str]) -> Iterator[Kit | KitUnreadable]:
        for name in names:
            try:
                yield self._read(name)
            except KitUnreadable as error:
                yield error
            except FileNotFoundError:
                continue

    def holding(self, token_digest: str) -> Kit | None:
        """The kit in which this link's digest stands now; None = a link that is not ours, or no longer."""
        return next(iter(self.all_holding(token_digest)), None)

    def all_holding(self, token_digest: str) -> list[Kit]:
        """The kits in which this digest stands now: an access token may be for several meetings."""
        with self._lock:
            self._refresh()
            names = self._index.get(token_digest, ())
        return [kit for name in names if (kit := self._still_holding(name, token_digest)) is not None]

    def hearing(self, platform: str, source: str) -> tuple[Kit, ...]:
        """The kits whose meeting takes events from that source: the same tuple for as long as the folder is unchanged.

        One look at the folder and no file is read, for an event may come every millisecond. A kit is replaced by
        renaming, which the folder shows.
        """
        if not self._is_unchanged():
            with self._lock:
                self._refresh()
        return self._sources.get((platform, source), ())

    def _is_unchanged(self) -> bool:
        try:
            return os.stat(self._folder).st_mtime_ns == self._indexed_at
        except OSError:
            return False

    def _still_holding(self, name: str, token_digest: str) -> Kit | None:
        """Read anew: what the index remembers may have been revoked since."""
        try:
            kit = self._read(name)
        except (FileNotFoundError, KitUnreadable):
            self._stamps.pop(name, None)
            return None
        return kit if token_digest in _digests_of(kit) else None

    def unreadable(self) -> list[KitUnreadable]:
        """Asked for every link that is not ours, so that a guesser may not have all kits opened for each of his guesses."""
        try:
            names = [name for name in self._names() if not self._is_known(name)]
        except KitUnreadable as error:
            return [error]
        return [kit for kit in self._read_each(names) if isinstance(kit, KitUnreadable)]

    def _is_known(self, name: str) -> bool:
        """Whether this file was read as it stands now, and could be."""
        known = self._stamps.get(name)
        return known is not None and known == _stamp_of(os.path.join(self._folder, name))

    def _refresh(self) -> None:
        """Renew the index where the folder changed: only files with another inode or time are opened.

        What could not be read is tried again each time: a machine out of open files must not forget a link for good.
        """
        try:
            stamp = os.stat(self._folder).st_mtime_ns
            if stamp == self._indexed_at:
                return
            names = _kits_in(self._folder)
        except FileNotFoundError:
            self._digests, self._index, self._listening, self._sources = {}, {}, {}, {}
            return
        except OSError:
            return
        are_known = [self._learn(name) for name in names]
        self._digests = {name: self._digests[name] for name in names if name in self._digests}
        self._index = _turned(self._digests)
        self._listening = {name: self._listening[name] for name in names if name in self._listening}
        self._sources = _by_source(self._listening.values(), self._sources)
        self._indexed_at = stamp if all(are_known) and _has_settled(stamp) else -1

    def _learn(self, name: str) -> bool:
        """Whether all is known of this file that there is to know."""
        if self._is_known(name):
            return True
        try:
            stamp = _stamp_of(os.path.join(self._folder, name))
            kit = self._read(name)
        except (OSError, KitUnreadable):
            return False
        if stamp is not None and _has_settled(stamp[1]):
            self._stamps[name] = stamp
        self._digests[name] = _digests_of(kit)
        self._listening.pop(name, None)
        if _source_of(kit) is not None:
            self._listening[name] = kit
        return True

    def _names(self) -> list[str]:
        """Raises KitUnreadable, of the folder itself."""
        try:
            return _kits_in(self._folder)
        except FileNotFoundError:
            return []
        except OSError:
            raise KitUnreadable(self._folder, "") from None

    def _path(self, meeting_id: str, platform: str) -> str:
        return os.path.join(self._folder, f"{meeting_id}.{platform}{ENDING}")

    def _read(self, name: str) -> Kit:
        """Raises KitUnreadable; FileNotFoundError where it went between listing and reading."""
        path = os.path.join(self._folder, name)
        try:
            stamp, opened = _whole_stamp(os.stat(path)), self._opened.get(name)
            if opened is not None and opened[0] == stamp:
                return opened[1]
            with disk.opened(path) as file:
                found = os.fstat(file)
                kit = _unpack(self._keys.open(disk.read(file)))
        except FileNotFoundError:
            self._opened.pop(name, None)
            raise
        except (OSError, SealBroken, ValueError, KeyError, TypeError):
            raise KitUnreadable(path, name.split(".")[1]) from None
        if _has_settled(found.st_mtime_ns):
            self._opened[name] = _whole_stamp(found), kit
        return kit


def _kits_in(folder: str) -> list[str]:
    return sorted(name for name in os.listdir(folder) if name.endswith(ENDING))


def _stamp_of(path: str) -> tuple[int, int] | None:
    """The file's number and time; None = it cannot even be looked at."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def _whole_stamp(found: os.stat_result) -> tuple[int, ...]:
    """With the time of change, which nobody can set back."""
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _turned(digests: Mapping[str, frozenset[str]]) -> dict[str, list[str]]:
    """Of each digest, the kits that hold it."""
    turned: dict[str, list[str]] = {}
    for name, held in digests.items():
        for one in held:
            turned.setdefault(one, []).append(name)
    return turned


def _source_of(kit: Kit) -> Source | None:
    source = kit.meeting.at.get("events")
    return (kit.meeting.platform, source) if source and kit.meeting.secrets.get("events") else None


def _by_source(kits: Iterable[Kit], before: Mapping[Source, tuple[Kit, ...]]) -> dict[Source, tuple[Kit, ...]]:
    """Of each source, the kits that listen to it; where they are the same as before, the very tuple of before."""
    found: dict[Source, list[Kit]] = {}
    for kit in kits:
        source = _source_of(kit)
        if source is not None:
            found.setdefault(source, []).append(kit)
    return {source: _same(tuple(listed), before.get(source)) for source, listed in found.items()}


def _same(now: tuple[Kit, ...], before: tuple[Kit, ...] | None) -> tuple[Kit, ...]:
    return before if before == now else now


def _has_settled(changed_ns: int) -> bool:
    """A file system's times are coarse: what changed this very second may change again under the same time."""
    return time.time_ns() - changed_ns > 1_000_000_000


def _digests_of(kit: Kit) -> frozenset[str]:
    return frozenset(cord.digest for cord in kit.cords) | frozenset(token.digest for token in kit.tokens)


def _pack(kit: Kit) -> bytes:
    meeting = kit.meeting
    return json.dumps({
        "version": 1,
        "id": meeting.id, "name": meeting.name, "platform": meeting.platform,
        "at": dict(meeting.at), "secrets": dict(meeting.secrets),
        "starts": kit.starts, "ends": kit.ends, "hold_seconds": kit.hold_seconds,
        "cords": [cord._asdict() for cord in kit.cords],
        "tokens": [token._asdict() for token in kit.tokens],
    }).encode()  # fmt: skip


def _unpack(content: bytes) -> Kit:
    told = json.loads(content)
    return Kit(
        meeting=Meeting(told["id"], told["name"], told["platform"], Known(told["at"]), Known(told["secrets"])),
        starts=told["starts"],
        ends=told["ends"],
        hold_seconds=told["hold_seconds"],
        cords=tuple(Cord(**cord) for cord in told["cords"]),
        tokens=tuple(StopToken(**token) for token in told["tokens"]),
    )


def named(kits: Iterable[Kit | KitUnreadable], asked: str) -> list[Kit]:
    """The kits that a person may mean by this name, id or join link."""
    wanted = asked.strip().casefold()
    return [kit for kit in kits if isinstance(kit, Kit) and wanted in _names_of(kit.meeting)]


def _names_of(meeting: Meeting) -> set[str]:
    return {text.casefold() for text in (meeting.id, meeting.name, _link(meeting.at)) if text}


def _link(at: Mapping[str, str]) -> str:
    return at.get("link", "")
