"""A real server in a process of its own, with its house on fire, and many meetings to end at once."""

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import NamedTuple

from pullcord.config import Config, read_config
from pullcord.jobs.desk import open_desk
from pullcord.jobs.terminal import UNREADABLE
from pullcord.platforms import platform
from pullcord.safe.keys import new_token
from pullcord.safe.kit import Kit
from tests.burning.platform import CountingGround
from tests.contract.ground_practice import Participant
from tests.postgres_server import Postgres
from tests.serving import NOT_FROM_US
from tests.stopping import kit_of

ROOT = Path(__file__).resolve().parent.parent.parent
NOBODY = 65534
# The server refuses root. Python itself may lie in a folder that only root can enter, hence the right to read.
AS_NOBODY = [
    "setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups",
    "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search",
]  # fmt: skip
CALLERS = 8
PATIENCE_SECONDS = 30.0


class Target(NamedTuple):
    """One meeting and the rights to end it; in some of them somebody is in."""

    kit: Kit
    link: str
    token: str
    guest: Participant | None

    @property
    def id(self) -> str:
        return self.kit.meeting.id


class Result(NamedTuple):
    """What became of all the presses. `failed` and `doubled` name the meetings."""

    stops: int
    failed: list[str]
    doubled: list[str]
    seconds: list[float]
    """From the press to the platform's receiving the end, sorted."""

    def quantile(self, part: float) -> float:
        return self.seconds[min(len(self.seconds) - 1, int(len(self.seconds) * part))] if self.seconds else float("nan")


