"""The demo as a stranger starts it: one command, and everything it promises holds; and a demo that is broken says so."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from pullcord.demo import place
from pullcord.demo.place import CannotDemo
from pullcord.demo.stages import media_address
from tests.conftest import Need

ROOT = Path(__file__).resolve().parents[2]
PULLCORD = [sys.executable, "-c", "import sys; from pullcord.cli import main; sys.exit(main())"]
LONGEST_SECONDS = 150


@pytest.fixture
def folder() -> Iterator[Path]:
    """For what the demo leaves behind, if it does. A short path: a browser puts sockets there, and theirs end at 107 letters."""
    with tempfile.TemporaryDirectory(prefix="t-") as name:
        yield Path(name)


def run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """In a temporary folder of its own, so that what is left behind is seen."""
    env = {**os.environ, "TMPDIR": str(folder)}
    return subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False
    )


@contextmanager
def demo(folder: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    env = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
    command = [*PULLCORD, "demo", *words]
    told = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "cwd": ROOT}
    with subprocess.Popen(command, env={**env, "TMPDIR": str(folder)}, **told) as process:  # type: ignore[call-overload]  # Popen's keywords, gathered
        try:
            yield process
        finally:
            process.kill()


def told_until(process: subprocess.Popen[str], words: str) -> str:
    """What it said up to the line with these words."""
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if words in line:
            return said
    raise AssertionError(said)


def answer(link: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], str]:
    parts = urlsplit(link)
    line = HTTPConnection(parts.netloc, timeout=20)
    line.request(method, parts.path, headers=headers)
    told = line.getresponse()
    text = told.read().decode()
    line.close()
    return told.status, dict(told.getheaders()), text


@pytest.mark.servers
@pytest.mark.timeout(LONGEST_SECONDS + 30)
@pytest.mark.parametrize("platform", ["practice", "janus"])
def test_the_demo_holds_what_it_promises(platform: str, need: Need, folder: Path):
    need("chromium")
    if platform == "janus":
        need("janus")
    done = run([*PULLCORD, "demo", "--check", "--platform", platform], folder)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"Time to the first rehearsed stop: [0-9.]+ s", done.stdout)
    assert not list(folder.glob("pullcord-*")), "the demo left something behind"


@pytest.mark.servers
@pytest.mark.timeout(LONGEST_SECONDS + 30)
def test_the_demo_of_zoom_holds_what_it_promises_and_says_that_it_is_not_zoom(need: Need, folder: Path):
    need("chromium")
    done = run([sys.executable, "-m", "tests.zoom_demo", "--check"], folder)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "It is not Zoom" in " ".join(done.stdout.split())
    assert not list(folder.glob("pullcord-*")), "the demo left something behind"


@pytest.mark.servers
@pytest.mark.timeout(LONGEST_SECONDS + 30)
@pytest.mark.parametrize(
    ("broken", "found"),
    [("end", "every tab is dark within a second of the press"), ("hold", "the participant comes back: refused")],
)
def test_a_demo_that_is_broken_fails_its_check(broken: str, found: str, need: Need, folder: Path):
    need("chromium")
    done = run([sys.executable, "-m", "tests.e2e.broken_demo", broken], folder)
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"This did not hold: {found}." in done.stdout


@pytest.mark.servers
def test_the_demo_tells_what_to_open_signs_the_host_in_once_and_ends_with_nothing_left(folder: Path):
    with demo(folder) as process:
        said = told_until(process, "Ctrl-C")
        links = re.findall(r"http://\S+", said)
        assert len(links) == 5
        assert "simulated" in said
        assert all(answer(link)[0] == 200 for link in links)
        host = links[0]
        status, headers, _ = answer(host, "POST", Origin="https://elsewhere.example")
        assert status == 200, "another site's page must not use the link up"
        assert "set-cookie" not in headers
        status, headers, _ = answer(host, "POST")
        assert (status, headers["location"]) == (303, "/")
        home = answer(host.partition("/practice")[0] + "/", Cookie=headers["set-cookie"].partition(";")[0])
        assert "Tuesday wine tasting" in home[2]
        assert answer(host, "POST")[0] == 404
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    assert not list(folder.iterdir()), "the demo left something behind"


@pytest.mark.servers
def test_a_demo_that_is_told_to_end_puts_everything_away(folder: Path):
    with demo(folder) as process:
        told_until(process, "Ctrl-C")
        process.terminate()
        assert process.wait(20) == 0
    assert not list(folder.iterdir())


def test_a_port_that_is_taken_is_refused_in_a_sentence_if_asked_for_and_passed_over_if_not():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotDemo, match=f"Port {port}"):
            place.take_port("127.0.0.1", port)
    with pytest.raises(CannotDemo):
        place.take_port("127.0.0.1", 700_000)
    with place.take_port("127.0.0.1", None) as one, place.take_port("127.0.0.1", None) as other:
        assert one.getsockname() != other.getsockname()


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("203.0.114.7", "not a private one"),
        ("8.8.8.8", "not a private one"),
        ("127.0.0.1", "no network"),
        (None, "no network"),
    ],
)
def test_the_demo_opens_itself_to_no_public_network(address: str | None, why: str):
    with pytest.raises(CannotDemo, match=why):
        place.private(address)


@pytest.mark.parametrize("address", ["192.168.1.20", "10.0.0.3", "172.20.1.1"])
def test_the_demo_may_open_itself_to_a_private_network(address: str):
    assert place.private(address) == address


@pytest.mark.parametrize(
    ("own", "media"), [("192.168.1.20", "192.168.1.20"), ("8.8.8.8", None), ("127.0.0.1", None), (None, None)]
)
def test_the_pictures_of_janus_come_from_where_an_ordinary_browser_takes_them_but_never_from_a_public_address(
    own: str | None, media: str | None
):
    assert media_address(own) == media


def test_what_cannot_be_meant_is_refused(folder: Path):
    done = run([*PULLCORD, "demo", "--platform", "zoom"], folder)
    assert done.returncode == 2
    assert "practice" in done.stderr
