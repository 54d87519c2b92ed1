"""A recording and a forwarded stream leave a Janus room by other ways than its participants; they end with it too."""

import os
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pullcord.platforms import platform
from pullcord.platforms.wire import ColdWire
from tests.conftest import Need
from tests.e2e.janus_room import chromium, come_in, page_server
from tests.janus_server import open_room, running, say

pytestmark = [pytest.mark.servers, pytest.mark.timeout(120)]

PATIENCE_SECONDS = 10.0


def test_a_recording_and_a_forwarded_stream_end_with_the_meeting(need: Need, tmp_path: Path):
    need("janus")
    with (
        running(media_on="lo") as janus,
        chromium(need("chromium")) as browser,
        page_server() as page,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stream,
    ):
        stream.bind(("127.0.0.1", 0))
        meeting, tokens = open_room(janus, invitations=1, record=True, rec_dir=str(tmp_path))
        tab = come_in(browser, page, janus.socket, meeting, tokens[0], "Ann")
        forward = {"mid": "1", "host": "127.0.0.1", "port": stream.getsockname()[1]}
        door = {"room": meeting.at["room"], "secret": meeting.secrets["room"], "publisher_id": "ann"}
        said = say(janus.admin, janus.admin_secret, request="rtp_forward", streams=[forward], host="127.0.0.1", **door)
        assert said["videoroom"] == "rtp_forward", said
        assert arrives(stream, within_seconds=PATIENCE_SECONDS)
        assert until(lambda: len(recordings(tmp_path)) == 2)
        before = recordings(tmp_path)
        assert until(lambda: recordings(tmp_path) != before), "nothing is being recorded"

        platform("janus").stop(meeting, ColdWire())

        tab.until("() => room.ended_at && room.hangup_at")
        drain(stream)
        assert until(lambda: not open_recordings(janus.pid))
        ended = recordings(tmp_path)
        assert not arrives(stream, within_seconds=1.0)
        assert recordings(tmp_path) == ended


def arrives(stream: socket.socket, *, within_seconds: float) -> bool:
    stream.settimeout(within_seconds)
    try:
        return bool(stream.recv(2000))
    except TimeoutError:
        return False


def drain(stream: socket.socket) -> None:
    """Take away what was under way when the meeting ended."""
    stream.setblocking(False)
    try:
        while stream.recv(2000):
            pass
    except BlockingIOError:
        return


def recordings(folder: Path) -> dict[str, int]:
    """The size of each, by name."""
    return {file.name: file.stat().st_size for file in folder.iterdir()}


def open_recordings(pid: int) -> list[str]:
    """Those that Janus still has open, as the kernel tells it."""
    files = []
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        try:
            files.append(os.readlink(entry))
        except FileNotFoundError:
            continue
    return [file for file in files if file.endswith(".mjr")]


def until(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            return False
    return True
