"""Products and the lines that satisfy them."""

from django.db import models
from simple_history.models import HistoricalRecords

from licenses.models.codes import validate_line_sets


class Product(models.Model):
    """Something a person can ask for. `lines_any_of`: any one inner list of lines satisfies it, whole."""

    class Governing(models.TextChoices):
        """Whose law governs: of where the person lives, or of where the risk is (LIC-02)."""

        RESIDENCE = "RESIDENCE", "Where the person lives"
        RISK = "RISK", "Where the risk is"

    code = models.SlugField(max_length=40, unique=True)
    label = models.CharField(max_length=80)
    lines_any_of = models.JSONField(validators=[validate_line_sets], help_text='Such as [["PERS"], ["PROP", "CAS"]].')
    governing = models.CharField(max_length=10, choices=Governing.choices, default=Governing.RESIDENCE)
    is_complex = models.BooleanField("complex", default=False, help_text="Takes training or certification of its own.")
    history = HistoricalRecords()

    class Meta:
        ordering = ["label"]

    def __str__(self) -> str:
        return self.label
