"""The guard anew: a rule set is not inserted with a version live."""

from django.db import migrations

from rules_engine.lifecycle_guard import LifecycleGuardAgain


class Migration(migrations.Migration):

    dependencies = [
        ('rules_engine', '0004_proposals'),
    ]

    operations = [
        LifecycleGuardAgain(),
    ]
