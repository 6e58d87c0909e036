"""What a person set aside so that one producer may have one lead, and who agreed."""

from django.conf import settings
from django.db import models

from licenses.models import Producer
from routing.models.assignment import Assignment
from routing.models.keys import new_id
from routing.models.lead import Lead


class Override(models.Model):
    """Rules set aside for one lead and one producer, with the reason; where one of them is law, two people did."""

    class Code(models.TextChoices):
        """Why, in one word."""

        CUSTOMER_WISH = "CUSTOMER_WISH", "The customer asked for this producer"
        RELATIONSHIP = "RELATIONSHIP", "They know each other"
        COVERAGE = "COVERAGE", "Nobody else is there"
        RULE_IS_WRONG = "RULE_IS_WRONG", "The rule is wrong here; it is being mended"
        OTHER = "OTHER", "Something else"

    class State(models.TextChoices):
        """How far it is."""

        ASKED = "ASKED", "Waits for a second person"
        USED = "USED", "Used"
        REFUSED = "REFUSED", "Refused"
        EXPIRED = "EXPIRED", "Ran out"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="overrides")
    producer = models.ForeignKey(Producer, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=20, choices=Code.choices)
    text = models.CharField(max_length=400)
    waived = models.JSONField(help_text="What was set aside: key, words, and whether a law is cited for it.")
    is_legal = models.BooleanField("legal", help_text="Whether a second person must agree.")
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    assignment = models.OneToOneField(Assignment, on_delete=models.PROTECT, null=True, related_name="override")

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(is_legal=True, state="USED")
                | (models.Q(decided_by__isnull=False) & ~models.Q(decided_by=models.F("asked_by"))),
                name="override_of_law_by_two",
            ),
            models.UniqueConstraint(
                fields=["lead"], condition=models.Q(state="ASKED"), name="one_override_asked_a_lead"
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=models.Q(state="ASKED"), name="override_to_expire"),
            models.Index(fields=["-asked_at"], name="override_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.lead} to {self.producer}"
