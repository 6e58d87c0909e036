"""Caps of every window as rows, and what an assignment tells them."""

import django.core.validators
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from audit.append_only import Without
from routing.capacity_guard import CapacityGuard


class Migration(migrations.Migration):

    dependencies = [
        ('licenses', '0001_initial'),
        ('routing', '0011_pools_choose_by_a_method'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Without(CapacityGuard, "routing_assignment"),
        migrations.CreateModel(
            name='Cap',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('most', models.PositiveIntegerField(validators=[django.core.validators.MinValueValidator(1)], verbose_name='leads')),
                ('period', models.CharField(choices=[('OPEN', 'open at once'), ('HOUR', 'an hour'), ('DAY', 'a day'), ('WEEK', 'a week'), ('MONTH', 'a month')], default='DAY', max_length=5)),
                ('line', models.CharField(blank=True, choices=[('LIFE', 'Life'), ('HEALTH', 'Accident and health or sickness'), ('PROP', 'Property'), ('CAS', 'Casualty'), ('PERS', 'Personal lines'), ('VAR', 'Variable life and variable annuity'), ('LTD_CAR', 'Car rental (limited)'), ('LTD_CREDIT', 'Credit (limited)'), ('LTD_CROP', 'Crop (limited)'), ('LTD_SURETY', 'Surety (limited)'), ('LTD_TRAVEL', 'Travel (limited)')], max_length=10)),
                ('is_paced', models.BooleanField(default=False, verbose_name='pace')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='HistoricalCap',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('most', models.PositiveIntegerField(validators=[django.core.validators.MinValueValidator(1)], verbose_name='leads')),
                ('period', models.CharField(choices=[('OPEN', 'open at once'), ('HOUR', 'an hour'), ('DAY', 'a day'), ('WEEK', 'a week'), ('MONTH', 'a month')], default='DAY', max_length=5)),
                ('line', models.CharField(blank=True, choices=[('LIFE', 'Life'), ('HEALTH', 'Accident and health or sickness'), ('PROP', 'Property'), ('CAS', 'Casualty'), ('PERS', 'Personal lines'), ('VAR', 'Variable life and variable annuity'), ('LTD_CAR', 'Car rental (limited)'), ('LTD_CREDIT', 'Credit (limited)'), ('LTD_CROP', 'Crop (limited)'), ('LTD_SURETY', 'Surety (limited)'), ('LTD_TRAVEL', 'Travel (limited)')], max_length=10)),
                ('is_paced', models.BooleanField(default=False, verbose_name='pace')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical cap',
                'verbose_name_plural': 'historical caps',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddField(
            model_name='assignment',
            name='is_returned',
            field=models.BooleanField(default=False, help_text='Handed back: no cap of a window counts it any more.'),
        ),
        migrations.AddField(
            model_name='assignment',
            name='line',
            field=models.CharField(blank=True, help_text="The lead's then, as the source: caps count by them.", max_length=10),
        ),
        migrations.AddField(
            model_name='assignment',
            name='source',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='routing.leadsource'),
        ),
        migrations.AlterField(
            model_name='assignment',
            name='producer',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='licenses.producer'),
        ),
        migrations.AddIndex(
            model_name='assignment',
            index=models.Index(fields=['producer', 'assigned_at'], name='assignment_of_producer_since'),
        ),
        migrations.CreateModel(
            name='CapCount',
            fields=[
                ('cap', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='counted', serialize=False, to='routing.cap')),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('used', models.PositiveIntegerField()),
                ('last_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name='cap',
            name='profile',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='caps', to='routing.producerprofile'),
        ),
        migrations.AddField(
            model_name='cap',
            name='source',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='routing.leadsource'),
        ),
        migrations.AddField(
            model_name='historicalcap',
            name='history_user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalcap',
            name='profile',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='routing.producerprofile'),
        ),
        migrations.AddField(
            model_name='historicalcap',
            name='source',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='routing.leadsource'),
        ),
        migrations.AddConstraint(
            model_name='cap',
            constraint=models.UniqueConstraint(fields=('profile', 'period', 'line', 'source'), name='cap_once', violation_error_message='There is such a cap already.'),
        ),
        migrations.AddConstraint(
            model_name='cap',
            constraint=models.UniqueConstraint(condition=models.Q(('source', None)), fields=('profile', 'period', 'line'), name='cap_once_for_any_source', violation_error_message='There is such a cap already.'),
        ),
    ]
