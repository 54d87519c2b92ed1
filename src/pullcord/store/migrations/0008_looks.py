import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Who looked at whom, and how long an organisation keeps what it keeps."""

    dependencies = [("store", "0007_drill")]

    operations = [
        migrations.CreateModel(
            name="Look",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=64)),
                ("kind", models.CharField(max_length=20)),
                ("incident_told", models.CharField(default="", max_length=32, blank=True)),
                ("people", models.IntegerField(null=True)),
                ("organisation", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="store.organisation")),
                ("user", models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddField("Organisation", "people_days", models.IntegerField(default=365)),
        migrations.AddField("Organisation", "looks_days", models.IntegerField(default=730)),
    ]
