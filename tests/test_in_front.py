"""The configurations of the pages for nginx and Caddy, run as they stand there in front of a real door."""

import http.client
import re
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from starlette.types import ASGIApp
from websockets.sync.client import connect
from websockets.typing import Origin

from pullcord.practice.app import app as practice_app
from pullcord.practice.rooms import Rooms
from tests.conftest import Need
from tests.contract.ground_practice import Participant
from tests.doors import Door, door
from tests.logs import refuse_in
from tests.serving import free_port

pytestmark = pytest.mark.servers
PAGES = Path(__file__).parents[1] / "docs" / "how-to"
NAME = "meetings.example.org"


def config_of(page: str, language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", (PAGES / page).read_text(), re.DOTALL)
    assert found
    return found[1]


def put(text: str, **changes: str) -> str:
    """Each in its place, and it must be there: a page that says it otherwise is not the page that was tried."""
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


def certificate(folder: Path) -> None:
    made = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
    ]
    named = ["-subj", f"/CN={NAME}", "-addext", "subjectAltName=IP:127.0.0.1"]
    into = ["-keyout", str(folder / "key"), "-out", str(folder / "pem")]
    subprocess.run([*made, *named, *into], check=True, capture_output=True)


def ask(port: int, method: str, path: str, *, host: str, body: bytes | None = None) -> tuple[int, str]:
    trusting = ssl._create_unverified_context()
    line = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=trusting)
    line.request(method, path, body, {"Host": host, "Referer": f"https://{host}{path}"})
    answer = line.getresponse()
    told = answer.status, answer.read().decode()
    line.close()
    return told


@contextmanager
def running(words: list[str], port: int, folder: Path) -> Iterator[None]:
    said = (folder / "said").open("w")
    process = subprocess.Popen(words, stdout=said, stderr=said, env={"HOME": str(folder), "PATH": "/usr/bin:/bin"})
    try:
        _wait_for(port, process)
        yield
    finally:
        process.terminate()
        process.wait(10)
        said.close()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 15
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert process.poll() is None
            assert time.monotonic() < until
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.05)


