"""The figures: for a program on this machine alone, and never about a person or one meeting."""

import asyncio
import re
from contextlib import closing
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.types import Message, Receive, Scope, Send

from pullcord.edge.metrics import PATH, Count, Metrics, written
from pullcord.jobs.guard import Guard
from pullcord.safe.inbox import Inbox
from pullcord.serve.counts import FIGURES, Sources, counts
from pullcord.serve.house import Troubles
from tests.logs import refuse_in
from tests.serving import for_the_server, give_away, serving
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
        troubles = Troubles()
        troubles.say("engine", "broken")
        sources = Sources(now.desk, Guard(now.desk), inbox, troubles)
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


@pytest.mark.parametrize("part", ["store", "engine", "kits"])
def test_the_figure_says_full_only_where_health_does(part: str, tmp_path: Path):
    with scene(tmp_path) as now, closing(Inbox(str(tmp_path / "inbox.sqlite3"))) as inbox:
        troubles = Troubles()
        for said, full in ((None, 1), ("broken", 0), (None, 1)):
            troubles.say(part, said)
            sources = Sources(now.desk, Guard(now.desk), inbox, troubles)
            assert next(one.value for one in counts(sources) if one.name == "pullcord_full") == full
            assert (troubles.sentence() is None) == bool(full), "which is what /health goes by"


def test_each_figure_has_its_line_in_the_reference():
    assert not undocumented(FIGURES, page("metrics.md"))


@pytest.mark.servers
def test_a_prometheus_reads_all_that_a_running_server_counts_and_no_name_in_it(tmp_path: Path):
    data = for_the_server(tmp_path)
    with scene(data) as now:
        meeting, secrets = now.kit.meeting, (now.link, now.token, *now.invitations)
        kept_back = (
            meeting.id,
            meeting.name,
            "Anna",
            "Guest",
            "127.0.0.1",
            *secrets,
            *(one.id for one in now.kit.cords),
        )
    give_away(data)
    with serving(data) as server:
        status, headers, text = server.ask("GET", PATH)
    assert status == 200
    assert headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    told = {one.name: one.samples for one in text_string_to_metric_families(text)}
    assert {*told, "pullcord_checked"} == set(FIGURES), "the daily look may come before or after us"
    labels = {(name, value) for samples in told.values() for one in samples for name, value in one.labels.items()}
    assert {value for name, value in labels if name != "result"} == {"practice"}
    assert {name for name, _ in labels} <= {"platform", "result"}
    assert [one.value for one in told["pullcord_meetings"]] == [1]
    assert [one.value for one in told["pullcord_full"]] == [1]
    refuse_in(text, *kept_back)
