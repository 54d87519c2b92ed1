"""The table: every platform that has a playbook, one entry each; the others stand in `others`, in the same way.

Hosts and forms stand in the makers' own invitations and manuals, or in the link lists of open calendar programs.
"""

from typing import Final

from pullcord.core.links.shapes import (
    END,
    GUID,
    JWT,
    WORD,
    Platform,
    Shape,
    closed,
    no_join,
    organiser,
    recording,
    registration,
    stream,
)

OPENS: Final = "PASS_EMBEDDED"
PERSONAL: Final = "PER_PERSON_TOKEN"
ZOOM_ID: Final = r"(?P<id>\d{9,11})(?![\w-])"
THREAD: Final = (
    r"/(?:[^:@]{0,200}/)?l/meetup-join/(?P<id>19:[\w.+=-]{8,}@(?:thread\.(?:v2|tacv2|skype)|unq\.gbl\.spaces))"
)
BBB_ID: Final = r"[a-z0-9]{3}(?:-[a-z0-9]{3}){2,3}"

PLATFORMS: Final[dict[str, Platform]] = {
    "zoom": Platform(
        "Zoom",
        "zoom",
        ("zoom.us", "zoom.com", "zoom.com.cn", "zoomgov.com", "zoom-x.de"),
        (
            organiser(rf"/(?:[jw]|wc|wc/join)/{ZOOM_ID}[^?]*\?(?:[^#]*&)?(?:zak=|role=1)"),
            organiser(rf"/join\?(?=[^#]*(?:zak=|action=start))(?:[^#]*&)?confno={ZOOM_ID}"),
            organiser(rf"/(?:s/{ZOOM_ID}|wc/(?P<wc>\d{{9,11}})/start|start\?(?:[^#]*&)?confno=(?P<no>\d{{9,11}}))"),
            Shape(r"/j/(?P<id>\d{10})(?![\w-])", flags=("PMI_LIKELY",)),
            Shape(rf"/(?:j|wc/join|wc|launch/jc|launch/edl|cpw)/{ZOOM_ID}"),
            Shape(rf"/w/{ZOOM_ID}", playbook="zoom_webinar"),
            Shape(r"/join\?(?:[^#]*&)?confno=(?P<id>\d[\d ]{8,12})(?![\w-])"),
            Shape(rf"/(?:my|p)/(?P<id>{WORD})", "{platform}-my:{id}", flags=("PMI",)),
            Shape(r"/ejl/[\w~-]{16,}", "zoom-ejl", flags=(PERSONAL,)),
            registration(r"/webinar/register/(?:[\w-]+/)*(?P<id>[\w-]{9,})", "zoom-reg:{id}", "zoom_webinar"),
            registration(r"/(?:meeting/register|ev|e/view)/(?P<id>[\w~-]{9,})", "zoom-reg:{id}"),
            Shape(
                r"/(?:meeting|webinar)/(?:attendee/)?(?P<id>[\w-]+)/ics\b", "zoom-ics:{id}", "calendar", ("ICS_TOKEN",)
            ),
            recording(r"/(?:rec|recording|clips)/\w"),
        ),
        secrets=((r"[?&](?:pwd|passcode|password)=[^&#]", OPENS), (r"[?&]tk=[^&#]", PERSONAL)),
        keyed={"zoomgov.com": "zoomgov", "zoom-x.de": "zoom-x"},
        schemes=("zoommtg", "zoomus"),
        is_copied=True,
    ),
    "teams": Platform(
        "Microsoft Teams",
        "teams_work",
        ("teams.microsoft.com", "teams.live.com", "teams.cloud.microsoft", "teams.microsoft.us"),
        (
            Shape(r"/meetingOptions\b", "", "organiser", ("ORGANISER_LINK",)),
            Shape(THREAD, "teams-gov:{id}", host=r"\.us$"),
            Shape(THREAD, playbook="teams_free", host=r"live\.com$"),
            Shape(THREAD),
            Shape(r"/meet/(?P<id>\d{9,16})\b", "teams-meet:{id}", playbook="teams_free", host=r"live\.com$"),
            Shape(r"/meet/(?P<id>\d{9,16})\b", "teams-meet:{id}"),
            registration(r"/(?:event|registration)/(?P<id>[\w,@-]{9,})", "teams-reg:{id}"),
            recording(r"/l/meetingrecap\b"),
        ),
        secrets=((r"[?&]p=[^&#]", OPENS), (r"\?context=.*Tid.*Oid", "TENANT_AND_ORGANISER_ID")),
        schemes=("msteams",),
        is_copied=True,
    ),
    "meet": Platform(
        "Google Meet",
        "meet_workspace",
        ("meet.google.com", "tel.meet", "g.co"),
        (
            stream(rf"/stream/(?P<id>{GUID})", "meet-stream:{id}"),
            Shape(r"/(?:_meet/|tel/)?(?P<id>[a-zA-Z]{3}-[a-zA-Z]{4}-[a-zA-Z]{3})(?![\w-])"),
            Shape(r"/(?:(?:_meet/)?lookup|meet)/(?P<id>[\w-]{4,})", "meet-lookup:{id}", flags=("GUESSABLE",)),
        ),
        secrets=((r"[?&]pin=[^&#]", OPENS),),
        is_copied=True,
        ignores_case=True,
    ),
    "webex": Platform(
        "Webex",
        "webex",
        ("webex.com", "webex.com.cn"),
        (
            recording(r"/(?:(?:[\w.-]+/)?l[ds]r\.php\?|recordingservice/|webappng/sites/[\w.-]+/recording/)"),
            registration(r"/weblink/register/(?P<id>\w+)", "webex-reg:{id}"),
            Shape(r"/[^?]*\?(?:[^#]*&)?MTID=(?P<id>[a-z]?[0-9a-f]{32})(?!\w)"),
            Shape(r"/(?:webappng|wbxmjs/joinservice)/sites/[\w.-]+/\w+/\w+/(?P<id>[0-9a-f]{32})(?!\w)"),
            Shape(r"/webappng/sites/[\w.-]+/(?:\w+/)?pmr/(?P<id>[\w.~%+-]+)", "webex-room:{id}@{site}", flags=("PMI",)),
            Shape(rf"/(?:meet|join)/(?P<id>{WORD})", "webex-room:{id}@{site}", flags=("PMI",)),
            organiser(rf"/start/(?P<id>{WORD})", "webex-room:{id}@{site}"),
        ),
        secrets=((r"[?&](?i:pw|pwd|password)=[^&#]", OPENS), (r"[?&]RGID=", PERSONAL)),
        is_copied=True,
        ignores_case=True,
    ),
    "jitsi": Platform(
        "Jitsi Meet",
        "jitsi",
        (
            *("meet.jit.si", "8x8.vc", "alpha.jitsi.net", "meet.ffmuc.net", "fairmeeting.net", "framatalk.org"),
            *("calls.disroot.org", "meet.systemli.org", "kmeet.infomaniak.com", "talk.brave.com", "meet.greenhost.net"),
        ),
        (Shape(rf"/(?!static/|libs/|images/|css/)(?P<id>(?:{WORD}/)?{WORD}){END}", "jitsi:{host}/{id}"),),
        anywhere=(
            Shape(
                rf"/(?!login|auth|oauth|sso|api|callback|sign)(?P<id>(?:{WORD}/)?{WORD})\?(?:[^#]*&)?jwt={JWT}",
                "jitsi:{host}/{id}",
                host=r"(?:^|[.-])(?:jitsi|meet|meeting|conf|video|visio|vc|talk|call|konferenz|besprechung)s?\d*[.-]",
            ),
            Shape(
                rf"/(?P<id>(?:{WORD}/)?{WORD})(?:\?[^#]*)?#(?:config|userInfo|interfaceConfig)\.",
                "jitsi:{host}/{id}",
            ),
            Shape(
                rf"/(?P<id>{WORD}){END}",
                "jitsi:{host}/{id}",
                host=r"^(?:jitsi|jitsi-meet|meet-jitsi|meetjitsi)\d*\.(?!github\.)[\w-]+\.",
            ),
        ),
        secrets=((rf"[?&#](?:jwt|token)={JWT}", PERSONAL),),
        schemes=("jitsi-meet", "org.jitsi.meet"),
        is_loose=True,
        is_quiet=True,
        ignores_case=True,
    ),
    "bbb": Platform(
        "BigBlueButton",
        "bigbluebutton",
        ("demo.bigbluebutton.org",),
        (Shape(rf"/(?:b|gl|rooms)/(?P<id>{BBB_ID})(?:/join)?{END}", "bbb:{host}/{id}"),),
        anywhere=(
            recording(r"/playback/(?:presentation|video|podcast|notes)/", hint="playback/"),
            Shape(
                rf"/(?:b|gl|rooms)/(?P<id>{BBB_ID})(?:/join)?{END}",
                "bbb:{host}/{id}",
                hint=rf"b/{BBB_ID}|gl/{BBB_ID}|rooms/{BBB_ID}",
            ),
            Shape(
                r"/bigbluebutton/api/join\?(?:[^#]*&)?meetingID=(?P<id>[^&#]+)",
                "bbb:{host}/{id}",
                flags=(PERSONAL,),
                hint="bigbluebutton/api/join",
            ),
            Shape(
                r"/html5client/(?:join)?\?(?:[^#]*&)?sessionToken=",
                "bbb:{host}",
                flags=(PERSONAL,),
                hint="html5client/",
            ),
        ),
        secrets=((r"[?&](?:password|checksum)=[^&#]", OPENS),),
        is_quiet=True,
        ignores_case=True,
    ),
    "livekit": Platform(
        "an app built on LiveKit",
        "livekit_apps",
        ("livekit.io", "livekit.cloud"),
        (
            Shape(r"/custom\?(?:[^#]*&)?token=", "livekit:{host}", flags=(PERSONAL,), host=r"^meet"),
            Shape(rf"/rooms/(?P<id>{WORD})", "livekit:{host}/{id}", host=r"^meet"),
            Shape(rf"/(?:rtc)?(?:\?(?:[^#]*&)?access_token={JWT})", "livekit:{host}", flags=(PERSONAL,)),
        ),
        anywhere=(
            Shape(
                rf"/?(?:rtc/?)?\?(?:[^#]*&)?access_token={JWT}",
                "livekit:{host}",
                flags=(PERSONAL,),
                hint=r"rtc/?\?[^\s#<>]{0,300}?access_token=eyJ|\?[^\s#<>]{0,300}?access_token=eyJ",
            ),
        ),
        secrets=((r"#.", OPENS),),
        is_loose=True,
        is_quiet=True,
    ),
    "whereby": Platform(
        "Whereby",
        "whereby",
        ("whereby.com", "appear.in"),
        (
            organiser(rf"/(?P<id>{WORD})\?(?:[^#]*&)?roomKey="),
            no_join(r"/(?:information|user|org|blog|legal|login|signup|pricing|about|help|download|product)\b"),
            Shape(rf"/(?P<id>{WORD}){END}", "whereby:{site}/{id}", host=r"^(?!www\.)[\w-]+\.whereby\.com$"),
            Shape(r"/(?P<id>(?=[^?#]{0,29}(?:[?#]|$))[a-zA-Z.-]+)(?:[?#]|$)", flags=("GUESSABLE",)),
            Shape(rf"/(?P<id>{WORD}){END}"),
        ),
        is_loose=True,
        is_quiet=True,
        is_copied=True,
        ignores_case=True,
    ),
    "goto": Platform(
        "GoTo Meeting",
        "goto_meeting",
        ("gotomeeting.com", "gotomeet.me", "meet.goto.com", "app.goto.com", "gotowebinar.com"),
        (
            recording(r"/(?:recording|transcript)s?/", host=r"gotomeeting\.com$|goto\.com$"),
            registration(r"/(?:register|rt)/(?P<id>\w+)", "goto-reg:{id}", host=r"gotowebinar\.com$"),
            Shape(r"/join/(?P<id>\d+)(?:/\d+)?", "goto-webinar:{id}", flags=(PERSONAL,), host=r"gotowebinar\.com$"),
            Shape(r"/(?:join|meeting|app/join|meeting/join)?/?(?P<id>\d{9})\b"),
            Shape(
                rf"/(?P<id>{WORD}){END}", "goto-room:{id}", flags=("PMI",), host=r"^(?:meet\.goto\.com|.*gotomeet\.me)$"
            ),
        ),
        schemes=("gotomeeting", "gotomeet"),
        is_quiet=True,
        is_copied=True,
    ),
    "slack": Platform(
        "a Slack huddle",
        "slack_huddle",
        ("app.slack.com",),
        (Shape(r"/huddle/(?P<id>T\w+/[CDG]\w+)"),),
        is_quiet=True,
    ),
    "facetime": Platform(
        "FaceTime",
        "facetime",
        ("facetime.apple.com",),
        (Shape(r"/join/?(?:\?[^#]*)?#(?:[^#]*&)?p=(?P<id>[\w-]+)"),),
        secrets=((r"[#&]k=[^&]", OPENS),),
        schemes=("facetime", "facetime-audio"),
    ),
    "discord": Platform(
        "Discord",
        "discord",
        ("discord.gg", "discord.com", "discordapp.com"),
        (
            Shape(r"/invite/(?P<id>[\w-]+)", "discord-invite:{id}"),
            Shape(r"/channels/(?P<id>\d+/\d+)"),
            Shape(rf"/(?P<id>[\w-]+){END}", "discord-invite:{id}", host=r"^discord\.gg$"),
        ),
        schemes=("discord",),
        is_loose=True,
        is_quiet=True,
    ),
    "whatsapp": Platform(
        "WhatsApp",
        "whatsapp",
        ("call.whatsapp.com", "chat.whatsapp.com"),
        (
            Shape(r"/(?:voice|video)/[\w-]{8,}", "whatsapp"),
            no_join(r"/(?:invite/)?\w{16,}", host="^chat"),
        ),
    ),
    "nextcloud": Platform(
        "Nextcloud Talk",
        "nextcloud_talk",
        (),
        (),
        anywhere=(
            Shape(
                r"(?:/[\w.-]+)?/index\.php/call/(?P<id>[a-z0-9]{8,32})(?:[?#/]|$)",
                "nextcloud:{host}/{id}",
                hint=r"nextcloud/index\.php/call/|cloud/index\.php/call/|index\.php/call/",
            ),
            Shape(
                r"/call/(?P<id>(?=[a-z]*\d)[a-z0-9]{8})(?:[?#/]|$)",
                "nextcloud:{host}/{id}",
                host=r"(?:^|[.-])(?:nextcloud|cloud|nc|talk|next|files|drive|box|wolke|nuage|nube|chmura)\d*\.",
                hint=r"call/[a-z0-9]{8}\b",
            ),
        ),
    ),
    "element": Platform(
        "Element Call",
        "element",
        ("call.element.io", "call.element.dev"),
        (Shape(r"/(?:room/?)?(?:\?[^#]*)?#/?(?P<id>[^?&]+)"), Shape(rf"/(?P<id>{WORD}){END}")),
        secrets=((r"[?&#]password=[^&]", OPENS),),
        schemes=("io.element.call",),
        is_loose=True,
        is_quiet=True,
    ),
    "matrix": Platform(
        "Matrix",
        "element",
        ("matrix.to",),
        (Shape(r"/#/(?P<id>[!#][^?&/]+)"),),
        schemes=("matrix",),
        is_quiet=True,
    ),
    "signal": Platform(
        "Signal",
        "signal",
        ("signal.link", "signal.group"),
        (Shape(r"/call/?#key=[\w-]+", "signal"), no_join(r"/#\w+", host=r"group$")),
        schemes=("sgnl",),
        secrets=((r"#key=.", OPENS),),
    ),
    "telegram": Platform(
        "Telegram",
        "telegram",
        ("t.me", "telegram.me"),
        (
            Shape(r"/call/[\w-]{6,}", "telegram", flags=(OPENS,)),
            Shape(r"/(?P<id>\w{4,32})\?(?:[^#]*&)?(?:videochat|voicechat|livestream)\b"),
            no_join(r"/(?:\+|joinchat/)[\w-]{8,}"),
        ),
        is_quiet=True,
        is_loose=True,
    ),
    "sfb": Platform(
        "Skype for Business",
        "skype_for_business",
        ("meet.lync.com", "lync.com"),
        (Shape(r"/(?P<id>[\w.-]+/[\w.-]+/\w{6,10})\b", "sfb:{host}/{id}"),),
        anywhere=(
            Shape(
                r"/(?P<id>(?:[\w.-]+/)?meet/[\w.-]+/\w{6,10}|[\w.-]+\.[\w.-]+/[\w.-]+/[A-Z0-9]{8})(?:[?#/]|$)",
                "sfb:{host}/{id}",
                host=r"^(?:meet|join|lync|sfb|lyncweb)[\w-]*\.",
            ),
        ),
        is_quiet=True,
    ),
    "skype": Platform(
        "Skype",
        "skype",
        ("join.skype.com",),
        (no_join(r"/invite/", "skype-contact"), Shape(r"/(?P<id>\w{8,})", "skype:{id}", "closed", ("DEAD_SERVICE",))),
        is_closed=True,
    ),
    "hangouts": closed("Google Hangouts", "google_hangouts", "hangouts.google.com"),
    "houseparty": closed("Houseparty", "houseparty", "houseparty.com joinhouse.party"),
}
