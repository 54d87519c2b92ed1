"""The doors: the cord page, the stop call, the live view, and what a stranger or a broken disk finds there."""

import http.client
import json
import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pullcord import edge
from pullcord.safe.keys import digest, new_token
from tests.contract.ground import Refused
from tests.doors import Door, door


def out_and_barred(now: Door) -> bool:
    state = now.scene.ground.rooms.state(now.scene.kit.meeting.at["room"])
    return state is not None and not state.people and state.held


def test_the_page_is_one_small_page_without_script_cookie_or_name_in_its_title(tmp_path: Path) -> None:
    with door(tmp_path) as now:
        page = now.ask("GET", f"/c/{now.scene.link}")
        assert page.status == 200
        assert len(page.text.encode()) < 30_000
        assert "<title>Meeting</title>" in page.text
        assert "<script" not in page.text
        assert "set-cookie" not in page.headers
        assert "Anna" not in page.text
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in page.headers["content-security-policy"]


def test_the_page_goes_on_a_phone_s_first_screen_without_telling_anybody_of_the_link(tmp_path: Path) -> None:
    with door(tmp_path) as now:
        page = now.ask("GET", f"/c/{now.scene.link}")
        assert "Add to Home Screen" in page.text
        assert "manifest" not in page.text, "a browser may pass that on, with the link in it"
        loaded = re.findall(r'<link rel="([^"]+)" href="([^"]+)"', page.text)
        assert dict(loaded) == {"icon": "/apple-touch-icon.png", "apple-touch-icon": "/apple-touch-icon.png"}
        assert "img-src 'self'" in page.headers["content-security-policy"]
        icon = now.ask("GET", "/apple-touch-icon.png")
        assert (icon.status, icon.headers["content-type"]) == (200, "image/png")
        assert "public" in icon.headers["cache-control"]
        elsewhere = now.ask("GET", f"/c/{new_token()}")
        assert "Add to Home Screen" not in elsewhere.text


def test_opening_the_page_again_and_again_changes_nothing(tmp_path: Path) -> None:
    with door(tmp_path) as now:
        journal = Path(now.scene.desk.means.journal.path)
        for method in ("GET", "HEAD", "GET", "HEAD"):
            assert now.ask(method, f"/c/{now.scene.link}").status == 200
        assert not journal.exists() or not journal.read_bytes()
        assert now.scene.wire.ends() == 0


def test_a_press_ends_the_meeting_and_the_page_says_so_with_the_platforms_word(tmp_path: Path) -> None:
    with door(tmp_path) as now:
        guest = now.scene.ground.join(now.scene.kit.meeting, now.scene.invitations[0], name="Guest")
        answer = now.ask("POST", f"/c/{now.scene.link}/stop")
        assert answer.status == 303
        assert guest.is_out(within_seconds=1)
        page = now.ask("GET", answer.headers["location"])
        assert "The meeting is over" in page.text
        assert "Nobody can come back in until" in page.text
        assert "Guest" not in page.text
        with pytest.raises(Refused):
            now.scene.ground.join(now.scene.kit.meeting, now.scene.invitations[0], name="Guest")


def test_a_mistake_is_taken_back_from_the_same_page(tmp_path: Path) -> None:
    with door(tmp_path) as now:
        now.ask("POST", f"/c/{now.scene.link}/stop")
        assert "It was a mistake" in now.ask("GET", f"/c/{now.scene.link}").text
        assert now.ask("POST", f"/c/{now.scene.link}/back").status == 303
        now.scene.ground.join(now.scene.kit.meeting, now.scene.invitations[0], name="Guest")
        assert "I need to end the meeting" in now.ask("GET", f"/c/{now.scene.link}").text


def test_a_real_link_has_no_beginning_and_no_calendar_file(tmp_path: Path) -> None:
    with door(tmp_path) as now:
        assert now.ask("POST", f"/c/{now.scene.link}/begin").status == 303
        assert now.ask("GET", f"/c/{now.scene.link}/next.ics").status == 404
        journal = Path(now.scene.desk.means.journal.path)
        assert not journal.exists() or b"drill" not in journal.read_bytes()
        assert "Practise ending a meeting" not in now.ask("GET", f"/c/{now.scene.link}").text


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (None, 303),
        ("null", 303),
        ("ours", 303),
        ("https://elsewhere.example", 403),
        ("http://[", 403),
        ("http://", 403),
    ],
)
def test_a_press_from_another_sites_page_is_refused(tmp_path: Path, origin: str | None, status: int) -> None:
    with door(tmp_path) as now:
        said = f"http://127.0.0.1:{now.port}" if origin == "ours" else origin
        answer = now.ask("POST", f"/c/{now.scene.link}/stop", headers={"Origin": said} if said else {})
        assert answer.status == status
        assert out_and_barred(now) == (status == 303)


