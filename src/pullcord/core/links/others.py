"""The table, continued: platforms without a playbook of their own. Add a platform by adding an entry."""

from typing import Final

from pullcord.core.links.shapes import END, WORD, Platform, Shape, closed, plain, stream

OPENS: Final = "PASS_EMBEDDED"
PERSONAL: Final = "PER_PERSON_TOKEN"
OPENED: Final = ((r"[?&](?:pwd|pw|passcode|password)=[^&#]", OPENS),)

PLATFORMS: Final[dict[str, Platform]] = {
    "proton": Platform(
        "Proton Meet",
        None,
        ("meet.proton.me",),
        (Shape(r"/(?:\w/\d/)?join/(?:id-)?(?P<id>[\w-]+)"),),
        secrets=((r"#.", OPENS),),
    ),
    "duo": closed("Google Duo", None, "duo.app.goo.gl duo.google.com"),
    "bluejeans": closed("BlueJeans", None, "bluejeans.com", r"/(?:meet/)?\w{3,}"),
    "vowel": closed("Vowel", None, "vowel.com"),
    "workplace": closed("Workplace from Meta", None, "workplace.com", r"/groupcall/"),
    "starleaf": closed("StarLeaf", None, "meet.starleaf.com"),
    "around": closed("Around", None, "around.co", r"/(?:r|h)/."),
    "uberconference": closed("UberConference (now Dialpad)", None, "uberconference.com"),
    "blizz": closed("Blizz (now TeamViewer Meeting)", None, "go.blizz.com"),
    "chime": closed("Amazon Chime", None, "chime.aws", r"/\d{4,}"),
    "daily": plain(
        "Daily",
        "daily.co",
        rf"/(?P<id>(?!blog|docs|pricing){WORD}){END}",
        key="daily:{site}/{id}",
        secrets=((r"[?&]t=[^&#]", PERSONAL),),
    ),
    "galene": Platform(
        "Galene",
        None,
        ("galene.org",),
        (Shape(r"/group/(?P<id>[\w./-]+?)/?(?:[?#]|$)", "galene:{host}/{id}"),),
        anywhere=(
            Shape(
                r"/group/(?P<id>[\w./-]+?)/?(?:[?#]|$)",
                "galene:{host}/{id}",
                host=r"(?:^|[.-])gal[eè]ne",
                hint="group/.",
            ),
            Shape(
                r"/group/(?P<id>[\w./-]+?)/?\?(?:[^#]*&)?token=[\w-]",
                "galene:{host}/{id}",
                hint=r"group/[\w./-]{1,80}\?[^\s#<>]{0,200}token=",
            ),
        ),
        secrets=((r"[?&]token=[^&#]", PERSONAL),),
        is_loose=True,
        is_quiet=True,
    ),
    "mirotalk": plain(
        "MiroTalk", "mirotalk.com mirotalk.org", rf"/join/(?P<id>{WORD})", rf"/join/?\?(?:[^#]*&)?room=(?P<id>{WORD})"
    ),
    "ringcentral": plain("RingCentral", "ringcentral.com", r"/(?:j|join)/(?P<id>\d{9,13})", secrets=OPENED),
    "teamviewer": plain("TeamViewer Meeting", "go.teamviewer.com", r"/(?:v15/)?m?(?P<id>m?[\d-]{8,})"),
    "dialpad": plain("Dialpad Meetings", "meetings.dialpad.com", rf"/(?:room/)?(?P<id>{WORD}){END}"),
    "vonage": plain("Vonage Meetings", "meetings.vonage.com", r"/(?:\?room_token=)?(?P<id>\d{9})"),
    "chorus": plain("Chorus", "go.chorus.ai", rf"/(?P<id>{WORD})"),
    "gong": plain("Gong", "join.gong.io", rf"/(?P<id>{WORD}(?:/{WORD})*)"),
    "livestorm": plain("Livestorm", "app.livestorm.co app.livestorm.com", rf"/(?:p|[\w-]+)/(?P<id>{WORD})"),
    "demio": plain("Demio", "event.demio.com", rf"/(?:ref|recording)/(?P<id>{WORD})"),
    "joinme": plain("join.me", "join.me", r"/(?P<id>\d{3}-?\d{3}-?\d{3}|(?!about|blog|help|pricing)[\w-]+)" + END),
    "vsee": plain("VSee", "vsee.com", rf"/(?:c|v|u)/(?P<id>{WORD})"),
    "voov": plain(
        "VooV / Tencent Meeting", "voovmeeting.com meeting.tencent.com", rf"/(?:dm|dw|p|s|v2/\w+|l)/(?P<id>{WORD})"
    ),
    "lifesize": plain("Lifesize", "call.lifesizecloud.com", r"/(?:call/)?(?P<id>\d{4,})", secrets=OPENED),
    "pop": plain("Pop", "pop.com", r"/j/(?P<id>[\d-]{6,})"),
    "youtube": Platform(
        "YouTube",
        None,
        ("youtube.com",),
        (stream(r"/live/(?P<id>[\w-]{11})(?![\w-])"),),
        is_quiet=True,
    ),
    "vimeo": Platform(
        "Vimeo",
        None,
        ("vimeo.com",),
        (stream(r"/(?:event|showcase)/(?P<id>\d+)"), stream(rf"/(?P<id>{WORD})", host=r"^venues\.")),
        is_quiet=True,
    ),
    "jam": plain("Jam", "jam.systems", rf"/(?!new\b)(?P<id>{WORD}){END}"),
    "bbcollab": plain(
        "Blackboard Collaborate", "bbcollab.com", rf"/(?:guest|collab/ui/session/guest|invite|launch)/(?P<id>{WORD})"
    ),
    "coscreen": plain("CoScreen", "join.coscreen.co", rf"/(?P<id>{WORD})"),
    "zhumu": plain("Zhumu", "zhumu.com zhumu.me", r"/j/(?P<id>\d{9,11})", secrets=OPENED),
    "lark": plain("Lark / Feishu", "vc.larksuite.com vc.feishu.cn", r"/j/(?P<id>\d{9})"),
    "ovice": plain("oVice", "ovice.in ovice.com", r"/(?P<id>@\w+|lobby/[\w-]+|ws/[\w-]+)"),
    "luma": plain("Luma", "lu.ma luma.com", rf"/join/(?P<id>{WORD})"),
    "preply": plain("Preply", "preply.com", rf"/(?:\w\w/)?(?:classroom|room)/(?P<id>{WORD})"),
    "userzoom": plain("UserZoom", "go.userzoom.com", rf"/participate/(?P<id>{WORD})"),
    "venue": plain("Venue", "app.venue.live", rf"/app/(?P<id>{WORD})"),
    "teemyco": plain("Teemyco", "app.teemyco.com", rf"/room/(?P<id>{WORD})"),
    "demodesk": plain("Demodesk", "demodesk.com", rf"/(?:meet|m|j|join)/(?P<id>{WORD})"),
    "zoho": plain(
        "Zoho Meeting / Cliq",
        "cliq.zoho.eu cliq.zoho.com meeting.zoho.com meeting.zoho.eu meet.zoho.com meet.zoho.eu",
        rf"/meetings?/(?P<id>{WORD})",
        r"/join\?(?:[^#]*&)?key=(?P<id>\d+)",
        r"/(?P<id>\w{4}-\w{3}-\w{3})\b",
    ),
    "gather": plain("Gather", "app.gather.town", rf"/app/(?P<id>\w+/{WORD})"),
    "reclaim": plain("a Zoom meeting, by Reclaim.ai", "reclaim.ai", rf"/z/(?P<id>{WORD}(?:/{WORD})?)"),
    "tuple": plain("Tuple", "tuple.app", rf"/c/(?P<id>{WORD})"),
    "pumble": plain("Pumble", "meet.pumble.com", r"/(?P<id>[a-z]+-[a-z-]+)"),
    "suit": plain("Suit Conference", "conference.istesuit.com", rf"/(?P<id>{WORD})"),
    "doxy": plain(
        "Doxy.me",
        "doxy.me",
        rf"/(?!(?:\w\w/)?(?:features|pricing|about|blog|help|sign-?\w+|clinics)\b)(?P<id>{WORD}){END}",
    ),
    "cal": plain("Cal Video", "app.cal.com", rf"/video/(?P<id>{WORD})"),
    "zmpage": Platform(
        "a meeting page on zm.page",
        None,
        ("zm.page",),
        (Shape(r"/?", "zmpage:{host}", host=r"\.zm\.page$"),),
        is_quiet=True,
    ),
    "meetecho": plain(
        "Meetecho", "meetings.conf.meetecho.com", rf"/\w+/\?(?:[^#]*&)?(?:session|group|short)=(?P<id>{WORD})"
    ),
    "streamyard": plain("StreamYard", "streamyard.com", r"/(?:guest/)?(?P<id>[a-z0-9]{8,13})" + END),
    "riverside": plain("Riverside", "riverside.fm riverside.com", rf"/studio/(?P<id>{WORD})"),
}
