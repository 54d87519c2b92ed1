from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='InboxEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('platform', models.CharField(max_length=40)),
                ('source', models.CharField(max_length=100)),
                ('nonce', models.CharField(max_length=64, null=True)),
                ('signed_at', models.FloatField(null=True)),
                ('received_at', models.FloatField()),
                ('body', models.TextField()),
                ('folded_at', models.FloatField(null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('folded_at', None)), fields=['id'], name='reports_to_be_folded')],
                'constraints': [models.UniqueConstraint(fields=('platform', 'source', 'nonce'), name='one_report_per_nonce')],
            },
        ),
    ]