@pytest.mark.parametrize(
    ("told", "host"),
    [
        ("https://Meet.Example.ORG/", "meet.example.org"),
        ("https://meet.example.org:443", "meet.example.org"),
        ("HTTPS://meet.example.org", "meet.example.org"),
        ("http://meet.example.org:80", "meet.example.org"),
        ("https://[2001:DB8::1]:8443", "[2001:db8::1]:8443"),
    ],
)
def test_a_press_is_taken_however_the_operator_wrote_the_address(tmp_path: Path, told: str, host: str) -> None:
    (tmp_path / "settings.toml").write_text(f'address = "{told}"\n')
    with door(tmp_path) as now:
        assert now.ask("GET", f"/c/{now.scene.link}", host=host).status == 200
        browsers = f"{told.partition(':')[0].lower()}://{host}"
        answer = now.ask("POST", f"/c/{now.scene.link}/stop", headers={"Origin": browsers}, host=host)
        assert answer.status == 303
        assert out_and_barred(now)


def test_a_dead_link_says_so_shows_the_platforms_own_end_and_stops_nothing(tmp_path: Path) -> None:
    with door(tmp_path) as now:
        for method, path in (("GET", ""), ("POST", "/stop"), ("POST", "/back")):
            page = now.ask(method, f"/c/{new_token()}{path}")
            assert page.status == 404
            assert "End for all" in page.text
        assert now.scene.wire.ends() == 0


def test_a_revoked_link_is_refused_at_once(tmp_path: Path) -> None:
    with door(tmp_path) as now:
        assert now.ask("GET", f"/c/{now.scene.link}").status == 200
        now.scene.desk.kits.write(now.scene.kit._replace(cords=()))
        assert now.ask("POST", f"/c/{now.scene.link}/stop").status == 404
        assert now.scene.wire.ends() == 0


def test_a_link_made_a_moment_ago_works_at_once(tmp_path: Path) -> None:
    with door(tmp_path) as now:
        for _ in range(20):
            link = new_token()
            cord = now.scene.kit.cords[0]._replace(digest=digest(link))
            now.scene.desk.kits.write(now.scene.kit._replace(cords=(cord,)))
            assert now.ask("GET", f"/c/{link}").status == 200


@pytest.mark.parametrize("how", ["expired", "suspended"])
def test_an_expired_or_suspended_link_stops_nothing(tmp_path: Path, how: str) -> None:
    with door(tmp_path) as now:
        cord = now.scene.kit.cords[0]
        cord = cord._replace(expires=1.0) if how == "expired" else cord._replace(suspended=True)
        now.scene.desk.kits.write(now.scene.kit._replace(cords=(cord,)))
        assert "Nothing was ended" in now.ask("POST", f"/c/{now.scene.link}/stop").text
        assert now.scene.wire.ends() == 0


def test_an_unreadable_kit_is_said_and_stops_nothing(tmp_path: Path) -> None:
    with door(tmp_path) as now:
        for kit in (tmp_path / "stop" / "kits").iterdir():
            kit.write_bytes(b"random bytes")
        page = now.ask("POST", f"/c/{now.scene.link}/stop")
        assert page.status == 503
        assert "Nothing was ended" in page.text
        assert "End for all" in page.text


def test_a_guesser_is_slowed_and_a_valid_link_from_the_same_address_is_not(tmp_path: Path) -> None:
    with door(tmp_path) as now:
        answers = [now.ask("GET", f"/c/{new_token()}").status for _ in range(40)]
        assert answers[0] == 404
        assert answers[-1] == 429
        assert now.ask("POST", f"/c/{now.scene.link}/stop").status == 303
        assert out_and_barred(now)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


