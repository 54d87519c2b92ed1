"""Join links are recognised wherever they are hidden, said for what they are, and never opened."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from pullcord.core.links import PLATFORMS, platform_of, recognise

DATA = Path(__file__).parent / "data" / "join_links.jsonl"
SERVICES = Path(__file__).parents[2] / "shared" / "data" / "known_meeting_services.txt"
FORMS = [json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines()]
NEVER_A_JOIN = {"NOT_A_JOIN_LINK", "RECORDING_LINK", "LOOKALIKE", "ORGANISER_LINK"}

ID = "97744884305"
ZOOM = f"https://zoom.us/j/{ID}"
KEY = f"zoom:{ID}"


def keys(text: str) -> list[str]:
    return [one.key for one in recognise(text) if one.is_join]


def kinds(text: str) -> list[tuple[str, str]]:
    return [(one.kind, one.platform) for one in recognise(text)]


def is_found(row: dict[str, Any]) -> bool:
    found = recognise(row["text"])
    if NEVER_A_JOIN & set(row["flags"]) and any(one.is_join for one in found):
        return False
    if row["key"] in ("(none)", "(opaque)"):
        return [one.flags for one in found] == [tuple(row["flags"])]
    platform = row["key"].partition(":")[0] if row["platform"] == "wrap" else row["platform"]
    is_exact = ":" in row["key"] and "..." not in row["key"]
    return any(one.platform == platform and (one.key == row["key"] or not is_exact) for one in found)


def test_the_labelled_forms_are_recognised():
    missed = [row["n"] for row in FORMS if not is_found(row)]
    assert len(missed) <= 0.02 * len(FORMS), missed


def test_the_labelled_forms_are_flagged_as_labelled():
    missed = [
        row["n"] for row in FORMS if not set(row["flags"]) <= {f for one in recognise(row["text"]) for f in one.flags}
    ]
    assert not missed


def test_the_labelled_forms_and_services_are_recognised_alike_with_and_without_short_cuts():
    texts = [row["text"] for row in FORMS] + [*SERVICE_FORMS.values(), " ".join(SERVICE_FORMS.values())]
    assert [text for text in texts if recognise(text) != recognise(text, is_thorough=True)] == []


def test_a_labelled_form_is_one_thing_and_not_two():
    assert [row["n"] for row in FORMS if len(recognise(row["text"])) != 1] == []


# One form of each service that a popular calendar program knows by name; what it calls "any link" is no service.
SERVICE_FORMS = {
    "Google Meet": "https://meet.google.com/abc-defg-hij",
    "Proton Meet": "https://meet.proton.me/join/id-abc#pwd-def",
    "Google Hangouts": "https://hangouts.google.com/call/abc",
    "Zoom": ZOOM,
    "Zoom native": f"zoommtg://zoom.us/join?confno={ID}",
    "Microsoft Teams": "https://teams.microsoft.com/l/meetup-join/19%3ameeting_abcdefghij%40thread.v2/0",
    "Cisco Webex": "https://acme.webex.com/meet/jane",
    "Jitsi": "https://meet.jit.si/Choir",
    "Amazon Chime": "https://app.chime.aws/meetings/1234567890 https://chime.aws/1234567890",
    "Ring Central": "https://v.ringcentral.com/join/123456789",
    "GoToMeeting": "https://global.gotomeeting.com/join/123456789",
    "GoToWebinar": "https://global.gotowebinar.com/join/123456789/987",
    "BlueJeans": "https://bluejeans.com/123456789",
    "8x8": "https://8x8.vc/acme/room",
    "Demio": "https://event.demio.com/ref/abcdef",
    "Join.me": "https://join.me/123-456-789",
    "ZoomGov": f"https://www.zoomgov.com/j/{ID}",
    "Whereby": "https://whereby.com/jane",
    "Uber Conference": "https://uberconference.com/jane",
    "Blizz": "https://go.blizz.com/join/m12345678",
    "Teamviewer Meeting": "https://go.teamviewer.com/m12345678",
    "VSee": "https://vsee.com/c/jane",
    "StarLeaf": "https://meet.starleaf.com/4123456789",
    "Google Duo": "https://duo.app.goo.gl/abc",
    "Tencent VooV": "https://voovmeeting.com/dm/abcDEF",
    "Facebook Workspace": "https://acme.workplace.com/groupcall/LINK:abc",
    "Lifesize": "https://call.lifesizecloud.com/1234567",
    "Skype": "https://join.skype.com/abcDEFghi",
    "Skype For Business": "https://meet.lync.com/acme/jane/ABC12345",
    "Skype For Business (SH)": "https://meet.acme.example/acme.example/jane/ABC12345",
    "Facetime": "https://facetime.apple.com/join#v=1&p=abc&k=def",
    "Pop": "https://pop.com/j/123-456-789",
    "Chorus": "https://go.chorus.ai/1234",
    "Gong": "https://join.gong.io/acme/jane",
    "Livestorm": "https://app.livestorm.co/p/abc-def",
    "YouTube": "https://www.youtube.com/live/abcdefghijk",
    "Vonage Meetings": "https://meetings.vonage.com/123456789",
    "Google Meet Stream": "https://stream.meet.google.com/stream/a9e33d7d-d769-4913-a25f-459e50b19332",
    "Around": "https://meet.around.co/r/choir",
    "Jam": "https://jam.systems/choir",
    "Discord": "https://discord.gg/abcDEF",
    "Blackboard Collaborate": "https://us.bbcollab.com/guest/abcdef",
    "CoScreen": "https://join.coscreen.co/choir",
    "Vowel": "https://app.vowel.com/#/g/abc",
    "Zhumu": "https://welink.zhumu.com/j/123456789?pwd=abc",
    "Lark": "https://vc.larksuite.com/j/123456789",
    "Feishu": "https://vc.feishu.cn/j/123456789",
    "Vimeo": "https://vimeo.com/event/123456",
    "oVice": "https://acme.ovice.in/lobby/enter",
    "Luma": "https://lu.ma/join/g-abc",
    "Preply": "https://preply.com/en/classroom/abc",
    "UserZoom": "https://go.userzoom.com/participate/abc-def",
    "Venue": "https://app.venue.live/app/choir",
    "Teemyco": "https://app.teemyco.com/room/abc",
    "Demodesk": "https://demodesk.com/meet/abc",
    "Zoho Cliq": "https://cliq.zoho.eu/meetings/abc",
    "Slack": "https://app.slack.com/huddle/T1/C1",
    "Gather": "https://app.gather.town/app/abc/choir?meeting=1",
    "Reclaim.ai": "https://reclaim.ai/z/abc/def",
    "Tuple": "https://tuple.app/c/abc",
    "Pumble": "https://meet.pumble.com/abc-def",
    "Suit Conference": "https://acme.conference.istesuit.com/abc",
    "Doxy.me": "https://doxy.me/drjane",
    "Cal Video": "https://app.cal.com/video/abc",
    "zm.page": "https://jane.zm.page",
    "LiveKit Meet": "https://meet.livekit.io/rooms/abcd-1234",
    "Meetecho": "https://meetings.conf.meetecho.com/ietf120/?session=32345",
    "StreamYard": "https://streamyard.com/abcd1234ef",
    "Riverside": "https://riverside.fm/studio/choir",
    "Phone": f"+15550100101,,{ID}#",
    "Facetime Audio": "facetime-audio://facetime.apple.com/join#v=1&p=abc&k=def",
}
NO_SERVICE = {"Any Link", "Other"}


@pytest.mark.parametrize("service", SERVICE_FORMS)
def test_every_service_of_the_calendar_program_is_known(service):
    found = platform_of(SERVICE_FORMS[service])
    assert found is not None
    assert found.kind in ("join", "stream", "closed")


def test_the_calendar_program_knows_no_service_more():
    if not SERVICES.exists():
        pytest.skip(f"the list of services that others know is not here: {SERVICES.name}")
    lines = SERVICES.read_text(encoding="utf-8").splitlines()
    assert {line for line in lines if line and line[0] != "#"} <= set(SERVICE_FORMS) | NO_SERVICE
    assert len(PLATFORMS) > 60


@pytest.mark.parametrize(
    "text",
    [
        "Meeting ID: 977 4488 4305\nPasscode: 1234",
        "Meeting ID 977-4488-4305, passcode 123456",
        "<td>Meeting ID</td><td>977 4488 4305</td><td>Passcode:</td><td>1234</td>",
        "ID y cyfarfod: 977 4488 4305\nCod mynediad: 1234",
        "ID de réunion : 977 4488 4305\nCode secret : 1234",
        "ID de r&eacute;union&nbsp;: 977 4488 4305 Mot de passe : abc1",
        "Meeting-ID: 977 4488 4305\nKenncode: Dodo2021",
        "ID de reunión: 977 4488 4305\nCódigo de acceso: 1234",
        "Identyfikator spotkania: 977 4488 4305\nHasło: 1234",
        "Ідентифікатор конференції: 977 4488 4305\nКод доступу: 1234",
        "معرّف الاجتماع: ٩٧٧ ٤٤٨٨ ٤٣٠٥\nرمز المرور: 1234",
        "میٹنگ آئی ڈی: 977 4488 4305\nپاس کوڈ: 1234",
        "会议号：977 4488 4305\n密码：1234",
        "ミーティングID: 977 4488 4305\nパスコード: 1234",
        "Toplantı Kimliği: 977 4488 4305\nParola: 1234",
    ],
)
def test_a_number_and_a_passcode_are_understood_in_the_languages_of_the_guide_and_more(text):
    found = recognise(text)
    assert [one.key for one in found] == [KEY]
    assert "PASS_IN_TEXT" in found[0].flags


@pytest.mark.parametrize(
    "text",
    [
        f"https://nam12.safelinks.protection.outlook.com/?url=https%3A%2F%2Fus02web.zoom.us%2Fj%2F{ID}%3Fpwd%3Dabc&data=05",
        f"https://urldefense.com/v3/__{ZOOM}?pwd=abc__;!!Abc!xyz$",
        f"https://urldefense.com/v3/__https:/zoom.us/j/{ID}?pwd=a*3D__;JQ!!Abc!xyz$",
        f"https://urldefense.com/v3/__https://zoom.us/j/**J__;{base64.b64encode(ID.encode()).decode().strip('=')}!!A!x$",
        f"https://urldefense.proofpoint.com/v1/url?u={ZOOM}&k=oIv",
        f"https://www.google.com/url?q=https://urldefense.proofpoint.com/v2/url?u=https-3A__zoom.us_j_{ID}",
        f"https://l.facebook.com/l.php?u=https%3A%2F%2Fzoom.us%2Fj%2F{ID}&h=AT0",
        f"https://www.google.co.uk/url?sa=t&url=https%3A%2F%2Fzoom.us%2Fj%2F{ID}",
        f"https://secure-web.cisco.com/1aBc/https%3A%2F%2Fzoom.us%2Fj%2F{ID}",
        f"https://unknown.example/r?x=https%3A%2F%2Fzoom.us%2Fj%2F{ID}",
        f"https://www.google.com/url?q=https://nam12.safelinks.protection.outlook.com/?url%3Dhttps%253A%252F%252Fzoom.us%252Fj%252F{ID}",
    ],
)
def test_a_wrapped_link_is_read_through_its_wrappings(text):
    assert keys(text) == [KEY]


@pytest.mark.parametrize(
    "text",
    [
        "https://zoom.us/j/977448\n84305?pwd=abc",
        "> https://us02web.zoom.us/j/977448\n> 84305?pwd=abc",
        "https://us02we=\r\nb.zoom.us/j/97744884305",
        "https:=\n//zoom.us/j/97744=\n884305",
        "BEGIN:VCALENDAR\r\nDESCRIPTION:https://us02web.zoom.\r\n us/j/97744884305\\n",
        "https://us02web.zoom.us/j/9774\u00ad4884305",
        "https://zoom.us/j/97744\u200b884305",
    ],
)
def test_a_link_broken_over_lines_is_put_together(text):
    assert keys(text) == [KEY]


@pytest.mark.parametrize(
    "text", ["> https://zoom.us/j/977448843\n> 05 people came", "https://zoom.us/j/977448843\n05 people"]
)
def test_the_next_line_is_left_alone_where_the_link_is_whole(text):
    assert keys(text) == ["zoom:977448843"]


def mail(kind: str, encoding: str, body: str, more: str = "") -> str:
    return (
        "From: jane@example.org\nSubject: Choir\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b1\n\n"
        f"--b1\nContent-Type: {kind}; charset=utf-8\nContent-Transfer-Encoding: {encoding}\n{more}\n{body}\n--b1--\n"
    )


def test_the_text_parts_of_a_mail_are_read():
    said = f"Réunion: {ZOOM}"
    assert keys(mail("text/plain", "base64", base64.encodebytes(said.encode()).decode())) == [KEY]
    assert keys(mail("text/html", "quoted-printable", "ID de r=C3=A9union : 977 4488 =\n4305")) == [KEY]
    assert keys(
        mail(
            "text/calendar", "base64", base64.encodebytes(f"DESCRIPTION:{ZOOM[:20]}\r\n {ZOOM[20:]}".encode()).decode()
        )
    ) == [KEY]


def test_an_equals_sign_written_for_a_mail_is_read_as_one():
    assert keys("https://acme.webex.com/acme/j.php?MTID=3Dm0123456789abcdef0123456789abcdef")


def test_a_passcode_is_said_of_its_own_meeting_and_of_no_other():
    text = f"Passcode: 1234 {ZOOM} and https://meet.jit.si/Choir\nPasscode: 5678\nhttps://whereby.com/jane"
    flagged = {one.platform for one in recognise(text) if "PASS_IN_TEXT" in one.flags}
    assert flagged == {"zoom", "jitsi"}


@pytest.mark.parametrize("name", ["Content-Disposition:", "CONTENT-DISPOSITION :", "content-disposition\t:"])
def test_what_is_attached_to_a_mail_is_not_opened(name):
    coded = base64.encodebytes(ZOOM.encode()).decode()
    attached = f"{name} attachment; filename=a.txt\n"
    assert not recognise(f"Content-Type: text/plain\n{attached}\n{ZOOM}")
    assert not recognise(mail("text/plain", "base64", coded, attached))
    assert not recognise(mail("text/plain", "7bit", ZOOM, attached))
    assert not recognise(mail("image/png", "base64", coded))


def test_after_an_attachment_the_text_goes_on():
    text = mail("text/plain", "7bit", "nothing", "Content-Disposition: attachment\n") + f"\n{ZOOM}"
    assert [text[slice(*place)] for one in recognise(text) for place in one.places] == [ZOOM]


@pytest.mark.parametrize(
    "text",
    [
        f"https://zoom.us.evil.example/j/{ID}",
        f"https://zoom.us@evil.example/j/{ID}",
        f"https://zoom.us%2Fj%2F{ID}@evil.example/",
        f"https://zооm.us/j/{ID}",
        f"https://xn--zm-fmca.us/j/{ID}",
        f"https://ｚｏｏｍ.us/j/{ID}",
        f"https://zo0m.us/j/{ID}",
        f"https://us02web-zoom.us/j/{ID}",
        f"https://zoom-us.example/j/{ID}",
        f"https://www.google.com/url?q=https://zoom.us.evil.example/j/{ID}",
    ],
)
def test_a_lookalike_is_named_and_never_a_join_link(text):
    assert kinds(text) == [("lookalike", "zoom")]


@pytest.mark.parametrize(
    "text",
    [
        f"https://evil.example/zoom.us/j/{ID}",
        f"https://evil.example\\@zoom.us/j/{ID}",
        "order id: 977 4488 4305",
        "Tel: 020 7946 0000 12",
        "https://github.com/someone/call/issues",
        "https://talk.example.org/login?jwt=eyJabc.def",
        "https://meet.example.org/Choir",
        "https://www.google.com/search?q=zoom",
        "mailto:jane@zoom.us",
        "a text about zoom, teams and meetings: 12",
    ],
)
def test_what_is_no_link_to_a_meeting_is_not_said_to_be_one(text):
    assert not recognise(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"https://us02web.zoom.us/s/{ID}?zak=abc", ("organiser", "zoom")),
        ("https://teams.microsoft.com/meetingOptions/?organizerId=1", ("organiser", "teams")),
        ("https://whereby.com/acme?roomKey=eyJ", ("organiser", "whereby")),
        ("https://acme.webex.com/acme/ldr.php?RCID=0123456789abcdef0123456789abcdef", ("recording", "webex")),
        ("https://zoom.us/u/abc", ("other", "zoom")),
        ("https://bit.ly/3abcde", ("wrapped", "wrap")),
    ],
)
def test_another_link_is_said_to_be_what_it_is(text, said):
    assert kinds(text) == [said]
    assert recognise(text)[0].says


@pytest.mark.parametrize("link", [ZOOM, ZOOM.replace("/", "\\/")])
def test_a_link_in_a_tag_between_a_colon_and_a_number_is_found(link):
    assert keys(f'Tel: <a href="{link}">020 7946 0000 12</a>') == [KEY]


@pytest.mark.parametrize(
    "told", ["meeting id 977 4488 4305", "The meeting ID is 977-4488-4305", "Meeting ID 97744884305"]
)
def test_a_number_is_understood_without_a_colon_in_english(told):
    assert keys(told) == [KEY]


def test_a_name_before_the_host_hides_no_link():
    assert keys(f"https://jane:secret@zoom.us/j/{ID}") == [KEY]


@pytest.mark.parametrize(
    "start", ["https://live.example.org", "https://live.example.org:7880/rtc", "wss://live.example.org/"]
)
def test_a_token_of_livekit_is_told_on_anybodys_host(start):
    text = f"{start}?auto_subscribe=1&access_token=eyJabc.eyJdef.ghi"
    assert keys(text) == ["livekit:live.example.org"]


@pytest.mark.parametrize("question", ["", "?lang=cy"])
def test_settings_of_jitsi_are_told_on_anybodys_host(question):
    text = f"https://rooms.example.org/Choir{question}#config.startWithVideoMuted=true"
    assert keys(text) == ["jitsi:rooms.example.org/choir"]


def test_a_meeting_is_told_once_with_all_its_places():
    text = f"{ZOOM}?pwd=abc and {ZOOM} and Meeting ID: 977 4488 4305"
    (found,) = recognise(text)
    assert [text[slice(*place)] for place in found.places] == [f"{ZOOM}?pwd=abc", ZOOM, "977 4488 4305"]


def test_the_first_meeting_decides_the_platform():
    text = f"https://zoom.us/rec/share/abc https://meet.jit.si/Choir {ZOOM}"
    found = platform_of(text)
    assert found is not None
    assert (found.platform, found.playbook) == ("jitsi", "jitsi")
    assert platform_of("nothing") is None
