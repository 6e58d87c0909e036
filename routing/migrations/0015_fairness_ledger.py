"""The fairness ledger, beginning with every balance as it stands."""

import django.core.validators
import django.db.models.deletion
import routing.models.keys
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('licenses', '0001_initial'),
        ('routing', '0014_one_way_to_cap'),
    ]

    operations = [
        migrations.AddField(
            model_name='historicalpool',
            name='fair_leads',
            field=models.PositiveSmallIntegerField(blank=True, default=2, help_text='Blank: nobody is told.', null=True, verbose_name='leads from exact'),
        ),
        migrations.AddField(
            model_name='historicalpool',
            name='fair_percent',
            field=models.PositiveSmallIntegerField(blank=True, default=5, null=True, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='or percent, if that is more'),
        ),
        migrations.AddField(
            model_name='pool',
            name='fair_leads',
            field=models.PositiveSmallIntegerField(blank=True, default=2, help_text='Blank: nobody is told.', null=True, verbose_name='leads from exact'),
        ),
        migrations.AddField(
            model_name='pool',
            name='fair_percent',
            field=models.PositiveSmallIntegerField(blank=True, default=5, null=True, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='or percent, if that is more'),
        ),
        migrations.AddField(
            model_name='pool',
            name='fairness_checked_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.CreateModel(
            name='FairnessAlarm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('began_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('owed', models.DecimalField(decimal_places=2, max_digits=12)),
                ('pool', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='fairness_alarms', to='routing.pool')),
                ('producer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='licenses.producer')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('pool', 'producer'), name='one_fairness_alarm_at_a_time')],
            },
        ),
        migrations.CreateModel(
            name='FairnessEntry',
            fields=[
                ('id', models.UUIDField(default=routing.models.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('kind', models.CharField(choices=[('OPENING', 'The balance when the ledger began'), ('ASSIGNED', 'Got a lead'), ('CAUGHT_UP', 'Brought up to the others after time away or under a new weight'), ('DECLINED', 'Declined: the turn is used'), ('LATE', 'Not answered in time: the turn is used'), ('RETURNED', 'Taken back by a manager: the turn comes back'), ('DUPLICATE', 'A duplicate: the turn comes back'), ('BAD_LEAD', 'A bad lead: the turn comes back'), ('JOINED', 'Joined level with the members'), ('CAME_BACK', 'Came back level with the members'), ('LEFT', 'Left; the balance rests')], max_length=10)),
                ('leads', models.SmallIntegerField(default=0)),
                ('value', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=12)),
                ('turns', models.DecimalField(decimal_places=12, default=Decimal('0'), max_digits=30)),
                ('among', models.TextField(blank=True, help_text='Those it was shared among: producer:weight, and so on.')),
                ('assignment', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='fairness', to='routing.assignment')),
                ('pool', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='fairness', to='routing.pool')),
                ('producer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='licenses.producer')),
            ],
            options={
                'verbose_name_plural': 'fairness entries',
                'ordering': ['-at', '-id'],
                'indexes': [models.Index(fields=['pool', 'at'], name='fairness_of_pool_since')],
            },
        ),
    ]
