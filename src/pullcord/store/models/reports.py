"""What platforms report, until it is taken in."""

from django.db import models


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
