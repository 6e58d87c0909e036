"""Say license as the models do, in help texts and messages; no row changes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("routing", "0017_waiting_leads_are_woken"),
    ]

    operations = [
        migrations.AlterField(
            model_name="assignment",
            name="relies_on",
            field=models.JSONField(
                default=dict, help_text="The license, line, appointment and contract rows it stood on."
            ),
        ),
        migrations.AlterField(
            model_name="lead",
            name="governing_state",
            field=models.CharField(blank=True, help_text="Whose license law governs; blank: unclear.", max_length=2),
        ),
    ]
