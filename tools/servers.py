"""The real servers that end-to-end tests meet: the one list of them, and how they come onto a Debian machine."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from glob import glob
from pathlib import Path
from typing import Final

from tools.ground import say


@dataclass(frozen=True)
class Server:
    """A program from a distribution, what it is needed for, and the names it goes by."""

    package: str
    proves: str
    programs: tuple[str, ...]
    places: str = ""
    """Where else to look, as a pattern: a distribution may keep the versions of a server in folders of their own."""

    @property
    def program(self) -> str | None:
        """Where the program is on this machine. Debian keeps some servers out of an ordinary user's PATH."""
        more = sorted(glob(self.places), reverse=True) if self.places else []
        places = ":".join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin", *more])
        return next((found for name in self.programs if (found := shutil.which(name, path=places))), None)

    @property
    def how(self) -> str:
        """How to get it, as a sentence."""
        return f"On Debian or Ubuntu: apt-get install {self.package} (as root, ./run test does it by itself)."


SERVERS: Final = {
    server.package: server
    for server in (
        Server("janus", "the janus platform against a real Janus", ("janus",)),
        Server("prosody", "the ways to a real Prosody, as Jitsi Meet has one", ("prosody",)),
        Server("postgresql", "the store and the engine on PostgreSQL", ("postgres",), "/usr/lib/postgresql/*/bin"),
        Server("nginx", "the page for nginx, as it stands there", ("nginx",)),
        Server("caddy", "the page for Caddy, as it stands there", ("caddy",)),
        Server("chromium", "the pages and the practice meeting in a real browser", ("chromium", "chromium-browser")),
    )
}

POLICY: Final = Path("/usr/sbin/policy-rc.d")
OURS: Final = "#!/bin/sh\n# Put here by Pullcord's ./run test while it installs packages; safe to delete.\nexit 101\n"


def ready() -> None:
    """Have every server here if this is Debian and we are root; say plainly what is left out otherwise."""
    if missing() and os.geteuid() == 0 and shutil.which("apt-get"):
        install([server.package for server in missing()])
    for server in missing():
        say(f"Left out: {server.proves}. {server.how}")


def missing() -> list[Server]:
    """Those that are not on this machine."""
    return [server for server in SERVERS.values() if server.program is None]


def install(packages: list[str]) -> None:
    """Install from the distribution without starting anything; a failure is told, and `need` decides what it means."""
    say(f"Installing for the end-to-end tests: {' '.join(packages)}.")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with nothing_starts(POLICY):
        for words in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
            done = subprocess.run(["apt-get", "-qq", *words], env=env, stdout=subprocess.DEVNULL, check=False)
            if done.returncode != 0:
                say(f"apt-get {words[0]} did not work.")
                return


@contextmanager
def nothing_starts(policy: Path) -> Iterator[None]:
    """While this holds, no package starts its service. A policy that was there is set aside and put back as it was."""
    aside = policy.with_name(f"{policy.name}.before-pullcord")
    if policy.exists() and policy.read_text() != OURS:
        policy.rename(aside)
    policy.write_text(OURS)
    policy.chmod(0o755)
    try:
        yield
    finally:
        policy.unlink()
        if aside.exists():
            aside.rename(policy)
