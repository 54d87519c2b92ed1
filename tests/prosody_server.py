"""A real Prosody for tests: guests, accounts, a plain room service, and one with our module. All of it on loopback.

`meet.local` lets anybody in without an account; `auth.meet.local` asks for one. `muc.meet.local` is Prosody's own room
service, as the way over plain XMPP meets it; `rooms.meet.local` has `mod_pullcord.lua`. Prosody 0.12.3, as Debian 12
has it.
"""

import os
import re
import secrets
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pullcord.platforms
from tools.servers import SERVERS

GUESTS, ACCOUNTS = "meet.local", "auth.meet.local"
PLAIN_ROOMS, ROOMS = "muc.meet.local", "rooms.meet.local"
ADMIN = f"pullcord@{ACCOUNTS}"
OWNER = f"owner@{ACCOUNTS}"

UP_WITHIN_SECONDS = 15.0
# Between asking for a free port and Prosody taking it, another may take it: then all is tried on other ports.
TRIES = 4


class NotUp(Exception):
    """Prosody did not come up. The text is the end of its log."""


class Prosody:
    """One server and its folder. `stop` and `start` keep what it had written."""

    def __init__(self, folder: Path, wish: Mapping[str, str], above: str) -> None:
        self.folder = folder
        self.password = secrets.token_urlsafe(16)
        self.owner_password = secrets.token_urlsafe(16)
        self.secret, self.events_secret = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        self.c2s, self.http, self.https = free_ports(3)
        self._wish, self._above = dict(wish), above
        self._process: subprocess.Popen[bytes] | None = None
        self.account("pullcord", self.password)
        self.account("owner", self.owner_password)
        self._account("focus.meet.local", "focus", self.password)

    @property
    def address(self) -> str:
        """`http://127.0.0.1:PORT`: where the module's doors are."""
        return f"http://127.0.0.1:{self.http}"

    @property
    def log(self) -> str:
        """What it has logged since it was started last."""
        return (self.folder / "prosody.log").read_text(errors="replace")

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def wish(self, **options: str) -> None:
        """Change the module's options, as Lua, for the next start; an empty one goes."""
        self._wish |= options

    def account(self, user: str, password: str) -> None:
        """Whoever has an account on `auth.meet.local`, from the next sign-in on. Letters and numbers only."""
        self._account(ACCOUNTS, user, password)

    def _account(self, host: str, user: str, password: str) -> None:
        path = self.folder / "data" / host.replace(".", "%2e") / "accounts"
        path.mkdir(parents=True, exist_ok=True)
        (path / f"{user}.dat").write_text(f'return {{ ["password"] = "{password}" }};\n')

    def start(self) -> None:
        """Raises NotUp."""
        (self.folder / "prosody.cfg.lua").write_text(self._configured())
        (self.folder / "mod_test_token.lua").write_text(TOKEN)
        program = SERVERS["prosody"].program or "prosody"
        with (self.folder / "prosody.out").open("wb") as out:
            (self.folder / "prosody.log").write_bytes(b"")
            words = [program, "--config", str(self.folder / "prosody.cfg.lua"), "-F"]
            self._process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=self.folder)
        until = time.monotonic() + UP_WITHIN_SECONDS
        while not self._is_up():
            if self._process.poll() is not None or time.monotonic() > until:
                self.stop()
                raise NotUp(self.log[-2000:] + (self.folder / "prosody.out").read_text()[-2000:])
            time.sleep(0.02)

    def stop(self) -> None:
        """Asked politely: Prosody then writes down its rooms."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    def kill(self) -> None:
        """As a power cut would: nothing is written down."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._process = None

    def _is_up(self) -> bool:
        """By its own log, for a port lost to another would answer too; and it answers once all of it is loaded."""
        took = (f"Activated service '{name}' on \\[[^]]+\\]:{port}" for name, port in self._ports())
        return all(re.search(line, self.log) for line in took) and self._answers()

    def _ports(self) -> list[tuple[str, int]]:
        return [("c2s", self.c2s), ("http", self.http)]

    def _answers(self) -> bool:
        with socket.create_connection(("127.0.0.1", self.c2s), timeout=UP_WITHIN_SECONDS) as line:
            line.sendall(b"<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>")
            return line.recv(1) != b""

    def _configured(self) -> str:
        ours = {
            "pullcord_secret": f'"{self.secret}"',
            "pullcord_events_secret": f'"{self.events_secret}"',
            "pullcord_system_jids": '{ "focus@focus.meet.local" }',
            **self._wish,
        }
        return CONFIG.format(
            folder=self.folder,
            plugins=Path(pullcord.platforms.__file__).parent,
            ports=self,
            above=self._above,
            ours="\n".join(f"  {name} = {value}" for name, value in ours.items() if value),
        )


@contextmanager
def running(wish: Mapping[str, str] | None = None, *, above: str = "") -> Iterator[Prosody]:
    """A fresh Prosody. `wish`: options of our module, as Lua; `above`: global options that come last. Raises NotUp."""
    with ExitStack() as stack:
        for left in reversed(range(TRIES)):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pullcord-prosody-")))
            prosody = Prosody(folder, wish or {}, above)
            stack.callback(prosody.stop)
            try:
                prosody.start()
            except NotUp:
                if not left:
                    raise
            else:
                break
        yield prosody


def free_ports(count: int) -> list[int]:
    """Held all at once while they are chosen, so that no two are the same."""
    with ExitStack() as held:
        found = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in found:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in found]


def new_room(service: str = ROOMS) -> str:
    """A room's name that nobody has used."""
    return f"room-{os.urandom(6).hex()}@{service}"


CONFIG = """
run_as_root = true -- a container's only user; everybody else is not asked
data_path = "{folder}/data"
pidfile = "{folder}/prosody.pid"
certificates = "{folder}"
log = {{ info = "{folder}/prosody.log" }}
plugin_paths = {{ "{plugins}", "{folder}" }}
storage = "internal"
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {ports.c2s} }}
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
http_ports = {{ {ports.http} }}
http_interfaces = {{ "127.0.0.1" }}
https_ports = {{ }}
consider_websocket_secure = true
modules_enabled = {{ "saslauth", "disco", "ping", "version", "http", "websocket" }}
modules_disabled = {{ "s2s" }}
admins = {{ "pullcord@auth.meet.local", "focus@focus.meet.local" }}
{above}

VirtualHost "meet.local"
  authentication = "anonymous"
  modules_enabled = {{ "test_token" }}
VirtualHost "auth.meet.local"
  authentication = "internal_plain"
VirtualHost "focus.meet.local"
  authentication = "internal_plain"

Component "muc.meet.local" "muc"
  muc_room_locking = false
  muc_tombstones = true
  muc_tombstone_expiry = 86400

Component "rooms.meet.local" "muc"
  modules_enabled = {{ "pullcord" }}
  muc_room_locking = false
  http_host = "127.0.0.1"
{ours}
"""

# What Jitsi's sign-in by token leaves on a connection; here a guest says by himself whom his token names.
TOKEN = """
module:hook("pre-presence/full", function (event)
	local id = event.stanza:get_child_text("test-token");
	if id then event.origin.jitsi_meet_context_user = { id = id }; end
end, 1000);
"""