class House:
    def __init__(
        self,
        config: Config,
        ground: CountingGround,
        targets: list[Target],
        dead: "Dead",
        postgres: Postgres | None = None,
    ) -> None:
        self.config = config
        self.postgres = postgres
        self.ground = ground
        self.targets = targets
        self.dead = dead

    def path(self, *names: str) -> Path:
        return Path(self.config.path(*names))

    def ask(self, method: str, path: str, *, token: str | None = None) -> tuple[int, str]:
        connection = http.client.HTTPConnection(*self.config.listen, timeout=PATIENCE_SECONDS)
        try:
            connection.request(method, path, headers={"Authorization": f"Bearer {token}"} if token else {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def press(self, target: Target, *, by_api: bool) -> bool:
        """Whether the door said that it took the press."""
        if by_api:
            status, text = self.ask("POST", "/api/stop", token=target.token)
            return status == 200 and json.loads(text)["over"] is True
        return self.ask("POST", f"/c/{target.link}/stop")[0] == 303


class Dead(NamedTuple):
    """Rights that were taken away, or have run out, before the fire; and one that nobody uses until its kit is damaged."""

    revoked: Target
    expired: Target
    other_token: Target
    spared: Target


@contextmanager
def house(
    folder: Path, ground: CountingGround, *, meetings: int, guests: int = 0, postgres: Postgres | None = None
) -> Iterator[House]:
    """A data folder with so many meetings, as a server left it; in the first few of them somebody is in."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    told = {"PULLCORD_LISTEN": f"127.0.0.1:{port}", "DATABASE_URL": postgres.new_database() if postgres else ""}
    config = read_config(str(folder), environment=told)
    desk = open_desk(config, new=True)
    targets = [_target(ground, guest=number < guests) for number in range(meetings)]
    dead = Dead(*(_target(ground, guest=True) for _ in Dead._fields))
    for target in (*targets, *dead):
        desk.kits.write(target.kit)
    desk.kits.write(dead.revoked.kit._replace(cords=()))
    desk.kits.write(dead.other_token.kit._replace(tokens=()))
    (cord,) = dead.expired.kit.cords
    desk.kits.write(dead.expired.kit._replace(cords=(cord._replace(expires=1.0),)))
    desk.means.journal.close()
    give_away(folder)
    yield House(config, ground, targets, dead, postgres)


def _target(ground: CountingGround, *, guest: bool) -> Target:
    meeting, (invitation,) = ground.open_meeting(invitations=1)
    link, token = new_token(), new_token()
    someone = ground.join(meeting, invitation, name="Guest") if guest else None
    return Target(kit_of(meeting, link=link, token=token), link, token, someone)


def give_away(folder: Path) -> None:
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, NOBODY, NOBODY)


@contextmanager
def serving(now: House) -> Iterator[None]:
    """`pullcord serve` on this house, as a user without rights; ready when its people pages are there or cannot be."""
    words = [sys.executable, "-m", "pullcord.cli", "serve", "--data", now.config.data]
    log = now.path("..", "server.log")
    env = {name: value for name, value in os.environ.items() if not name.startswith(NOT_FROM_US)}
    env["PULLCORD_LISTEN"] = ":".join(map(str, now.config.listen))
    env["DATABASE_URL"] = now.config.database
    with open(log, "wb") as output:
        server = subprocess.Popen(
            [*(AS_NOBODY if os.geteuid() == 0 else ()), *words], cwd=ROOT, env=env, stdout=output, stderr=output
        )
    try:
        assert wait_for(lambda: b"listens at" in log.read_bytes() or server.poll() is not None)
        assert server.poll() is None, log.read_text()
        yield
        assert server.poll() is None, f"the server did not survive the fire: {log.read_text()[-2000:]}"
    finally:
        server.kill()
        server.wait()


def mode(now: House) -> str:
    return str(json.loads(now.ask("GET", "/health")[1])["mode"])


def wait_for(is_so: Callable[[], bool], *, seconds: float = PATIENCE_SECONDS) -> bool:
    until, pause = time.monotonic() + seconds, threading.Event()
    while not is_so():
        if time.monotonic() > until:
            return False
        pause.wait(0.02)
    return True


def press_all(now: House) -> Result:
    """End every meeting, nine of ten by their links and one by its token, from several callers at once."""

    def one(numbered: tuple[int, Target]) -> tuple[float, bool]:
        number, target = numbered
        return time.monotonic(), now.press(target, by_api=number % 10 == 9)

    with ThreadPoolExecutor(CALLERS) as callers:
        told = list(callers.map(one, enumerate(now.targets)))
    return judge(now, [at for at, _ in told], [is_taken for _, is_taken in told])


def judge(now: House, pressed_at: list[float], taken: list[bool]) -> Result:
    """By the platform's own word: everyone out, the door barred, one end."""
    failed = [
        target.id
        for target, is_taken in zip(now.targets, taken, strict=True)
        if not (is_taken and wait_for(lambda one=target: is_ended(now, one), seconds=10))  # type: ignore[misc]
    ]
    doubled = [target.id for target in now.targets if now.ground.ends(target.kit.meeting) > 1]
    ended_at = [now.ground.ended_at(target.kit.meeting) for target in now.targets]
    seconds = sorted(end - at for at, end in zip(pressed_at, ended_at, strict=True) if end is not None)
    return Result(len(taken), failed, doubled, seconds)


def is_ended(now: House, target: Target) -> bool:
    meeting = target.kit.meeting
    barred = now.ground.is_out_and_barred(meeting) and now.ground.ends(meeting) >= 1
    return barred and (target.guest is None or target.guest.is_out(within_seconds=1))


def rights_that_still_work(now: House) -> list[str]:
    """Rights that were taken away before, and end a meeting all the same; nothing = all are refused, and say so."""
    revoked = now.ask("POST", f"/c/{now.dead.revoked.link}/stop")
    expired = now.ask("POST", f"/c/{now.dead.expired.link}/stop")
    other = now.ask("POST", "/api/stop", token=now.dead.other_token.token)
    answers = {"revoked": (revoked, 404), "expired": (expired, 200), "token": (other, 401)}
    wrong = [
        f"{name}: {told}"
        for name, (told, status) in answers.items()
        if told[0] != status or "Nothing was ended" not in told[1]
    ]
    return wrong + [
        f"{one.id} was ended"
        for one in now.dead
        if now.ground.ends(one.kit.meeting) or now.ground.is_out_and_barred(one.kit.meeting)
    ]


def not_written_down(now: House) -> list[str]:
    """The meetings of which the journal, read anew, does not tell the whole stop, once the fire is out."""
    left: list[str] = []

    def all_told() -> bool:
        book = open_desk(now.config).means.book
        told = {one.meeting for one in book.all() if one.is_over and one.held_until is not None}
        left[:] = [target.id for target in now.targets if target.id not in told]
        return not left

    wait_for(all_told, seconds=10)
    return left


# Without a server.

COLD = """
import sys, time
from pullcord.jobs.terminal import stop_from_terminal
for meeting in sys.stdin.read().split():
    print(time.monotonic(), flush=True)
    stop_from_terminal([meeting, "--json", "--data", sys.argv[1]])
"""


def stop_cold(now: House, *, whole_processes: int) -> Result:
    """`pullcord stop`: so many as processes of their own, the others in two processes that append to one journal."""
    whole, rest = now.targets[:whole_processes], now.targets[whole_processes:]
    halves = [rest[: len(rest) // 2], rest[len(rest) // 2 :]]
    with ThreadPoolExecutor(4) as callers:
        many = [callers.submit(_many_cold, now, half) for half in halves]
        ones = list(callers.map(lambda target: _one_cold(now, target), whole))
        told = [*ones, *(one for half in many for one in half.result())]
    return judge(now, [at for at, _ in told], [is_taken for _, is_taken in told])


def _one_cold(now: House, target: Target) -> tuple[float, bool]:
    began = time.monotonic()
    words = [sys.executable, "-m", "pullcord.cli", "stop", target.id, "--json", "--data", now.config.data]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    return began, done.returncode == 0 and json.loads(done.stdout)["over"] is True


def _many_cold(now: House, targets: list[Target]) -> list[tuple[float, bool]]:
    words = [sys.executable, "-c", COLD, now.config.data]
    asked = "\n".join(target.id for target in targets)
    done = subprocess.run(words, cwd=ROOT, input=asked, capture_output=True, text=True, timeout=600, check=False)
    lines = done.stdout.splitlines()
    assert len(lines) == 2 * len(targets), done.stderr
    return [(float(at), json.loads(told)["over"] is True) for at, told in zip(lines[::2], lines[1::2], strict=True)]


# Small disks.


def cannot_mount() -> str | None:
    """Why no small disk can be mounted here; None = it can be."""
    if os.geteuid() != 0 or not shutil.which("mount"):
        return "A full and a read-only disk are small ones mounted for the test, which needs root."
    tried = subprocess.run(
        ["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, check=False
    )
    return (
        None
        if tried.returncode == 0
        else "A full and a read-only disk are small ones mounted for the test, which is not allowed here."
    )


@contextmanager
def small_disk(at: Path, megabytes: int) -> Iterator[None]:
    at.mkdir(mode=0o700, parents=True, exist_ok=True)
    options = f"size={megabytes}m,mode=0700,uid={NOBODY},gid={NOBODY}"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(at)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(at)], check=True)


# A kit that cannot be read either.


def damage_kit(now: House, target: Target) -> Path:
    (path,) = now.path("stop", "kits").glob(f"{target.id}.*")
    try:
        path.write_bytes(b"random bytes")
    except OSError:  # on a disk that takes nothing: something else in its place
        other = now.path("..", "random bytes")
        other.write_bytes(b"random bytes")
        subprocess.run(["mount", "--bind", str(other), str(path)], check=True)
    return path


def what_the_kit_did_not_keep(now: House, *, is_served: bool) -> list[str]:
    """A kit damaged in the fire: no door ends that meeting, each says so, and shows the platform's own buttons."""
    target, wrong = now.dead.spared, []
    path = damage_kit(now, target)
    buttons = platform(target.kit.meeting.platform).limits.own_hands
    words = [sys.executable, "-m", "pullcord.cli", "stop", target.id, "--data", now.config.data]
    cold = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    if cold.returncode != UNREADABLE or not all(
        word in cold.stderr for word in (str(path), "Nothing was ended", *buttons)
    ):
        wrong.append(f"the command line: {cold}")
    if is_served:
        for method, door in (("GET", ""), ("POST", "/stop")):
            status, text = now.ask(method, f"/c/{target.link}{door}")
            if status != 503 or not all(escape(word) in text for word in ("Nothing was ended", *buttons)):
                wrong.append(f"{method} of the link: {status} {text}")
        status, text = now.ask("POST", "/api/stop", token=target.token)
        if status != 503 or json.loads(text)["error"]["code"] != "kit-unreadable":
            wrong.append(f"the token: {status} {text}")
    if now.ground.ends(target.kit.meeting):
        wrong.append("it was ended")
    return wrong
