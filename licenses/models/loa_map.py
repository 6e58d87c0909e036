"""The crosswalk from what states call a line of authority to the canonical lines."""

from django.db import models
from simple_history.models import HistoricalRecords

from licenses.models.codes import validate_lines
from licenses.models.producer import validate_state


class LoaMap(models.Model):
    """One state's name for a line; what no row names is never guessed (LOA-08)."""

    state = models.CharField(max_length=2, validators=[validate_state])
    raw_name = models.CharField(max_length=120, help_text="As the state writes it; case and spacing do not matter.")
    lines = models.JSONField(validators=[validate_lines])
    source = models.CharField(max_length=200)
    verified_on = models.DateField(null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["state", "raw_name"]
        verbose_name = "line name"
        constraints = [models.UniqueConstraint(fields=["state", "raw_name"], name="loa_name_once_a_state")]

    def __str__(self) -> str:
        return f"{self.state} {self.raw_name}"
