import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('first_name', models.CharField(blank=True, max_length=150, verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=150, verbose_name='last name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'user',
                'verbose_name_plural': 'users',
                'abstract': False,
            },
            managers=[
                ('objects', django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name='Meeting',
            fields=[
                ('id', models.CharField(max_length=32, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=200)),
                ('platform', models.CharField(max_length=40)),
                ('at', models.JSONField(default=dict)),
                ('sealed', models.BinaryField()),
                ('starts', models.DateTimeField(null=True)),
                ('ends', models.DateTimeField(null=True)),
                ('hold_seconds', models.FloatField()),
                ('created_at', models.DateTimeField()),
                ('archived_at', models.DateTimeField(null=True)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Incident',
            fields=[
                ('id', models.CharField(max_length=32, primary_key=True, serialize=False)),
                ('meeting_told', models.CharField(default='', max_length=32)),
                ('opened_at', models.DateTimeField()),
                ('opened_by_hand', models.BooleanField(default=False)),
                ('title', models.CharField(blank=True, default='', max_length=200)),
                ('told', models.TextField(blank=True, default='')),
                ('happened_at', models.DateTimeField(null=True)),
                ('pressed_at', models.DateTimeField(null=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('over_at', models.DateTimeField(null=True)),
                ('seconds_until_over', models.FloatField(null=True)),
                ('held_until', models.DateTimeField(null=True)),
                ('released_at', models.DateTimeField(null=True)),
                ('by_hand', models.BooleanField(default=False)),
                ('drill', models.BooleanField(default=False)),
                ('people_out', models.IntegerField(null=True)),
                ('owner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('meeting', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.meeting')),
            ],
        ),
        migrations.CreateModel(
            name='Cord',
            fields=[
                ('id', models.CharField(max_length=32, primary_key=True, serialize=False)),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('who', models.CharField(max_length=200)),
                ('given_at', models.DateTimeField()),
                ('expires', models.DateTimeField(null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('suspended_at', models.DateTimeField(null=True)),
                ('resumed_at', models.DateTimeField(null=True)),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='store.meeting')),
            ],
        ),
        migrations.CreateModel(
            name='Press',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mark', models.CharField(max_length=64, unique=True)),
                ('meeting_told', models.CharField(max_length=32)),
                ('at', models.DateTimeField()),
                ('door', models.CharField(max_length=20)),
                ('by', models.CharField(max_length=64)),
                ('name', models.CharField(max_length=200, null=True)),
                ('in_vain', models.CharField(blank=True, default='', max_length=20)),
                ('incident', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='store.incident')),
            ],
        ),
        migrations.CreateModel(
            name='StopToken',
            fields=[
                ('id', models.CharField(max_length=32, primary_key=True, serialize=False)),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('name', models.CharField(max_length=200)),
                ('given_at', models.DateTimeField()),
                ('expires', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(null=True)),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='store.meeting')),
            ],
        ),
        migrations.CreateModel(
            name='FalseAlarm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('incident_told', models.CharField(max_length=32)),
                ('at', models.DateTimeField()),
                ('cord', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='store.cord')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('cord', 'incident_told'), name='one_false_alarm_per_incident')],
            },
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.IntegerField()),
                ('at', models.DateTimeField()),
                ('kind', models.CharField(max_length=40)),
                ('fields', models.JSONField(default=dict)),
                ('mark', models.CharField(max_length=64, null=True)),
                ('previous', models.CharField(max_length=64)),
                ('hash', models.CharField(max_length=64)),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.incident')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('incident', 'number'), name='one_entry_per_number'), models.UniqueConstraint(fields=('incident', 'mark'), name='one_entry_per_mark')],
            },
        ),
        migrations.CreateModel(
            name='Presence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('handle', models.CharField(max_length=200)),
                ('key', models.BinaryField()),
                ('name', models.CharField(max_length=200, null=True)),
                ('invite', models.CharField(max_length=64, null=True)),
                ('email', models.CharField(max_length=320, null=True)),
                ('since', models.DateTimeField(null=True)),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='store.incident')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('incident', 'handle'), name='one_presence_per_handle')],
            },
        ),
        migrations.CreateModel(
            name='Step',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40)),
                ('state', models.CharField(max_length=10)),
                ('handed_to', models.CharField(blank=True, default='', max_length=200)),
                ('note', models.TextField(blank=True, default='')),
                ('changed_at', models.DateTimeField()),
                ('changed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='store.incident')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('incident', 'code'), name='one_row_per_step')],
            },
        ),
    ]
