"""The tables. All times are UTC; None is "not known", never "no"."""

from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractUser
from django.db import models

DAYS_WITHOUT_HOURS = 90
HOURS_AFTER_END = 24


class User(AbstractUser):
    """Somebody who signs in. Comes by invitation only."""

    @property
    def shown_name(self) -> str:
        return self.get_full_name() or self.username


class Organisation(models.Model):
    """A club, a school, a fellowship: it sees itself only. Several live on one installation and know nothing of each other."""

    id = models.CharField(primary_key=True, max_length=32)
    name = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    sender = models.CharField(max_length=40, default="", blank=True)
    """Under which name it writes to people, which says nothing: see `core.sender`. Empty = the usual one."""
    people_days = models.IntegerField(default=365)
    """How long the people of an incident are kept: see `core.retention`."""
    looks_days = models.IntegerField(default=730)
    """How long it is kept who looked at whom."""

    def __str__(self) -> str:
        return self.id


class Membership(models.Model):
    """What somebody may see and do in an organisation. Without one, an account sees nothing."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=20)
    """One of `store.organisations.ROLES`."""
    since = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("organisation", "user"), name="one_membership_each"),)

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.user_id} {self.role}"


class Invitation(models.Model):
    """A link by which one person comes in, once. Of the link itself only the digest is here."""

    id = models.CharField(primary_key=True, max_length=32)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    role = models.CharField(max_length=20)
    who = models.CharField(max_length=200)
    made_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField()
    expires = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.id


class OwnLine(models.Model):
    """A help line that an organisation entered for its own people."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    number = models.CharField(max_length=40)
    hours = models.CharField(max_length=200, default="", blank=True)
    source = models.CharField(max_length=200)
    """Where the number was read."""
    checked_on = models.DateField()
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = (models.CheckConstraint(condition=~models.Q(source=""), name="no_line_without_source"),)

    def __str__(self) -> str:
        return str(self.pk)


class Help(models.Model):
    """A caseworker may read the record of one incident until a day. Of the link itself only the digest is here."""

    id = models.CharField(primary_key=True, max_length=32)
    incident = models.ForeignKey("Incident", on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    who = models.CharField(max_length=200)
    made_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField()
    until = models.DateTimeField()
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    """None = nobody came by the link yet."""
    charity = models.ForeignKey(Organisation, null=True, on_delete=models.SET_NULL, related_name="+")
    """For which organisation they came; it sees how many there are, and not which."""
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.id


class Connection(models.Model):
    """A server that an organisation has meetings on, and by what right. Entered once, by an owner."""

    id = models.CharField(primary_key=True, max_length=32)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    platform = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    at = models.JSONField(default=dict)
    """The server's part of where a meeting is. It never changes: another server is another connection."""
    sealed = models.BinaryField()
    """The credential, sealed by its organisation's key. Opened by the jobs only."""
    made_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.id


class Meeting(models.Model):
    id = models.CharField(primary_key=True, max_length=32)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    """Who hosts it."""
    name = models.CharField(max_length=200)
    platform = models.CharField(max_length=40)
    at = models.JSONField(default=dict)
    """Where it is on the platform: the adapter's own keys, all text, nothing secret."""
    sealed = models.BinaryField()
    """Its credential and what a release needs, sealed by the key file. Opened by the jobs only.

    Of a meeting on a connection only what is its own: the rest is the connection's.
    """
    connection = models.ForeignKey(Connection, null=True, on_delete=models.PROTECT, related_name="+")
    """None = it has a credential of its own, as a practice meeting does."""
    starts = models.DateTimeField(null=True)
    ends = models.DateTimeField(null=True)
    hold_seconds = models.FloatField()
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.id


class Cord(models.Model):
    """A link by which one person can stop one meeting. Of the link itself only the digest is here."""

    id = models.CharField(primary_key=True, max_length=32)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    who = models.CharField(max_length=200)
    given_at = models.DateTimeField()
    expires = models.DateTimeField(null=True)
    """As the host chose; None = by the meeting's hours, which may still change: see `expires_at`."""
    revoked_at = models.DateTimeField(null=True)
    suspended_at = models.DateTimeField(null=True)
    resumed_at = models.DateTimeField(null=True)
    """When the host last said that it may work again: false alarms before that are forgiven."""

    def __str__(self) -> str:
        return self.id

    @property
    def expires_at(self) -> datetime:
        """The chosen day; else a day after the meeting, or 90 days for a meeting without hours."""
        if self.expires is not None:
            return self.expires
        last = self.meeting.ends or self.meeting.starts
        if last is None:
            return self.given_at + timedelta(days=DAYS_WITHOUT_HOURS)
        return last + timedelta(hours=HOURS_AFTER_END)


class StopToken(models.Model):
    """A program's right to stop one meeting."""

    id = models.CharField(primary_key=True, max_length=32)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    given_at = models.DateTimeField()
    expires = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.id


class Incident(models.Model):
    id = models.CharField(primary_key=True, max_length=32)
    meeting = models.ForeignKey(Meeting, null=True, on_delete=models.PROTECT, related_name="+")
    meeting_told = models.CharField(max_length=32, default="")
    """The meeting's id as the journal has it; the meeting itself may be unknown here."""
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    """None = the journal tells of a meeting that nobody here has: shown to nobody until somebody does."""
    opened_at = models.DateTimeField()
    opened_by_hand = models.BooleanField(default=False)
    title = models.CharField(max_length=200, default="", blank=True)
    told = models.TextField(default="", blank=True)
    """What happened, in the host's own words."""
    happened_at = models.DateTimeField(null=True)
    pressed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    over_at = models.DateTimeField(null=True)
    seconds_until_over = models.FloatField(null=True)
    held_until = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    by_hand = models.BooleanField(default=False)
    """No rung of ours worked: the person was shown the platform's own buttons."""
    drill = models.BooleanField(default=False)
    people_out = models.IntegerField(null=True)
    kept_on_since = models.DateTimeField(null=True)
    """A case is open: its people are not put away by age. None = they are."""

    def __str__(self) -> str:
        return self.id


class Press(models.Model):
    """One press. Without an incident it stopped nothing, and the host is told so."""

    mark = models.CharField(max_length=64, unique=True)
    """The id of the press, or the mark of the journal's line."""
    incident = models.ForeignKey(Incident, null=True, on_delete=models.CASCADE, related_name="+")
    meeting_told = models.CharField(max_length=32)
    at = models.DateTimeField()
    door = models.CharField(max_length=20)
    by = models.CharField(max_length=64)
    """The opaque id of the link, token or account."""
    name = models.CharField(max_length=200, null=True)  # noqa: DJ001  # None = not known, which is not an empty name
    """Who that is, as known when it was taken in."""
    in_vain = models.CharField(max_length=20, default="", blank=True)
    """Why it stopped nothing: the kind of the journal's line. Empty = it stopped."""

    def __str__(self) -> str:
        return self.mark


class Drill(models.Model):
    """One person practises ending a meeting, on a practice meeting of their own that stands for it."""

    practice = models.OneToOneField(Meeting, primary_key=True, on_delete=models.CASCADE, related_name="+")
    stands_for = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    """Who practises with an account; None = a watcher."""
    cord = models.ForeignKey(Cord, null=True, on_delete=models.SET_NULL, related_name="+")
    """The watcher's real link."""
    presses_as = models.CharField(max_length=64)
    """The id of the practice link: by it the journal knows this person's press."""
    who = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    pressed_at = models.DateTimeField(null=True)
    over_at = models.DateTimeField(null=True)
    """These three once it was put away; before that the journal has them."""

    def __str__(self) -> str:
        return str(self.practice_id)


class FalseAlarm(models.Model):
    """One press of a link that was released as a false alarm. Counted once per incident."""

    cord = models.ForeignKey(Cord, on_delete=models.CASCADE, related_name="+")
    incident_told = models.CharField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("cord", "incident_told"), name="one_false_alarm_per_incident"),)

    def __str__(self) -> str:
        return f"{self.cord_id} {self.incident_told}"


