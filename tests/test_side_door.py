"""The side door: a command of the server's own user, and of nobody else, is done by the server that holds the folder."""

import json
import os
import socket
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pullcord.config import read_config
from pullcord.jobs.desk import Desk, open_desk
from pullcord.serve import side_door
from pullcord.serve.lock import CannotServe, locked
from pullcord.web import first
from tests.serving import for_the_server, free_port, run, serving


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    deep = tmp_path / ("long" * 30)
    deep.mkdir()
    return open_desk(read_config(str(deep), environment={}), new=True)


@contextmanager
def open_door(desk: Desk) -> Iterator[None]:
    """A server as far as this door goes, in a folder whose path is longer than the address of a socket may be."""
    stop, ready = threading.Event(), threading.Event()
    thread = threading.Thread(target=side_door.keep, args=(desk, stop), kwargs={"ready": ready.set}, daemon=True)
    with locked(desk.config):
        thread.start()
        assert ready.wait(5)
        try:
            yield
        finally:
            stop.set()
            thread.join(5)


def test_a_command_beside_a_server_is_done_by_the_server(desk: Desk):
    with open_door(desk):
        link = side_door.do("signin-link", desk, {})["link"]
    assert first.opens(desk, link.rpartition("/")[2], has_owner=True)


def test_where_no_server_runs_the_command_does_it_itself_and_no_server_starts_meanwhile(desk: Desk):
    def refused_now(_: Desk, told: side_door.Told) -> side_door.Told:
        with pytest.raises(CannotServe), locked(desk.config):
            pass
        return {"alone": True}

    assert side_door.do("try", desk, {}, work={"try": refused_now}) == {"alone": True}
    assert "link" in side_door.do("signin-link", desk, {})


def test_a_server_that_has_the_folder_and_does_not_answer_is_said_and_nothing_is_done(desk: Desk):
    with locked(desk.config), pytest.raises(CannotServe, match="does not answer"):
        side_door.do("signin-link", desk, {})
    assert not Path(desk.config.path(first.FILE)).exists()


def test_the_socket_is_for_its_user_alone_and_goes_with_the_server(desk: Desk):
    path = Path(desk.config.path(side_door.FILE))
    with open_door(desk):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_ISSOCK(path.stat().st_mode)
    assert not path.exists()


def test_another_user_is_hung_up_on_unheard(desk: Desk):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b'{"do": "signin-link"}\n')
        side_door.answer(ours, desk, own=os.geteuid() + 1)
        ours.shutdown(socket.SHUT_WR)
        assert theirs.recv(100) == b""
    assert not Path(desk.config.path(first.FILE)).exists()


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (b'{"do": "erase-all"}\n', "unknown-command"),
        (b"not json\n", "not-understood"),
        (b'["do"]\n', "not-understood"),
        (b"x" * (side_door.LARGEST_BYTES + 5000), "not-understood"),
    ],
)
def test_what_is_not_a_command_gets_a_sentence_and_changes_nothing(desk: Desk, said: bytes, code: str):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        threading.Thread(target=theirs.sendall, args=(said,), daemon=True).start()
        side_door.answer(ours, desk, own=os.geteuid())
        assert json.loads(theirs.recv(4096))["error"]["code"] == code
    assert not Path(desk.config.path(first.FILE)).exists()


@pytest.mark.servers
def test_signin_link_goes_through_the_running_server_which_holds_the_lock(tmp_path: Path):
    data, port = for_the_server(tmp_path), free_port()
    with serving(data, port=port) as server:
        assert stat.S_ISSOCK((data / side_door.FILE).stat().st_mode)
        # Told another address than the server's own: the link carries the server's.
        made = run(["signin-link"], data, PULLCORD_LISTEN="127.0.0.1:1")
        assert made.returncode == 0, made.stderr
        path = (data / "signin-link").read_text().strip().partition(f":{port}")[2]
        assert server.ask("GET", path)[0] == 200
