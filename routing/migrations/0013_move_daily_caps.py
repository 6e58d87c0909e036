"""The one daily cap of a profile becomes a row, and assignments learn what caps count by."""

from typing import Any

from django.db import migrations
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone


def forwards(apps: Any, schema_editor: Any) -> None:
    """Write a cap for every daily cap, and tell the roster of it."""
    models = {name: apps.get_model("routing", name) for name in MODELS}
    lead = models["Lead"].objects.filter(pk=OuterRef("lead_id"))
    declined = Q(end__in=["DECLINED", "REASSIGNED"]) | Q(end="DISPOSED", end_reason="BAD_LEAD")
    models["Assignment"].objects.update(line=Subquery(lead.values("line")[:1]), source=Subquery(lead.values("source")[:1]))
    models["Assignment"].objects.filter(declined).update(is_returned=True)
    now = timezone.now()
    for profile in models["ProducerProfile"].objects.exclude(daily_cap=None):
        cap = models["Cap"].objects.create(profile=profile, period="DAY", most=profile.daily_cap)
        models["HistoricalCap"].objects.create(
            id=cap.pk,
            profile_id=profile.pk,
            period="DAY",
            most=cap.most,
            history_date=now,
            history_type="+",
            history_change_reason="Was the profile's daily cap.",
        )
        models["RosterChange"].objects.create(subject=f"producer:{profile.producer_id}", at=now)


def backwards(apps: Any, schema_editor: Any) -> None:
    """Keep the daily caps that hold for every line and source; the profile has no room for others."""
    for cap in apps.get_model("routing", "Cap").objects.filter(period="DAY", line="", source=None):
        apps.get_model("routing", "ProducerProfile").objects.filter(pk=cap.profile_id).update(daily_cap=cap.most)


MODELS = ("Assignment", "Cap", "HistoricalCap", "Lead", "ProducerProfile", "RosterChange")


class Migration(migrations.Migration):
    dependencies = [("routing", "0012_caps_of_every_window")]

    operations = [migrations.RunPython(forwards, backwards)]
