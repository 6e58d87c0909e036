"""Inputs of the set-up pages: lists with commas, weeks whose spans may not overlap."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.db.models import Q

from accounts.errors import FieldProblem
from accounts.models import User
from accounts.policy import POLICY
from accounts.policy_admin import LabelledFormSet
from routing.services.setup import clash_problems, owner_problems

LONGEST_WORD: Final = 40
MOST_WORDS: Final = 40


class Words(forms.CharField):
    """A list of short words, written with commas; capitals and repeats do not count."""

    def prepare_value(self, value: Any) -> Any:
        """Write a list with commas."""
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """Read a list; one that is a list already stays."""
        if isinstance(value, list):
            return value
        words = [" ".join(word.split()).lower() for word in (value or "").split(",")]
        return list(dict.fromkeys(filter(None, words)))

    def validate(self, value: Any) -> None:
        """Refuse what is too much for a list."""
        super().validate(value)
        if len(value) > MOST_WORDS or any(len(word) > LONGEST_WORD for word in value):
            raise forms.ValidationError(f"At most {MOST_WORDS} of at most {LONGEST_WORD} letters each.", code="long")

    def run_validators(self, value: Any) -> None:
        """Leave the list be: the validators of text judge text."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare lists, not how they are written."""
        return bool(self.to_python(initial) != self.to_python(data))


class Levels(forms.CharField):
    """Words with a number behind each, written with commas: "annuities 3, medicare 5"."""

    def prepare_value(self, value: Any) -> Any:
        """Write the levels with commas."""
        return ", ".join(f"{word} {level}" for word, level in value.items()) if isinstance(value, dict) else value

    def to_python(self, value: Any) -> Any:
        """Read the levels; a dictionary that is one already stays.

        :raises ValidationError: for a word without a number
        """
        if isinstance(value, dict):
            return value
        levels = {}
        for piece in filter(None, (" ".join(each.split()).lower() for each in (value or "").split(","))):
            word, _, level = piece.rpartition(" ")
            if not (word and level.isascii() and level.isdecimal() and len(level) <= 2 and len(word) <= LONGEST_WORD):
                raise forms.ValidationError(f"Write a skill and its level, such as annuities 3, not {piece[:60]}.")
            levels[word] = int(level)
        return levels

    def run_validators(self, value: Any) -> None:
        """Leave the levels be: the validators of text judge text."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare levels, not how they are written."""
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except forms.ValidationError:
            return True


class WeekFormSet(LabelledFormSet):
    """Spans of a week, none over another."""

    def clean(self) -> None:
        """Show every overlap at the later span."""
        super().clean()
        standing = [
            form
            for form in self.forms
            if not form.errors and form.cleaned_data.get("opens") and not self._should_delete_form(form)  # type: ignore[attr-defined]  # Django's own
        ]
        standing = sorted(standing, key=lambda form: (form.instance.weekday, form.instance.opens))
        for problem in clash_problems([form.instance for form in standing], ""):
            _, place, name = problem.pointer.split("/")
            standing[int(place)].add_error(name, problem.detail)


class OwnedForm(forms.ModelForm[Any]):
    """A form with a manager and a deputy: people who may work the queue, and whoever is named already."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [role.value for role, permissions in POLICY.items() if "queue.claim" in permissions]
        named = [self.instance.manager_id, self.instance.deputy_id]
        for name in {"manager", "deputy"} & set(self.fields):
            may = Q(is_active=True, role__in=roles) | Q(pk__in=[each for each in named if each])
            self.fields[name].queryset = User.objects.filter(may)  # type: ignore[attr-defined]  # a model choice

    def clean(self) -> Any:
        """Judge the two together."""
        cleaned = super().clean()
        blame(self, owner_problems(self.cleaned_data.get("manager"), self.cleaned_data.get("deputy")))
        return cleaned


def blame(form: forms.BaseForm, problems: list[FieldProblem]) -> None:
    """Show a service's problems at their fields."""
    for problem in problems:
        name = problem.pointer.strip("/").partition("/")[0]
        form.add_error(name if name in form.fields else None, problem.detail)


def checkboxes(label: str, choices: Mapping[str, str], *, required: bool = False, help_text: str = "") -> Any:
    """Return a field that keeps a list, ticked box by box."""
    return forms.MultipleChoiceField(
        label=label,
        choices=list(choices.items()),
        required=required,
        help_text=help_text,
        widget=forms.CheckboxSelectMultiple,
    )
