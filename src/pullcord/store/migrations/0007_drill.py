import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("store", "0006_connection")]

    operations = [
        migrations.CreateModel(
            name="Drill",
            fields=[
                ("practice", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name="+", serialize=False, to="store.meeting")),
                ("presses_as", models.CharField(max_length=64)),
                ("who", models.CharField(max_length=200)),
                ("made_at", models.DateTimeField()),
                ("begun_at", models.DateTimeField(null=True)),
                ("pressed_at", models.DateTimeField(null=True)),
                ("over_at", models.DateTimeField(null=True)),
                ("cord", models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="store.cord")),
                ("stands_for", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="store.meeting")),
                ("user", models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
        ),
    ]
