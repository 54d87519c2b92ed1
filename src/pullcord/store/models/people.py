"""Who signs in, and what they belong to."""

from django.contrib.auth.models import AbstractUser
from django.db import models


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
    words_days = models.IntegerField(default=365)
    """How long the free words on an incident's record are kept."""
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


class WayBack(models.Model):
    """A link by which somebody who is locked out signs in anew, once. Of the link itself only the digest is here."""

    id = models.CharField(primary_key=True, max_length=32)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    """None = at the machine itself."""
    made_at = models.DateTimeField()
    expires = models.DateTimeField()

    def __str__(self) -> str:
        return self.id


class Notice(models.Model):
    """What somebody is told on their first page until they said that they saw it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    """Who is told."""
    kind = models.CharField(max_length=20)
    """One of `store.notices.KINDS`."""
    about = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    """None = whoever runs the server, or an account that is gone."""
    at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.pk)


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
