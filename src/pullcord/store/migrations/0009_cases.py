from django.db import migrations, models


class Migration(migrations.Migration):
    """Who helps with an incident from outside, and which incident's people are kept on."""

    dependencies = [("store", "0008_looks")]

    operations = [
        migrations.AddField("Incident", "kept_on_since", models.DateTimeField(null=True)),
    ]
