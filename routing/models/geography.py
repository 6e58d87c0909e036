"""Places: what a ZIP and an area code say about where somebody is. Static; written by `load_geography` alone."""

from django.db import models


class ZipArea(models.Model):
    """One ZIP code."""

    zip_code = models.CharField(max_length=5, primary_key=True)
    state = models.CharField(max_length=2, db_index=True, help_text="Where its post office is.")
    states = models.JSONField(help_text="Every state it is known to reach into, its own first.")
    hinted_states = models.JSONField(help_text="States its area codes belong to besides: a reason to ask, not to know.")
    county = models.CharField(max_length=60, blank=True)
    city = models.CharField(max_length=60)
    zones = models.JSONField(help_text="IANA zones, all that the sources name; empty: unknown.")
    area_codes = models.JSONField()
    kind = models.CharField(max_length=8, help_text="STANDARD, PO BOX, UNIQUE or MILITARY.")
    is_active = models.BooleanField()
    latitude = models.FloatField(null=True, help_text="Of its centre, in degrees.")
    longitude = models.FloatField(null=True)
    source = models.CharField(max_length=120)
    as_of = models.DateField(help_text="When it was loaded.")

    def __str__(self) -> str:
        return f"{self.zip_code} {self.city}, {self.state}"


class AreaCode(models.Model):
    """One telephone area code: where its numbers were issued, which need not be where their people are."""

    npa = models.CharField(max_length=3, primary_key=True)
    states = models.JSONField()
    zones = models.JSONField()
    source = models.CharField(max_length=120)
    as_of = models.DateField(help_text="When it was loaded.")

    def __str__(self) -> str:
        return f"{self.npa} {', '.join(self.states)}"
