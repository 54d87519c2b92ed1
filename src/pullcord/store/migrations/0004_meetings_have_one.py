import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Apart from the one before: PostgreSQL changes no table in the transaction that has just written its rows."""

    dependencies = [("store", "0003_organisations")]

    operations = [
        migrations.AlterField("Meeting", "organisation", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation")),
    ]
