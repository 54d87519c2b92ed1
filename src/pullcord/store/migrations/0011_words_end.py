from typing import Any

from django.db import migrations, models
from django.db.models import F


def count_from_the_opening(apps: Any, schema_editor: Any) -> None:
    """Nobody knows any more when the words that are there were written: they are at least as old as their incident."""
    here = schema_editor.connection.alias  # a backup makes these tables anew beside the ones it reads
    incidents = apps.get_model("store", "Incident").objects.using(here)
    steps = apps.get_model("store", "Step").objects.using(here).exclude(handed_to="", note="").values("incident")
    incidents.filter(models.Q(told__gt="") | models.Q(title__gt="") | models.Q(pk__in=steps)).update(words_at=F("opened_at"))


class Migration(migrations.Migration):
    """The free words on a record have an end date, too."""

    dependencies = [("store", "0010_ways_back")]

    operations = [
        migrations.AddField("Organisation", "words_days", models.IntegerField(default=365)),
        migrations.AddField("Incident", "words_at", models.DateTimeField(null=True)),
        migrations.RunPython(count_from_the_opening, migrations.RunPython.noop),
    ]
