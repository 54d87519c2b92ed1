"""The test of a connection to Janus: its admin secret reads, the room's own secret ends, and its key opens a room again."""

from pullcord.platforms import findings, janus
from pullcord.platforms.wire import Wire
from pullcord.words import Meeting, Over, PlatformError

PERMISSION = "The admin secret, and the room's own secret"


def try_out(meeting: Meeting, wire: Wire) -> findings.Findings:
    asked = findings.ask(janus.roster, janus.is_over, meeting, wire)
    does: tuple[findings.Answer, str] = ("unknown", findings.UNTRIED)
    if isinstance(asked.over, Over):
        does = _may_end(meeting, wire, asked.over)
    hears = findings.hearing(meeting, "the name and password of its event handler")
    return findings.found(asked, permission=PERMISSION, does=does, hears=hears)


def _may_end(meeting: Meeting, wire: Wire, over: Over) -> tuple[findings.Answer, str]:
    """Janus answers something harmless to the right secret alone. Where there is no room, there is nobody to ask."""
    if over.evidence.startswith("426"):
        return "unknown", "The room is not there, so its secret could not be tried. Open it, and test again."
    try:
        opens = over.held is True or janus.opens_to(meeting, wire, meeting.secrets["room"])
    except PlatformError as error:
        return "unknown", error.sentence
    if opens:
        return "yes", "The room answered to its secret, which also ends, bars and removes."
    return "no", "The room has another secret. Enter the one with which it was made."
