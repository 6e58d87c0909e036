import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

from audit.append_only import Without
from routing.capacity_guard import CapacityGuard


class Migration(migrations.Migration):

    dependencies = [
        ('licenses', '0001_initial'),
        ('routing', '0010_keep_runs_of_cases'),
    ]

    operations = [
        Without(CapacityGuard, 'routing_assignment'),
        migrations.CreateModel(
            name='Presence',
            fields=[
                ('producer', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='presence', serialize=False, to='licenses.producer')),
                ('seen_at', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='historicalpool',
            name='method',
            field=models.JSONField(blank=True, default=dict, help_text="Filters, preferences, the order's options and the pick."),
        ),
        migrations.AddField(
            model_name='historicalpoolmember',
            name='territory',
            field=models.TextField(blank=True, help_text='Blank: everywhere.', max_length=4000),
        ),
        migrations.AddField(
            model_name='historicalproducerprofile',
            name='calls_per_hour',
            field=models.PositiveSmallIntegerField(blank=True, help_text='First calls.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(60)]),
        ),
        migrations.AddField(
            model_name='historicalproducerprofile',
            name='skill_levels',
            field=models.JSONField(blank=True, default=dict, help_text='1 to 5 by skill; a skill without one is at 1.'),
        ),
        migrations.AddField(
            model_name='pool',
            name='method',
            field=models.JSONField(blank=True, default=dict, help_text="Filters, preferences, the order's options and the pick."),
        ),
        migrations.AddField(
            model_name='poolmember',
            name='territory',
            field=models.TextField(blank=True, help_text='Blank: everywhere.', max_length=4000),
        ),
        migrations.AddField(
            model_name='producerprofile',
            name='calls_per_hour',
            field=models.PositiveSmallIntegerField(blank=True, help_text='First calls.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(60)]),
        ),
        migrations.AddField(
            model_name='producerprofile',
            name='skill_levels',
            field=models.JSONField(blank=True, default=dict, help_text='1 to 5 by skill; a skill without one is at 1.'),
        ),
        migrations.AddField(
            model_name='ziparea',
            name='latitude',
            field=models.FloatField(help_text='Of its centre, in degrees.', null=True),
        ),
        migrations.AddField(
            model_name='ziparea',
            name='longitude',
            field=models.FloatField(null=True),
        ),
        migrations.AlterField(
            model_name='historicalpool',
            name='strategy',
            field=models.CharField(choices=[('round_robin', 'Round robin'), ('weighted', 'Weighted'), ('least_loaded', 'Least loaded'), ('priority', 'Priority')], default='round_robin', max_length=30),
        ),
        migrations.AlterField(
            model_name='pool',
            name='strategy',
            field=models.CharField(choices=[('round_robin', 'Round robin'), ('weighted', 'Weighted'), ('least_loaded', 'Least loaded'), ('priority', 'Priority')], default='round_robin', max_length=30),
        ),
        CapacityGuard('routing_assignment'),
    ]
