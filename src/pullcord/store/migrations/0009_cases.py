import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Who helps with an incident from outside, which incident's people are kept on, and under which name an organisation writes."""

    dependencies = [("store", "0008_looks")]

    operations = [
        migrations.AddField("Incident", "kept_on_since", models.DateTimeField(null=True)),
        migrations.AddField("Organisation", "sender", models.CharField(max_length=40, default="", blank=True)),
        migrations.CreateModel(
            name="OwnLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                ("number", models.CharField(max_length=40)),
                ("hours", models.CharField(blank=True, default="", max_length=200)),
                ("source", models.CharField(max_length=200)),
                ("checked_on", models.DateField()),
                ("added_at", models.DateTimeField()),
                ("added_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("organisation", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="store.organisation")),
            ],
            options={"constraints": [models.CheckConstraint(condition=~models.Q(source=""), name="no_line_without_source")]},
        ),
        migrations.CreateModel(
            name="Help",
            fields=[
                ("id", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("who", models.CharField(max_length=200)),
                ("made_at", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                ("incident", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="store.incident")),
                ("made_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("user", models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("charity", models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="store.organisation")),
            ],
        ),
    ]
