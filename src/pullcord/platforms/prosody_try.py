"""The test of a connection to Prosody with our module: one secret buys everything that the module does."""

from pullcord.platforms import findings, prosody
from pullcord.platforms.wire import Wire
from pullcord.words import Meeting


def try_out(meeting: Meeting, wire: Wire) -> findings.Findings:
    return findings.found(
        findings.ask(prosody.roster, prosody.is_over, meeting, wire),
        permission="The module's secret (pullcord_secret)",
        does=("yes", "The module took the secret that also ends, bars and removes, in every room of that server."),
        hears=findings.hearing(meeting, "pullcord_events_secret"),
    )
