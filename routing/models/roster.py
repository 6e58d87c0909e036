"""The roster: every fact decisions may read about producers, pools and the agency, kept by version for ever."""

from django.db import models


class RosterEntry(models.Model):
    """What was true of one subject from one roster version until another (exclusive; null: still).

    Subjects are `producer:<id>`, `pool:<slug>` and `agency`. Append-only but for `to_version`, which is set once.
    """

    subject = models.CharField(max_length=80)
    from_version = models.PositiveBigIntegerField()
    to_version = models.PositiveBigIntegerField(null=True)
    facts = models.JSONField(null=True, help_text="Null: the subject left the roster.")

    class Meta:
        indexes = [models.Index(fields=["from_version"], name="roster_from")]
        constraints = [
            models.UniqueConstraint(fields=["subject", "from_version"], name="roster_subject_version_once"),
            models.UniqueConstraint(
                fields=["subject"], condition=models.Q(to_version__isnull=True), name="roster_one_current_a_subject"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} from {self.from_version}"


class RosterState(models.Model):
    """The one counter row."""

    version = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.version)


class RosterChange(models.Model):
    """Something routing itself changed that the roster must take in before the next decision."""

    subject = models.CharField(max_length=80)
    at = models.DateTimeField()
    folded_version = models.PositiveBigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=models.Q(folded_version__isnull=True), name="roster_change_unfolded")
        ]

    def __str__(self) -> str:
        return self.subject
