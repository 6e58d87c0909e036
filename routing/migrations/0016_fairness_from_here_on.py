"""Begin the ledger with every balance as it stands, and let nobody rewrite it."""

from typing import Any

from django.db import migrations
from django.utils import timezone

from audit.append_only import AppendOnly


def forwards(apps: Any, schema_editor: Any) -> None:
    """Write the balances."""
    entry = apps.get_model("routing", "FairnessEntry")
    now = timezone.now()
    for credit in apps.get_model("routing", "PoolCredit").objects.all():
        entry.objects.create(
            pool_id=credit.pool_id, producer_id=credit.producer_id, at=now, kind="OPENING", turns=credit.credit
        )


class Migration(migrations.Migration):
    dependencies = [("routing", "0015_fairness_ledger")]

    operations = [
        migrations.RunPython(forwards, migrations.RunPython.noop),
        AppendOnly("routing_fairnessentry"),
    ]