def nginx(need: Need, folder: Path, behind: Door, port: int) -> list[str]:
    certificate(folder)
    changes = {
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "/etc/ssl/meetings.example.org.pem": str(folder / "pem"),
        "/etc/ssl/private/meetings.example.org.key": str(folder / "key"),
        "/var/log/nginx/": f"{folder}/",
        "127.0.0.1:8400": f"127.0.0.1:{behind.port}",
    }
    temporary = "".join(
        f"{one}_temp_path {folder}/{one};" for one in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    site = put(config_of("nginx.md", "nginx"), **changes)
    whole = f"daemon off; pid {folder}/pid; error_log {folder}/main.log; events {{}} http {{ {temporary} {site} }}"
    (folder / "nginx.conf").write_text(whole)
    return [need("nginx"), "-p", str(folder), "-e", f"{folder}/main.log", "-c", str(folder / "nginx.conf")]


def caddy(need: Need, folder: Path, behind: Door, port: int) -> list[str]:
    certificate(folder)
    changes = {
        f"{NAME} {{": f"https://:{port} {{\n\tbind 127.0.0.1\n\ttls {folder}/pem {folder}/key",
        "/var/log/caddy/": f"{folder}/",
        "127.0.0.1:8400": f"127.0.0.1:{behind.port}",
    }
    head = "{\n\tadmin off\n\tauto_https disable_redirects\n\tskip_install_trust\n}\n"
    (folder / "Caddyfile").write_text(head + put(config_of("caddy.md", "caddy"), **changes))
    return [need("caddy"), "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]


@pytest.mark.parametrize("front", [nginx, caddy])
def test_a_press_through_the_web_server_ends_the_meeting_and_no_log_holds_its_link(front, need: Need, tmp_path: Path):
    tmp_path.chmod(0o755)
    with door(tmp_path / "data") as behind:
        port, token = free_port(), behind.scene.link
        with running(front(need, tmp_path, behind, port), port, tmp_path):
            host = f"127.0.0.1:{behind.port}"  # the public address, as far as the door knows
            assert ask(port, "GET", f"/c/{token}?again={token}", host=host)[0] == 200
            assert ask(port, "GET", "/metrics", host=host)[0] == 404
            assert ask(port, "GET", f"/health?{token}", host=host)[0] == 200
            assert ask(port, "POST", f"/c/{token}/stop", host=host, body=b"")[0] in (200, 303)
            for name in ("j", "i", "w", "host", "live", "first", "practice"):
                ask(port, "GET", f"/{name}/{token}/more?{token}", host=host)
        assert behind.scene.wire.ends() == 1
    refuse_in_logs(tmp_path, token, shown=("/health", "/c/"))


@pytest.mark.parametrize("front", [nginx, caddy])
def test_a_change_comes_through_the_web_server_at_once_and_its_log_holds_no_ticket(front, need: Need, tmp_path: Path):
    tmp_path.chmod(0o755)
    with door(tmp_path / "data") as behind:
        port, link, host = free_port(), behind.scene.link, f"127.0.0.1:{behind.port}"
        behind.ask("POST", f"/c/{link}/stop")
        incident = behind.scene.desk.means.book.latest(behind.scene.kit.meeting.id)
        assert incident is not None
        ticket = behind.scene.desk.tickets.issue("live", by="user:1", about=(incident.id,), seconds=60)
        with running(front(need, tmp_path, behind, port), port, tmp_path):
            line = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=ssl._create_unverified_context())
            line.request("GET", f"/live/{ticket}", headers={"Host": host})
            stream = line.getresponse()
            assert stream.headers["content-type"].startswith("text/event-stream")
            assert [stream.readline(), stream.readline()] == [b"retry: 2000\n", b"\n"]
            assert ask(port, "POST", f"/c/{link}/back", host=host, body=b"")[0] in (200, 303)
            since = time.monotonic()
            assert [stream.readline(), stream.readline()] == [b"event: change\n", b"data: \n"]
            assert time.monotonic() - since < 1
            stream.close()
            line.close()  # the web server must let go of it too: one that does not, does not end
    refuse_in_logs(tmp_path, link, ticket, shown=("/live/",))


@pytest.mark.parametrize("front", [nginx, caddy])
def test_the_practice_meeting_opens_through_the_web_server_and_no_log_holds_its_link(front, need: Need, tmp_path: Path):
    tmp_path.chmod(0o755)
    rooms = Rooms(tmp_path / "rooms", on_event=None)
    invited = rooms.create("Tuesday", [("Guest 1", "guest")], now=time.time()).links[0].token

    def practice(address: str) -> ASGIApp:
        return practice_app(rooms, public_address=address)

    with door(tmp_path / "data", practice=practice) as behind:
        port, public = free_port(), f"127.0.0.1:{behind.port}"
        with running(front(need, tmp_path, behind, port), port, tmp_path):
            line = connect(
                f"wss://{public}/practice/ws/{invited}?{invited}",
                sock=socket.create_connection(("127.0.0.1", port), 10),
                ssl=ssl._create_unverified_context(),
                origin=Origin(f"http://{public}"),
                close_timeout=1,
                proxy=None,
            )
            with line:
                someone = Participant(line)
                someone.say(kind="join", name="Ruth")
                assert someone.hear()["kind"] == "people"
    refuse_in_logs(tmp_path, invited, "Ruth", shown=("/practice/",))


def refuse_in_logs(folder: Path, *secrets: str, shown: tuple[str, ...]) -> None:
    """`shown`: what the log must hold, so that it is known to be one."""
    log = (folder / "pullcord.log").read_text()
    assert [door for door in shown if door not in log] == []
    refuse_in([*folder.glob("*.log"), folder / "said"], *secrets)
