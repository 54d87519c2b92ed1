"""`pullcord serve` as a process of its own, as an ordinary user, on a free loopback port."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

NOBODY = 65534
# The interpreter may lie where only root can read; the server itself keeps no other right of root's.
AS_NOBODY = [
    "setpriv",
    f"--reuid={NOBODY}",
    f"--regid={NOBODY}",
    "--clear-groups",
    "--inh-caps=+dac_read_search",
    "--ambient-caps=+dac_read_search",
]
START_SECONDS = 30.0
NOT_FROM_US = ("PULLCORD_", "DBOS_", "DATABASE_URL", "PG")
"""What the environment of a test run may say, and a server of a test must not hear."""


class Serving(NamedTuple):
    process: subprocess.Popen[str]
    port: int
    data: Path
    said: list[str]
    """All that it has written to its terminal: complete once it has ended."""

    def ask(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Any:
        """Status, headers, text."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, dict(headers or {}))
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read().decode()
        finally:
            connection.close()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> None:
        """Ask it to end, and wait until it has; what it said is then complete."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()
        assert self.process.stdout is not None
        if not self.process.stdout.closed:
            self.said.append(self.process.stdout.read())
            self.process.stdout.close()


def command(words: list[str], *, as_root: bool = False, module: str = "pullcord.cli") -> list[str]:
    program = [sys.executable, "-m", module, *words]
    return program if as_root or os.geteuid() != 0 else [*AS_NOBODY, *program]


def environment(data: Path, port: int | None = None, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(NOT_FROM_US)}
    source = str(Path(__file__).parents[1] / "src")
    told = {"PULLCORD_DATA": str(data), "PYTHONPATH": source, "HOME": str(data)}
    listen = {"PULLCORD_LISTEN": f"127.0.0.1:{port}"} if port else {}
    return {**kept, **told, **listen, **more}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def for_the_server(folder: Path) -> Path:
    """A data folder that the server's own user may write."""
    data = folder / "data"
    data.mkdir(mode=0o700, exist_ok=True)
    give_away(data)
    for parent in data.parents:
        if parent.stat().st_uid == os.geteuid() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o011)
    return data


def give_away(path: Path) -> None:
    if os.geteuid() == 0:
        for one in (path, *path.rglob("*")):
            os.chown(one, NOBODY, NOBODY)


@contextmanager
def serving(data: Path, *, port: int = 0, module: str = "pullcord.cli", **more: str) -> Iterator[Serving]:
    """A running server. Waits until it has said that it listens; stopped by its own process id."""
    port = port or free_port()
    process = subprocess.Popen(
        command(["serve"], module=module),
        env=environment(data, port, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    server = Serving(process, port, data, [])
    try:
        _wait_until_it_listens(server)
        yield server
    finally:
        server.stop()


def _wait_until_it_listens(server: Serving) -> None:
    assert server.process.stdout is not None
    until = time.monotonic() + START_SECONDS
    while not any("Pullcord listens" in line for line in server.said):
        line = server.process.stdout.readline()
        server.said.append(line)
        assert line, f"the server did not start: {server.said}"
        assert time.monotonic() < until, f"the server did not say that it listens: {server.said}"


def run(words: list[str], data: Path, *, as_root: bool = False, **more: str) -> subprocess.CompletedProcess[str]:
    """One `pullcord` command, to its end."""
    return subprocess.run(
        command(words, as_root=as_root),
        env=environment(data, None, **more),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def mode_of(server: Serving) -> str:
    told: dict[str, Any] = json.loads(server.ask("GET", "/health")[2])
    return str(told["mode"])
