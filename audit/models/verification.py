"""A walk over the whole chain, turn by turn, and what it found."""

from django.db import models

from audit.instants import by_agency


class Verification(models.Model):
    """One verification of the ledger from its first link, with the problems found so far."""

    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    is_sound = models.BooleanField(null=True, help_text="Null until it has ended, or where it could not.")
    checked = models.BigIntegerField(default=0)
    position = models.BigIntegerField(default=0, help_text="The last link checked.")
    hash = models.CharField(max_length=64)
    heads_read = models.BigIntegerField(default=0, help_text="Bytes of the file of heads.")
    unreadable_heads = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=list, help_text="The first hundred, in the order of the chain.")
    attempts = models.PositiveSmallIntegerField(default=0, help_text="Turns begun since it last came further.")
    error = models.CharField(max_length=400, blank=True)
    told_at = models.DateTimeField(null=True, help_text="When its head was sent out by e-mail.")

    class Meta:
        ordering = ["-begun_at", "-pk"]

    def __str__(self) -> str:
        return f"Verification of {by_agency(self.begun_at)}"
