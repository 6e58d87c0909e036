"""Read the ledger."""

from uuid import UUID

from django.db.models import Model, QuerySet

from audit.models import Entry


def for_target(target: Model) -> QuerySet[Entry]:
    """Return what happened to one row, newest first."""
    return Entry.objects.filter(target_type=target._meta.label_lower, target_id=str(target.pk))


def for_lead(lead_id: UUID | str) -> QuerySet[Entry]:
    """Return what happened to one lead, newest first."""
    return Entry.objects.filter(target_type="routing.lead", target_id=str(lead_id))