def test_a_program_stops_by_its_token(tmp_path: Path) -> None:
    with door(tmp_path) as now:
        answer = now.ask("POST", "/api/stop", headers=bearer(now.scene.token))
        assert answer.status == 200
        assert answer.told["code"] == "over"
        assert answer.told["proof"]
        assert out_and_barred(now)


BAD_CALLS = [
    ("no-token", 401, {}, b""),
    ("no-right", 401, bearer("f" * 32), b""),
    ("bad-json", 400, "ours", b"{"),
    ("bad-json", 400, "ours", b"[" * 100_000),
    ("bad-json", 400, "ours", b"\xff\xfe"),
    ("bad-body", 400, "ours", b'{"meting": "x"}'),
    ("bad-body", 400, "ours", b'{"meeting": 7}'),
    ("unknown-meeting", 404, "ours", b'{"meeting": "another"}'),
]


@pytest.mark.parametrize(("code", "status", "headers", "body"), BAD_CALLS)
def test_a_bad_call_gets_its_code_and_sentence_and_stops_nothing(tmp_path, code, status, headers, body) -> None:
    with door(tmp_path) as now:
        sent = bearer(now.scene.token) if headers == "ours" else headers
        answer = now.ask("POST", "/api/stop", headers=sent, body=body)
        assert answer.status == status
        assert answer.told["error"]["code"] == code
        assert "Nothing was ended" in answer.told["error"]["sentence"]
        assert now.scene.wire.ends() == 0


def test_ten_megabytes_are_refused_unread(tmp_path: Path) -> None:
    with door(tmp_path) as now:
        answer = now.ask(
            "POST", "/api/stop", headers={**bearer(now.scene.token), "Content-Length": "10000000"}, body=b"x"
        )
        assert answer.status == 413
        assert answer.told["error"]["code"] == "too-large"


def test_ten_megabytes_in_chunks_are_cut_off(tmp_path: Path) -> None:
    with door(tmp_path) as now:
        body = (b'{"meeting": "' + b"x" * 50_000 for _ in range(200))
        try:
            answer = now.ask("POST", "/api/stop", headers=bearer(now.scene.token), body=body)  # type: ignore[arg-type]
        except (ConnectionError, OSError):
            pass
        else:
            assert answer.status == 413
        assert now.scene.wire.ends() == 0


@pytest.mark.parametrize("path", ["/", "/health", "/c/x", "/api/stop", "/live/x", "/practice/r/x", "/accounts/login/"])
def test_a_foreign_host_is_refused_at_every_door(tmp_path: Path, path: str) -> None:
    with door(tmp_path) as now:
        answer = now.ask("GET", path, host="evil.example")
        assert answer.status == 400
        assert answer.told["error"]["code"] == "foreign-host"


def test_a_live_view_needs_its_ticket(tmp_path: Path) -> None:
    with door(tmp_path) as now:
        assert now.ask("GET", f"/live/{new_token()}").status == 404
        press = now.scene.desk.tickets.issue("press", by="user:1", about=("x",), seconds=60)
        assert now.ask("GET", f"/live/{press}").status == 404, "a ticket is of one kind"


def test_a_live_view_says_that_something_changed_and_never_what(tmp_path: Path) -> None:
    with door(tmp_path) as now:
        now.ask("POST", f"/c/{now.scene.link}/stop")
        incident = now.scene.desk.means.book.latest(now.scene.kit.meeting.id)
        assert incident is not None
        ticket = now.scene.desk.tickets.issue("live", by="user:1", about=(incident.id,), seconds=60)
        connection = http.client.HTTPConnection("127.0.0.1", now.port, timeout=10)
        connection.request("GET", f"/live/{ticket}")
        stream = connection.getresponse()
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert stream.readline() == b"retry: 2000\n"
        now.ask("POST", f"/c/{now.scene.link}/back")
        lines = [stream.readline() for _ in range(4)]
        assert lines[1:3] == [b"event: change\n", b"data: \n"]
        connection.close()


def test_a_hosts_press_goes_by_its_ticket_and_an_old_page_is_told_so(tmp_path: Path) -> None:
    with door(tmp_path) as now:
        assert now.ask("POST", f"/host/{new_token()}/stop").status == 403
        ticket = now.scene.desk.tickets.issue("press", by="user:1", about=(now.scene.kit.meeting.id,), seconds=60)
        answer = now.ask("POST", f"/host/{ticket}/stop")
        assert answer.status == 303
        assert out_and_barred(now)


