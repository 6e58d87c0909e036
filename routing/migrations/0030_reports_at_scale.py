from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('licenses', '0002_license_in_one_spelling'),
        ('routing', '0029_excused_turns'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='assignment',
            index=models.Index(condition=models.Q(('ended_at__isnull', False)), fields=['ended_at'], name='assignment_by_end'),
        ),
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(fields=['id', 'trigger'], name='decision_trigger'),
        ),
        migrations.AddIndex(
            model_name='fairnessentry',
            index=models.Index(fields=['at'], name='fairness_since'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(fields=['id', 'tier'], name='lead_tier'),
        ),
        migrations.AddIndex(
            model_name='offer',
            index=models.Index(fields=['offered_at'], name='offer_by_age'),
        ),
        migrations.AddIndex(
            model_name='promise',
            index=models.Index(condition=models.Q(('clock', 'OWNER'), ('kind', 'FIRST_TOUCH'), _negated=True), fields=['starts_at'], name='promise_beside_first_touch'),
        ),
    ]
