"""A real Janus of one's own, for as long as one needs it: for `pullcord demo --platform janus` and for the tests.

Everything it is and writes lies in one temporary folder; it listens on ports that the system gave us, on loopback
unless told otherwise, and ends by its own process. Janus 1.1.2, as Debian 12 has it.
"""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import NamedTuple

UP_WITHIN_SECONDS = 15.0
# Between asking for a free port and Janus taking it, another may take it: then everything is tried on other ports.
TRIES = 4
PLUGINS = ("videoroom",)
TRANSPORTS = ("http", "websockets")
HANDLERS = ("sampleevh",)


class JanusError(Exception):
    """Janus is not on this machine, or did not come up. The text is for people."""


class Janus(NamedTuple):
    """A running server, and the rights to it. They die with it."""

    admin: str
    """`http://127.0.0.1:PORT/admin`: what `Meeting.at["server"]` takes."""
    socket: str
    """`ws://ADDRESS:PORT`, subprotocol `janus-protocol`: where participants come in."""
    admin_secret: str
    admin_key: str
    """What creating a room needs; empty = anybody can create one."""
    pid: int
    folder: Path
    numbers: bool = False
    """Whether rooms and people have numbers for names, as Janus comes out of the box."""

    def __repr__(self) -> str:
        return f"Janus({self.admin!r}, pid={self.pid})"


class Ports(NamedTuple):
    admin: int
    ws: int


class Events(NamedTuple):
    """Where Janus reports to, with HTTP Basic."""

    url: str
    user: str
    password: str


class Wish(NamedTuple):
    """How a Janus is wanted: see `running`."""

    keyed: bool
    events: Events | None
    media_on: str | None
    socket_on: str
    numbers: bool


def is_here() -> bool:
    """Whether this machine has a Janus to start."""
    return shutil.which("janus") is not None and _libraries() is not None


@contextmanager
def running(
    *,
    keyed: bool = True,
    events: Events | None = None,
    media_on: str | None = None,
    socket_on: str = "127.0.0.1",
    numbers: bool = False,
) -> Iterator[Janus]:
    """A fresh Janus. `keyed`: creating a room needs a key; `media_on`: the one network interface or address for media,
    e.g. `lo`; `socket_on`: the address of this machine at which participants come in; `numbers`: rooms are numbered.

    Raises JanusError.
    """
    libraries = _libraries()
    program = shutil.which("janus")
    if program is None or libraries is None:
        raise JanusError("Janus is not installed on this machine (on Debian: apt-get install janus).")
    with ExitStack() as stack:
        yield _up(stack, program, libraries, Wish(keyed, events, media_on, socket_on, numbers))


def _up(stack: ExitStack, program: str, libraries: Path, wish: Wish) -> Janus:
    for _ in range(TRIES):
        with ExitStack() as attempt:
            folder = Path(attempt.enter_context(tempfile.TemporaryDirectory(prefix="pullcord-janus-")))
            janus, ports = _configured(folder, libraries, wish)
            process = attempt.enter_context(_started(program, folder))
            if _answers(janus, ports, wish.socket_on, process):
                stack.callback(attempt.pop_all().close)
                return janus._replace(pid=process.pid)
    raise JanusError("Janus was started but did not answer.")


@contextmanager
def _started(program: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / "janus.log").open("wb") as log:
        process = subprocess.Popen(
            [program, "-F", str(folder)], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder
        )
        try:
            yield process
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Asked once, then made to: Janus waits for its peers on a polite end."""
    process.terminate()
    try:
        process.wait(2.0)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _answers(janus: Janus, ports: Ports, socket_on: str, process: subprocess.Popen[bytes]) -> bool:
    """Whether this very Janus came up: another's, on a port lost to it, does not know our secret."""
    deadline = time.monotonic() + UP_WITHIN_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if _knows_us(janus, ports.admin) and _listens(socket_on, ports.ws):
            return True
        time.sleep(0.02)
    return False


