"""Rule sets that came from packs."""

from django.db import models

from rules_engine.models import RuleSet


class PackedSet(models.Model):
    """Which pack, in which version, a rule set came from.

    `document` is the set as that version had it: an update compares it with the draft, and so tells people's own edits
    from the pack's.
    """

    ruleset = models.OneToOneField(RuleSet, on_delete=models.CASCADE, related_name="packed", verbose_name="rule set")
    pack = models.SlugField(max_length=60)
    version = models.CharField(max_length=20)
    document = models.JSONField()
    installed_at = models.DateTimeField()
    installed_by = models.CharField(max_length=200)

    class Meta:
        verbose_name = "rule pack"
        ordering = ["pack", "ruleset_id"]

    def __str__(self) -> str:
        return f"{self.ruleset} of {self.pack} {self.version}"
