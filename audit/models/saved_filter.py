"""A view of the ledger that somebody comes back to."""

from django.conf import settings
from django.db import models
from django.db.models import UniqueConstraint


class SavedFilter(models.Model):
    """What was asked of the ledger, by the address that asks it again."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=2000, blank=True, help_text="The part of the address behind the question mark.")
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [UniqueConstraint(fields=["owner", "name"], name="saved_filter_name_once_an_owner")]

    def __str__(self) -> str:
        return self.name
