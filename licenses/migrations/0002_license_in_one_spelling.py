"""Say license as the models do, in help texts and messages; no row changes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("licenses", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="licenserefresh",
            name="absent",
            field=models.PositiveIntegerField(default=0, help_text="Licenses a full snapshot no longer held."),
        ),
        migrations.AlterField(
            model_name="licenserefresh",
            name="changed",
            field=models.PositiveIntegerField(default=0, help_text="Licenses added or changed."),
        ),
        migrations.AlterField(
            model_name="licenserefresh",
            name="read",
            field=models.PositiveIntegerField(default=0, help_text="Licenses the source sent."),
        ),
        migrations.AlterField(
            model_name="producer",
            name="facts_version",
            field=models.PositiveBigIntegerField(
                default=0, editable=False, help_text="Raised with every change of a license fact; a claim compares it."
            ),
        ),
        migrations.AlterConstraint(
            model_name="license",
            name="license_ends_or_is_perpetual",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("expiry_date__isnull", True), ("is_perpetual", True)),
                    models.Q(("expiry_date__isnull", False), ("is_perpetual", False)),
                    _connector="OR",
                ),
                name="license_ends_or_is_perpetual",
                violation_error_message="Give the last valid day, or mark the license perpetual; not both.",
            ),
        ),
    ]
