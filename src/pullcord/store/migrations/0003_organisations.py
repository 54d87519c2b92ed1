from typing import Any

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


def each_into_their_own(apps: Any, schema_editor: Any) -> None:
    """Until now every account stood alone: it keeps standing alone, as the owner of an organisation of its own."""
    alias, now = schema_editor.connection.alias, django.utils.timezone.now()
    of = {name: apps.get_model("store", name)._base_manager.using(alias) for name in ("User", "Organisation", "Membership", "Meeting", "Incident")}
    for user in of["User"].all():
        made = of["Organisation"].create(id=f"org{user.pk}", name=user.first_name or user.username, created_at=now)
        of["Membership"].create(organisation=made, user=user, role="owner", since=now)
        of["Meeting"].filter(owner=user).update(organisation=made)
        of["Incident"].filter(owner=user).update(organisation=made)


class Migration(migrations.Migration):
    dependencies = [("store", "0002_inbox")]

    operations = [
        migrations.CreateModel(
            name="Organisation",
            fields=[
                ("id", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=200)),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(max_length=20)),
                ("since", models.DateTimeField()),
                ("organisation", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="store.organisation")),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("organisation", "user"), name="one_membership_each")]},
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("role", models.CharField(max_length=20)),
                ("who", models.CharField(max_length=200)),
                ("made_at", models.DateTimeField()),
                ("expires", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                ("made_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("organisation", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="store.organisation")),
            ],
        ),
        migrations.AddField("Meeting", "organisation", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation")),
        migrations.AddField("Incident", "organisation", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation")),
        migrations.RunPython(each_into_their_own, migrations.RunPython.noop),
    ]