def _knows_us(janus: Janus, port: int) -> bool:
    body = json.dumps({"janus": "list_sessions", "transaction": "up", "admin_secret": janus.admin_secret})
    connection = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("POST", "/admin", body, {"Content-Type": "application/json"})
        return bool(json.loads(connection.getresponse().read()).get("janus") == "success")
    except (OSError, HTTPException, ValueError):
        return False
    finally:
        connection.close()


def _listens(address: str, port: int) -> bool:
    try:
        socket.create_connection((address, port), timeout=1).close()
    except OSError:
        return False
    return True


def _free_ports(count: int) -> list[int]:
    """Held all at once while they are chosen, so that no two are the same."""
    with ExitStack() as held:
        found = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in found:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in found]


def _libraries() -> Path | None:
    """The folder with `plugins`, `transports`, `events`: /usr/lib/MACHINE/janus on Debian, /usr/lib/janus elsewhere."""
    for pattern in ("*/janus", "janus"):
        for root in (Path("/usr/lib"), Path("/usr/local/lib")):
            for folder in sorted(root.glob(pattern)):
                if (folder / "plugins").is_dir() and (folder / "transports").is_dir():
                    return folder
    return None


def _configured(folder: Path, libraries: Path, wish: Wish) -> tuple[Janus, Ports]:
    """Write every file Janus reads; the folder is the owner's alone."""
    ports = Ports(*_free_ports(2))
    secret, key = os.urandom(16).hex(), os.urandom(16).hex() if wish.keyed else ""
    files = {
        "janus": CORE.format(
            folder=folder,
            libraries=libraries,
            secret=secret,
            lan=f'ice_enforce_list = "{wish.media_on}"' if wish.media_on else "",
            told="true" if wish.events else "false",
            plugins=_others(libraries / "plugins", PLUGINS),
            transports=_others(libraries / "transports", TRANSPORTS),
            handlers=_others(libraries / "events", HANDLERS),
        ),
        "janus.transport.http": HTTP.format(ports=ports),
        "janus.transport.websockets": WEBSOCKETS.format(ports=ports, on=wish.socket_on),
        "janus.plugin.videoroom": VIDEOROOM.format(
            words="false" if wish.numbers else "true", key=f'admin_key = "{key}"' if key else ""
        ),
    }
    if wish.events:
        files["janus.eventhandler.sampleevh"] = EVENTS.format(to=wish.events)
    for name, text in files.items():
        (folder / f"{name}.jcfg").write_text(text)
    admin, ws = f"http://127.0.0.1:{ports.admin}/admin", f"ws://{wish.socket_on}:{ports.ws}"
    return Janus(admin, ws, secret, key, 0, folder, wish.numbers), ports


def _others(folder: Path, wanted: tuple[str, ...]) -> str:
    """The libraries to leave unloaded, as Janus wants them named."""
    keep = {f"libjanus_{name}.so" for name in wanted}
    return ",".join(sorted(file.name for file in folder.glob("libjanus_*.so") if file.name not in keep))


CORE = """
general: {{ configs_folder = "{folder}" plugins_folder = "{libraries}/plugins"
  transports_folder = "{libraries}/transports" events_folder = "{libraries}/events" loggers_folder = "{folder}"
  admin_secret = "{secret}" log_to_stdout = true debug_level = 3 debug_colors = false daemonize = false
  protected_folders = [] }}
nat: {{ full_trickle = true {lan} }}
plugins: {{ disable = "{plugins}" }}
transports: {{ disable = "{transports}" }}
events: {{ broadcast = {told} disable = "{handlers}" }}
"""
HTTP = """
general: {{ http = false }}
admin: {{ admin_base_path = "/admin" admin_http = true admin_port = {ports.admin} admin_ip = "127.0.0.1" }}
"""
WEBSOCKETS = """
general: {{ ws = true ws_port = {ports.ws} ws_ip = "{on}" }}
admin: {{ admin_ws = false }}
"""
VIDEOROOM = """
general: {{ string_ids = {words} {key} }}
"""
EVENTS = """
general: {{ enabled = true events = "plugins" grouping = true json = "compact"
  backend = "{to.url}" backend_user = "{to.user}" backend_pwd = "{to.password}" }}
"""
