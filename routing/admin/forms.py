"""Forms of the lead-facing pages: they carry values to a service, which judges them."""

from typing import Any, Final

from django import forms

from accounts.errors import Invalid
from routing.models import Touch
from routing.services.desk import DISPOSITIONS

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
    resolution = forms.CharField(
        label="Reason",
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say how it was resolved."},
    )
