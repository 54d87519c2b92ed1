"""The figures: for a program on this machine alone, and never about a person or one meeting."""

import asyncio
import re
from pathlib import Path

import pytest
from starlette.types import Message, Receive, Scope, Send

from pullcord.edge.metrics import PATH, Count, Metrics, written
from pullcord.jobs.guard import Guard
from pullcord.safe.inbox import Inbox
from pullcord.serve.counts import FIGURES, Sources, counts
from tests.stopping import scene
from tests.test_house import page, undocumented

PROMETHEUS = re.compile(r'[a-z_]+(\{(platform|result)="[a-z]+"\})? [0-9.e+-]+')


def asked(
    *, client: str = "127.0.0.1", host: str = "127.0.0.1:8400", version: str = "1.1", **headers: str
) -> tuple[int, str]:
    sent: list[Message] = []
    told = [(name.replace("_", "-").encode(), value.encode()) for name, value in {"host": host, **headers}.items()]
    scope: Scope = {
        "type": "http",
        "method": "GET",
        "path": PATH,
        "headers": told,
        "client": (client, 1),
        "http_version": version,
    }

    async def send(message: Message) -> None:
        sent.append(message)

    async def nothing() -> Message:
        raise AssertionError("nobody else is asked")

    async def nobody(scope: Scope, receive: Receive, send: Send) -> None:
        raise AssertionError("the door behind is not asked")

    asyncio.run(Metrics(nobody, lambda: [Count("pullcord_full", 1)])(scope, nothing, send))
    return sent[0]["status"], sent[1]["body"].decode()


@pytest.mark.parametrize("host", ["127.0.0.1:8400", "localhost:8400", "[::1]:8400"])
def test_a_program_on_this_machine_gets_the_figures(host: str):
    assert asked(host=host) == (200, "pullcord_full 1\n")


@pytest.mark.parametrize(
    "how",
    [
        {"client": "192.0.2.7"},
        {"client": "10.0.0.1"},
        {"host": "meetings.example.org"},
        {"host": "127.0.0.1.example.org"},
        {"host": ""},
        {"version": "1.0"},
        {"x_forwarded_for": "127.0.0.1"},
        {"x_forwarded_proto": "https"},
        {"forwarded": "for=127.0.0.1"},
        {"x_real_ip": "127.0.0.1"},
        {"via": "1.1 front"},
    ],
)
def test_whoever_comes_from_elsewhere_or_through_a_proxy_finds_nothing(how: dict[str, str]):
    status, text = asked(**how)
    assert status == 404
    assert "pullcord" not in text


def test_the_figures_tell_how_many_and_never_who_or_which(tmp_path: Path):
    with scene(tmp_path) as now:
        inbox = Inbox(str(tmp_path / "inbox.sqlite3"))
        sources = Sources(now.desk, Guard(now.desk), inbox, lambda part: "broken" if part == "engine" else None)
        told = {one.name: one for one in counts(sources)}
        inbox.close()
        lines = [line for one in told.values() for line in written([one]).splitlines()]
        assert told["pullcord_meetings"].value == 1
        assert told["pullcord_full"].value == 0
        assert told["pullcord_engine_runs"].value == 0
        assert all(PROMETHEUS.fullmatch(line) for line in lines), lines
        meeting = now.kit.meeting
        for secret in (meeting.id, meeting.name, now.link, now.token, *(cord.id for cord in now.kit.cords)):
            assert not any(secret in line for line in lines)


def test_each_figure_has_its_line_in_the_reference():
    assert not undocumented(FIGURES, page("metrics.md"))
