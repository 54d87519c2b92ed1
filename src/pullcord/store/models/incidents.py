"""What happened, who was there, and who looked."""

from django.db import models

from pullcord.store.models.meetings import Meeting
from pullcord.store.models.people import Organisation, User


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
    words_at = models.DateTimeField(null=True)
    """When somebody last wrote words of their own on it, those beside a step too; None = nobody did, or they were put away."""
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