def test_ending_all_leaves_alone_what_is_not_running(tmp_path: Path) -> None:
    with door(tmp_path) as now:
        meeting = now.scene.kit.meeting

        def end_all() -> None:
            ticket = now.scene.desk.tickets.issue("end all", by="user:1", about=(meeting.id,), seconds=60)
            assert now.ask("POST", f"/host/{ticket}/stop-all").status == 303

        end_all()
        assert now.scene.desk.means.book.latest(meeting.id) is None
        guest = now.scene.ground.join(meeting, now.scene.invitations[0], name="Guest")
        end_all()
        assert guest.is_out(within_seconds=1)
        assert out_and_barred(now)


def test_with_the_people_pages_gone_the_link_works_under_a_red_banner(tmp_path: Path) -> None:
    with door(tmp_path, trouble="The database cannot be read.") as now:
        assert now.ask("GET", "/incidents/").status == 503
        page = now.ask("GET", f"/c/{now.scene.link}")
        assert "The database cannot be read." in page.text
        assert 'role="alert"' in page.text
        assert now.ask("POST", f"/c/{now.scene.link}/stop").status == 303
        assert out_and_barred(now)
        assert now.ask("GET", "/health").told == {"stops": True, "mode": "stop-only"}


def test_no_answer_shows_what_only_others_may_see(tmp_path: Path) -> None:
    with door(tmp_path) as now:
        now.ask("POST", f"/c/{now.scene.link}/stop")
        page = now.ask("GET", f"/c/{now.scene.link}").text
        called = now.ask("POST", "/api/stop", headers=bearer(now.scene.token)).text
        for secret in (*now.scene.kit.meeting.secrets.values(), digest(now.scene.link), "Anna", "user:"):
            assert secret not in page
            assert secret not in called
        assert not re.search(r"\d+ ?ms", page)
        assert json.loads(called)["own_hands"] == []


STRANGERS: dict[str, tuple[str, int]] = {
    "/c/{token}": ("GET", 404),
    "/c/{token}/stop": ("POST", 404),
    "/c/{token}/back": ("POST", 404),
    "/c/{token}/begin": ("POST", 404),
    "/c/{token}/next.ics": ("GET", 404),
    "/host/{ticket}/stop": ("POST", 403),
    "/host/{ticket}/stop-all": ("POST", 403),
    "/api/stop": ("POST", 401),
    "/live/{ticket}": ("GET", 404),
    "/events/{platform}/{source}": ("POST", 401),
    "/apple-touch-icon.png": ("GET", 200),
    "/health": ("GET", 200),
    "": ("GET", 503),
}
"""Every route of the fast door, and what somebody without a right finds there. `/practice` and `/static` have tests of their own;
the empty path is all the rest, which belongs to the people pages."""


def test_every_route_is_tried_as_a_stranger(tmp_path: Path) -> None:
    with door(tmp_path) as now:
        app = edge.build(now.scene.desk, people=None, practice=None, static=None)
        assert {getattr(route, "path", None) for route in app.routes} == set(STRANGERS)
        for path, (method, status) in STRANGERS.items():
            asked = re.sub(r"\{\w+\}", new_token(), path) or "/incidents/1"
            answer = now.ask(method, asked)
            assert answer.status == status, path
            assert now.scene.kit.meeting.name not in answer.text
        assert now.scene.wire.sent == []


def test_times_are_told_in_the_zone_that_was_set_and_it_is_named(tmp_path: Path) -> None:
    for zone, said in (("Asia/Kolkata", "(IST)"), ("America/Sao_Paulo", "(UTC-03)"), ("UTC", "(UTC)")):
        folder = tmp_path / said
        folder.mkdir()
        (folder / "settings.toml").write_text(f'time_zone = "{zone}"\n')
        with door(folder) as now:
            page = now.ask("GET", now.ask("POST", f"/c/{now.scene.link}/stop").headers["location"])
            incident = now.scene.desk.means.book.latest(now.scene.kit.meeting.id)
            assert incident is not None
            assert incident.held_until is not None
            until = datetime.fromtimestamp(incident.held_until, ZoneInfo(zone))
            assert f"{until:%H:%M on %A} {until.day} {until:%B %Y} {said}" in page.text
