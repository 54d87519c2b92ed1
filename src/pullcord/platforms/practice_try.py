"""The test of a connection to the practice meeting: one secret buys everything."""

from pullcord.platforms import findings, practice
from pullcord.platforms.wire import Wire
from pullcord.words import Meeting


def try_out(meeting: Meeting, wire: Wire) -> findings.Findings:
    return findings.found(
        findings.ask(practice.roster, practice.is_over, meeting, wire),
        permission="The room's own secret",
        does=("yes", "The practice server took the secret that also ends, bars and removes."),
        hears=findings.hearing(meeting, "the secret of the reports"),
    )