class Entry(models.Model):
    """One link of an incident's chain: see `core.timeline`. Holds codes and keyed digests, never a person."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="+")
    number = models.IntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    fields = models.JSONField(default=dict)
    mark = models.CharField(max_length=64, null=True)  # noqa: DJ001  # None = did not come from the journal; unique otherwise
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("incident", "number"), name="one_entry_per_number"),
            models.UniqueConstraint(fields=("incident", "mark"), name="one_entry_per_mark"),
        )

    def __str__(self) -> str:
        return f"{self.incident_id} {self.number}"


class Presence(models.Model):
    """Somebody who was there. Erasing the row drops the key too: what the chain holds of them then says nothing."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="+")
    handle = models.CharField(max_length=200)
    """The platform's handle for this presence."""
    key = models.BinaryField()
    name = models.CharField(max_length=200, null=True)  # noqa: DJ001  # None = the platform does not tell
    invite = models.CharField(max_length=64, null=True)  # noqa: DJ001
    email = models.CharField(max_length=320, null=True)  # noqa: DJ001
    since = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("incident", "handle"), name="one_presence_per_handle"),)

    def __str__(self) -> str:
        return str(self.pk)


class Step(models.Model):
    """What became of one step of `core.steps`. A step without a row is open."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="+")
    code = models.CharField(max_length=40)
    state = models.CharField(max_length=10)
    handed_to = models.CharField(max_length=200, default="", blank=True)
    note = models.TextField(default="", blank=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("incident", "code"), name="one_row_per_step"),)

    def __str__(self) -> str:
        return f"{self.incident_id} {self.code}"


class Look(models.Model):
    """Somebody saw an incident's people, or took them out of here. Added, never changed; never what was seen."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    """None = the account is gone, or nobody did it: see `by`."""
    by = models.CharField(max_length=64)
    """The opaque id of the account; or `server`."""
    kind = models.CharField(max_length=20)
    """One of `store.looks.KINDS`."""
    incident_told = models.CharField(max_length=32, default="", blank=True)
    people = models.IntegerField(null=True)
    """How many were shown, or put away; None = not people."""

    def __str__(self) -> str:
        return str(self.pk)


class InboxEvent(models.Model):
    """One report of a platform. Written, folded and deleted by `safe.inbox` alone; here stands only what it looks like.

    Times are seconds since 1970, UTC, as the inbox writes them without the framework.
    """

    platform = models.CharField(max_length=40)
    source = models.CharField(max_length=100)
    nonce = models.CharField(max_length=64, null=True)  # noqa: DJ001  # None = the sender gives none
    signed_at = models.FloatField(null=True)
    received_at = models.FloatField()
    body = models.TextField()
    """What we listen for in it, as JSON."""
    folded_at = models.FloatField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("platform", "source", "nonce"), name="one_report_per_nonce"),)
        indexes = (models.Index(fields=("id",), condition=models.Q(folded_at=None), name="reports_to_be_folded"),)

    def __str__(self) -> str:
        return str(self.pk)
