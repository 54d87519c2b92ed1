"""What can be ended, by whom, and where it is."""

from datetime import datetime, timedelta

from django.db import models

from pullcord.store.models.people import Organisation, User

DAYS_WITHOUT_HOURS = 90
HOURS_AFTER_END = 24


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


class FalseAlarm(models.Model):
    """One press of a link that was released as a false alarm. Counted once per incident."""

    cord = models.ForeignKey(Cord, on_delete=models.CASCADE, related_name="+")
    incident_told = models.CharField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("cord", "incident_told"), name="one_false_alarm_per_incident"),)

    def __str__(self) -> str:
        return f"{self.cord_id} {self.incident_told}"


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
