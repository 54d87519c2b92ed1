"""What Janus can and cannot do, and what is asked of whoever connects a room on it."""

from typing import Final

from pullcord.words import Field, Limits

LIMITS: Final = Limits(
    title="Janus",
    end="sync",
    keep_ended="native",
    kick_is_ban=True,
    emails="none",
    over_within_seconds=1.0,
    calls_per_second=None,
    over_proves=(
        "Janus was asked whom the room lists, and whether the room opens to any secret but the hold's own. "
        "Who only watches and never joined is not on its list; with nobody in the room there is nothing to watch."
    ),
    recordings="end with the meeting",
    tells_of_tries=False,
    own_hands=(
        "If your meeting page has a button that ends the meeting for everyone, press it.",
        "Otherwise ask whoever runs your Janus server to stop it now (systemctl stop janus). "
        "That ends every meeting on that server, and nobody can get in while it is stopped.",
        "Before it is started again: give the room a new pin and a new secret, or take it out of "
        "janus.plugin.videoroom.jcfg, so that the old link opens nothing.",
        "Tell everyone, by another way, that this was the end and that the old link is not to be used again.",
    ),
    # A lock that overtakes the end changes the room's secret under it: the end then takes three calls more.
    bars_after_end=True,
    # Asked at once whether it was over, Janus closed its tabs' pictures twice as late (`./run bench stop janus`).
    puts_out_seconds=0.01,
)

FIELDS: Final = (
    Field("server", "Admin address of the server", "For example https://meet.example.org/admin", "server"),
    Field("room", "Room", longest=100, of_meeting=True),
    Field("ids", "How this server names rooms", choices=(("numbers", "By numbers"), ("", "By words")), required=False),
    Field(
        "link",
        "The link people use to come in",
        "So that it is recognised when somebody pastes it. It is never opened by us.",
        required=False,
        is_rare=True,
        of_meeting=True,
    ),
    Field("admin", "Admin secret of the server", kind="secret"),
    Field("room_secret", "Secret of the room", kind="secret", key="room", of_meeting=True),
    Field(
        "create",
        "Admin key for making rooms",
        "Where the server asks for one.",
        kind="secret",
        required=False,
        is_rare=True,
    ),
    Field(
        "invitations",
        "Invitations",
        "Where the room asks for them: public numbers and their tokens, as a JSON object.",
        kind="secret",
        required=False,
        is_rare=True,
        longest=100_000,
        is_json=True,
        of_meeting=True,
    ),
    Field(
        "settings",
        "Settings of the room",
        "As a JSON object. With these it is opened again when you let people back in; without them, with the server's usual ones.",
        kind="secret",
        required=False,
        is_rare=True,
        longest=20_000,
        is_json=True,
        of_meeting=True,
    ),
    Field(
        "events",
        "Name and password of the event handler",
        "As name:password. Without it we hear of nothing and ask instead.",
        kind="secret",
        required=False,
        is_rare=True,
    ),
)

NEW_ROOM: Final = {
    # `require_pvtid`: else who only watches needs no invitation.
    "settings": '{"is_private": true, "publishers": 50, "notify_joining": true, "require_pvtid": true}',
}
"""What a room that we make ourselves is made with."""

# VideoRoom's own numbers, not HTTP's.
NO_ROOM: Final = 426
ROOM_EXISTS: Final = 427
NOBODY_OF_THAT_ID: Final = 428
MISSING: Final = 429  # a secret, pin or key was needed and not given
UNFIT: Final = 430  # an element is not what it should be
WRONG_SECRET: Final = 433
