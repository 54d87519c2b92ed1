"""The tables. All times are UTC; None is "not known", never "no"."""

from pullcord.store.models.incidents import Entry, Help, Incident, Look, Presence, Press, Step
from pullcord.store.models.meetings import Connection, Cord, Drill, FalseAlarm, Meeting, StopToken
from pullcord.store.models.people import Invitation, Membership, Notice, Organisation, OwnLine, User, WayBack
from pullcord.store.models.reports import InboxEvent

__all__ = [
    "Connection",
    "Cord",
    "Drill",
    "Entry",
    "FalseAlarm",
    "Help",
    "InboxEvent",
    "Incident",
    "Invitation",
    "Look",
    "Meeting",
    "Membership",
    "Notice",
    "Organisation",
    "OwnLine",
    "Presence",
    "Press",
    "Step",
    "StopToken",
    "User",
    "WayBack",
]
