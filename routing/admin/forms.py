"""Forms of the lead-facing pages: they carry values to a service, which judges them."""

from datetime import datetime, time, timedelta
from typing import Any, Final, cast

from django import forms
from django.utils import timezone

from accounts.errors import Invalid
from licenses.models import Producer
from routing.models import QueueItem, Touch
from routing.services.desk import DISPOSITIONS, RETURN_REASONS
from routing.services.fallback import WITHOUT_A_PRODUCER

REASON_LENGTH: Final = 400


class ServiceForm(forms.Form):
    """A form whose values a service judges; each problem it names is shown at the field it points to."""

    def blame(self, error: Invalid) -> None:
        """Show a service's problems at their fields."""
        for problem in error.problems:
            self.add_error(self.field_of(problem.pointer), problem.detail)
        if not error.problems:
            self.add_error(None, error.message)

    def field_of(self, pointer: str) -> str | None:
        """Return the field a JSON pointer means, or None for the form as a whole."""
        name = pointer.strip("/").split("/")[0]
        return name if name in self.fields else None


class ReasonForm(ServiceForm):
    """Why, in a few words."""

    reason = forms.CharField(
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say why, in a few words."},
    )


class TouchForm(ServiceForm):
    """A contact, or an attempt at one."""

    kind = forms.ChoiceField(label="What happened", choices=Touch.Kind.choices)
    evidence = forms.CharField(
        label="Reference", required=False, max_length=200, help_text="A call or message id, if you have one."
    )


class NoteForm(ServiceForm):
    """Something to remember."""

    text = forms.CharField(
        label="Note",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Write a note first."},
    )


class DisposeForm(ServiceForm):
    """How a lead ended."""

    disposition = forms.ChoiceField(
        label="How it ended",
        choices=[("", "Choose…"), *DISPOSITIONS.items()],
        error_messages={"required": "Choose how it ended."},
    )


class ReturnForm(ServiceForm):
    """Why a lead goes back to its vendor."""

    why = forms.ChoiceField(
        label="What is wrong with it",
        choices=[("", "Choose…"), *RETURN_REASONS.items()],
        error_messages={"required": "Choose what is wrong with it."},
    )


class AssignForm(ServiceForm):
    """A producer, picked by hand."""

    producer = forms.IntegerField(
        error_messages={"required": "Choose a producer first.", "invalid": "Choose a producer first."}
    )
    reason = forms.CharField(label="Remark", required=False, max_length=REASON_LENGTH)

    def __init__(self, *args: Any, held: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if held:
            self.fields["reason"].label = "Why you move it"
            self.fields["reason"].required = True
            self.fields["reason"].error_messages["required"] = "Say why you move it."


class ResolveForm(ServiceForm):
    """How an item was closed without a producer."""

    OUTCOMES: Final = [("close", "Close the lead"), ("reject", "Reject the lead")]

    outcome = forms.ChoiceField(
        label="What happens to the lead", choices=OUTCOMES, initial="close", widget=forms.RadioSelect
    )
    disposition = forms.ChoiceField(
        label="How it ended", required=False, choices=[("", "Not known"), *WITHOUT_A_PRODUCER.items()]
    )
    resolution = forms.CharField(
        label="Reason",
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say how it was resolved."},
    )


class SnoozeForm(ServiceForm):
    """For how long nobody need look."""

    SPANS: Final = [
        ("hour", "For an hour"),
        ("three-hours", "For three hours"),
        ("tomorrow", "Until tomorrow, 9:00"),
        ("week", "For a week"),
    ]
    HOURS: Final = {"hour": 1, "three-hours": 3, "week": 7 * 24}

    span = forms.ChoiceField(label="Put it off", choices=SPANS)

    @classmethod
    def until(cls, span: str, now: datetime) -> datetime:
        """Return when a span ends for whoever reads in the present time zone."""
        if span in cls.HOURS:
            return now + timedelta(hours=cls.HOURS[span])
        tomorrow = timezone.localdate(now) + timedelta(days=1)
        return timezone.make_aware(datetime.combine(tomorrow, time(9)))


class BulkForm(ServiceForm):
    """One move for several items; each field belongs to the moves it names."""

    MOVES: Final = [
        ("take", "Take them"),
        ("release", "Put them back"),
        ("retry", "Try again"),
        ("assign", "Assign to…"),
        ("snooze", "Put off…"),
        ("escalate", "Press owner and deputy"),
        ("close", "Close…"),
    ]

    move = forms.ChoiceField(label="With those ticked", choices=MOVES)
    producer = forms.ModelChoiceField(
        label="Producer, to assign", required=False, queryset=Producer.objects.none(), empty_label="Choose…"
    )
    span = forms.ChoiceField(label="For how long, to put off", choices=SnoozeForm.SPANS, required=False)
    disposition = forms.ChoiceField(
        label="How it ended, to close", required=False, choices=[("", "Not known"), *WITHOUT_A_PRODUCER.items()]
    )
    remark = forms.CharField(label="Remark", required=False, max_length=REASON_LENGTH)
    item = forms.ModelMultipleChoiceField(
        queryset=QueueItem.objects.exclude(state=QueueItem.State.RESOLVED),
        error_messages={"required": "Tick some leads first."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        producers = Producer.objects.filter(status=Producer.Status.ACTIVE, profile__isnull=False)
        chosen = cast("forms.ModelChoiceField[Producer]", self.fields["producer"])
        chosen.queryset = producers.order_by("first_name", "last_name", "pk")

    def clean(self) -> dict[str, Any]:
        """Ask for what the move cannot do without."""
        given: dict[str, Any] = super().clean() or {}
        needed = {"assign": "producer", "snooze": "span", "close": "remark"}.get(given.get("move", ""), "")
        if needed and not given.get(needed):
            self.add_error(
                needed, {"producer": "Choose a producer.", "span": "Choose how long.", "remark": "Say why."}[needed]
            )
        return given
