"""What Zoom can and cannot do from outside, and what is asked of whoever connects an account.

Where a number or a word is Zoom's own, its page is named. None of it was tried on a live account: docs/how-to/connect-zoom.md
says what that leaves open.
"""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from pullcord.words import Field, Limits

LIMITS: Final = Limits(
    title="Zoom",
    end="async",
    keep_ended="recipe",
    kick_is_ban=False,
    emails="self-declared",
    # How long Zoom takes after its answer is not written anywhere, and was not measured.
    over_within_seconds=3.0,
    # Of the smallest plan; what an account's own plan takes is kept to besides (`zoom_pace`).
    calls_per_second=30.0,
    calls_per_day=6000,
    over_proves=(
        "Zoom was asked whether the meeting runs, and which passcode, waiting room and start without a host it has now. "
        "The host, and alternative hosts, can always start it again; then it is ended again."
    ),
    recordings="end with the meeting",
    tells_of_tries=False,
    own_hands=(
        "On a computer: select “End” at the bottom right of the meeting toolbar. "
        "On a phone: tap the screen, then “End” at the top right.",
        "Select “End meeting for all”, not “Leave meeting”: leaving hands the meeting on to somebody else.",
        "If you cannot end it: “Host tools” (older: “Security”), then “Suspend participant activities”, then “Suspend”. "
        "That stops everybody’s camera, sound and sharing, and locks the meeting.",
        "Ending does not close the link. In a browser, on zoom.us: edit the meeting and give it a new passcode, "
        "or delete it and make a new one with “Generate automatically”.",
    ),
    # "Edits to a running meeting take no effect until it is ended and started again": so nothing is lost by ending first.
    bars_after_end=True,
    # A round to Zoom and back would go by before the end; the report tells afterwards who was there, too.
    looks_beside=True,
)

PLAYBOOK: Final = "zoom"
"""Locking, removing one person, suspending activities and stopping a share are not in the interface: these are taps."""

Plan = Literal["basic", "pro", "business"]
UNKNOWN_PLAN: Final = ""

FIELDS: Final = (
    Field("account", "Account ID", "Of your app on marketplace.zoom.us, under “App Credentials”.", longest=100),
    Field("client", "Client ID", "It stands below the account ID.", longest=100),
    Field("secret", "Client secret", "It stands below the client ID.", kind="secret"),
    Field(
        "plan",
        "Plan of your Zoom account",
        "It says how many questions Zoom answers in a second.",
        choices=(
            (UNKNOWN_PLAN, "I do not know"),
            ("basic", "Basic (free)"),
            ("pro", "Pro"),
            ("business", "Business, Education or Enterprise"),
        ),
        required=False,
    ),
    Field(
        "host",
        "Whose meetings we make",
        "The e-mail address of somebody with a licence in your account. Only for meetings that are made here.",
        required=False,
        longest=200,
    ),
    Field("room", "Meeting number or link", longest=500, of_meeting=True),
    Field(
        "kind",
        "What it is",
        choices=(("meeting", "A meeting"), ("webinar", "A webinar")),
        required=False,
        of_meeting=True,
    ),
    Field(
        "link",
        "The link people use to come in",
        "So that it is recognised when somebody pastes it. It is never opened by us.",
        required=False,
        is_rare=True,
        of_meeting=True,
    ),
    Field(
        "passcode",
        "Passcode of the meeting",
        "With it the old link works again when you let people back in. On a connection we read it ourselves.",
        kind="secret",
        required=False,
        is_rare=True,
        longest=10,
        of_meeting=True,
    ),
    Field(
        "settings",
        "Settings of the meeting",
        "As a JSON object: those that come back when you let people in. On a connection we read them ourselves.",
        kind="secret",
        required=False,
        is_rare=True,
        longest=20_000,
        is_json=True,
        of_meeting=True,
    ),
    Field(
        "invitations",
        "Invitations",
        "Public numbers and their links, as a JSON object.",
        kind="secret",
        required=False,
        is_rare=True,
        longest=100_000,
        is_json=True,
        of_meeting=True,
    ),
    Field(
        "subscription",
        "Subscription ID",
        "Of its events, where they come over a line that this server opens (WebSocket). Nobody has to reach this server for that.",
        required=False,
        is_rare=True,
        longest=100,
    ),
    Field(
        "events",
        "Secret Token of its events",
        "Where they come to this server’s address (Webhook). Without either we hear of nothing and ask instead.",
        kind="secret",
        required=False,
        is_rare=True,
    ),
    Field(
        "server",
        "Address of Zoom’s interface",
        "Only where your account is not on zoom.us, for example https://api.zoomgov.com",
        "server",
        required=False,
        is_rare=True,
    ),
)

