"""Published versions never change: the database refuses it."""

from django.db import migrations

from audit.append_only import AppendOnly


class Migration(migrations.Migration):

    dependencies = [
        ("rules_engine", "0001_rules"),
    ]

    operations = [
        AppendOnly("rules_engine_rulesetversion"),
    ]
