import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Meetings that are there keep a credential of their own: what is sealed is opened by no migration."""

    dependencies = [("store", "0004_meetings_have_one")]

    operations = [
        migrations.CreateModel(
            name="Connection",
            fields=[
                ("id", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("platform", models.CharField(max_length=40)),
                ("name", models.CharField(max_length=200)),
                ("at", models.JSONField(default=dict)),
                ("sealed", models.BinaryField()),
                ("made_at", models.DateTimeField()),
                ("made_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("organisation", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation")),
            ],
        ),
        migrations.AddField("Meeting", "connection", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.connection")),
    ]