SAFE_SETTINGS: Final[Mapping[str, object]] = {
    "use_pmi": False,
    "join_before_host": False,
    "waiting_room": True,
    "mute_upon_entry": True,
    "participant_video": False,
    "host_video": False,
    "approval_type": 0,
    "registration_type": 1,
    "allow_multiple_devices": False,
    "auto_recording": "none",
    "auto_start_meeting_summary": False,
    "auto_start_ai_companion_questions": False,
    "show_share_button": False,
    "private_meeting": True,
}
"""What a meeting is made with. That only the host shares his screen is a setting of his account: Zoom has it of no one meeting."""
NEW_ROOM: Final = {"settings": "{}"}
"""A room is made with `SAFE_SETTINGS`; what it was made with is kept as what a release gives back."""
LONGEST_PASSCODE: Final = 10
LONGEST_LINK_SECONDS: Final = 7_776_000
"""For how long a link of one name is good at most: 90 days."""

# -- Zoom's own numbers, in the body of an answer that is no success ----------------------------------------------------

UNKNOWN_MEETING: Final = 3001
IS_WEBINAR: Final = 3000
"""Asked as a meeting, it is a webinar; or the other way round."""
IN_PROGRESS: Final = 3002
ENDED_ALREADY: Final = 3007
PERSONAL_ROOM: Final = 3018
ON_PREMISES: Final = 3063
NOT_LICENSED: Final = 3161
NO_SCOPE: Final = 4711
NOT_RUNNING: Final = 3160
TOKEN_DEAD: Final = 124
UNFIT: Final = 300
"""A field is not what it should be; of a passcode: the account wants another kind."""
NOT_ON_PLAN: Final = 200

HOPELESS: Final = (ON_PREMISES, NOT_LICENSED, IS_WEBINAR)
"""Of a change refused for these, less of it is refused too: a host has a hundred changes in a day."""

SENTENCES: Final[Mapping[int, str]] = {
    IN_PROGRESS: "Zoom does not delete a meeting that is running. End it first.",
    PERSONAL_ROOM: "This is somebody’s personal meeting room: Zoom does not delete it.",
    ON_PREMISES: "This meeting runs on a server of its own (Meeting Connector), which cannot be ended from outside.",
    NOT_LICENSED: "Zoom says that the host of this meeting may not hold meetings: the account lacks the licence.",
    NOT_ON_PLAN: "Zoom says that the plan of this account, or the role of its app, does not allow this.",
}


# -- what it takes ------------------------------------------------------------------------------------------------------


class Scope(NamedTuple):
    """One permission of the app, as it is chosen on marketplace.zoom.us."""

    meeting: str
    webinar: str | None = None

    def of(self, kind: str) -> str:
        return self.webinar if kind == "webinar" and self.webinar else self.meeting


END: Final = Scope("meeting:update:status:admin", "webinar:update:status:admin")
READ: Final = Scope("meeting:read:meeting:admin", "webinar:read:webinar:admin")
BAR: Final = Scope("meeting:update:meeting:admin", "webinar:update:webinar:admin")
DELETE: Final = Scope("meeting:delete:meeting:admin", "webinar:delete:webinar:admin")
LIVE_LIST: Final = Scope(
    "dashboard:read:list_meeting_participants:admin", "dashboard:read:list_webinar_participants:admin"
)
MAKE: Final = Scope("meeting:write:meeting:admin")
INVITE: Final = Scope("meeting:write:invite_links:admin")
RECORDING: Final = Scope("meeting:update:in_meeting_controls:admin")
STREAM: Final = Scope("meeting:update:livestream_status:admin", "webinar:update:livestream_status:admin")

# -- how much Zoom takes ------------------------------------------------------------------------------------------------

Label = Literal["light", "medium", "heavy"]
RATES: Final[Mapping[str, Mapping[Label, float]]] = {
    "basic": {"light": 4.0, "medium": 2.0, "heavy": 1.0},
    "pro": {"light": 30.0, "medium": 20.0, "heavy": 10.0},
    "business": {"light": 80.0, "medium": 60.0, "heavy": 40.0},
}
"""Calls in a second by plan, of all apps of an account together (developers.zoom.us, rate limits)."""
CHANGES_PER_HOST_AND_DAY: Final = 100
"""Meetings made or changed, by a host's meetings, from midnight UTC."""
