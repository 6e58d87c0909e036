"""Inputs of the licence pages: lists of codes written with commas, and rows that share their choices."""

import re
from typing import Any, Final

from django import forms

from accounts.policy_admin import LabelledFormSet

LONGEST: Final = 1000


class CodeList(forms.CharField):
    """A list of codes, written with commas; the model says which codes there are."""

    def __init__(self, *, upper: bool = True, **options: Any) -> None:
        super().__init__(**{"max_length": LONGEST, **options})
        self.upper = upper

    def prepare_value(self, value: Any) -> Any:
        """Write a list with commas."""
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """Read a list; one that is a list already stays."""
        if isinstance(value, list):
            return value
        text = super().to_python(value) or ""
        codes = [code for code in re.split(r"[\s,;]+", text.upper() if self.upper else text.lower()) if code]
        return list(dict.fromkeys(codes))

    def run_validators(self, value: Any) -> None:
        """Judge the length as text; the codes are the model's business."""
        super().run_validators(self.prepare_value(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare lists, not how they are written."""
        return bool(self.to_python(initial) != self.to_python(data))


class LineSets(CodeList):
    """Sets of lines any one of which will do, written `PERS or PROP and CAS`."""

    def prepare_value(self, value: Any) -> Any:
        """Write sets as a sentence says them."""
        if not isinstance(value, list):
            return value
        return " or ".join(" and ".join(map(str, lines)) if isinstance(lines, list) else str(lines) for lines in value)

    def to_python(self, value: Any) -> Any:
        """Read the sentence."""
        if isinstance(value, list):
            return value
        words = re.split(r"\s+OR\s+", (forms.CharField.to_python(self, value) or "").upper().strip())
        return [re.split(r"\s+AND\s+|\s*\+\s*", lines.strip()) for lines in words if lines.strip()]


class FactForm(forms.ModelForm[Any]):
    """A form that reads the lists of codes its model keeps."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field, forms.JSONField):
                self.fields[name] = _codes(name, field)


def _codes(name: str, field: forms.JSONField) -> forms.Field:
    options: dict[str, Any] = {"required": field.required, "label": field.label, "help_text": field.help_text}
    if name == "lines_any_of":
        return LineSets(**{**options, "help_text": "Such as PERS or PROP and CAS."})
    return CodeList(upper=name != "products", **options)


class FactRows(LabelledFormSet):
    """Rows whose choices of other rows are looked up once, not once a row."""

    def add_fields(self, form: Any, index: int | None) -> None:
        """Share the choices."""
        super().add_fields(form, index)
        shared: dict[str, list[Any]] = self.__dict__.setdefault("_shared", {})
        for name, field in form.fields.items():
            if isinstance(field, forms.ModelChoiceField) and not isinstance(field.widget, forms.HiddenInput):
                choices: Any = field.choices
                field.choices = shared[name] = shared.get(name) or list(choices)
