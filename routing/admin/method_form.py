"""The form of a pool's method, made from the tables of its steps: what is ticked becomes JSON for `parse`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from routing.strategies.options import Flag, Needs, OneOf, Option, Whole
from routing.strategies.table import FILTERS, PICKS, PREFERENCES, STRATEGIES, Step

PARTS: Final[Mapping[str, Mapping[str, Step]]] = {"filters": FILTERS, "preferences": PREFERENCES}
TITLES: Final = {
    "filters": ("Who is left out", "Each step looks at whom the one before it has left."),
    "preferences": ("Who comes first", "Above the order below, and after what rules prefer."),
}
LAST: Final = 99  # the place of a step nobody has given one


@dataclass(frozen=True, slots=True)
class Input:
    """One option as the page shows it."""

    option: Option
    name: str
    text: str

    @property
    def id(self) -> str:
        """The element's id."""
        return f"id_{self.name}"

    @property
    def kind(self) -> str:
        """Which element takes it."""
        kinds = {Flag: "flag", OneOf: "choice", Needs: "lines", Whole: "whole"}
        return kinds.get(type(self.option.kind), "share")

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The choices, where it is one."""
        return list(self.option.kind.choices.items()) if isinstance(self.option.kind, OneOf) else []


@dataclass(frozen=True, slots=True)
class Row:
    """One step as the page shows it."""

    step: Step
    name: str
    used: bool
    place: int
    inputs: tuple[Input, ...]


class MethodWidget(forms.Widget):
    """Filters and preferences, each with a tick, a place and its options."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Write the steps, those in use first and in their order."""
        document = value if isinstance(value, dict) else {}
        parts = [(part, *TITLES[part], _rows(name, part, document)) for part in PARTS]
        return render_to_string("routing/method.html", {"parts": parts})

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        """Return the document that the inputs say."""
        method: dict[str, Any] = {}
        for part, table in PARTS.items():
            used = [step for step in table.values() if data.get(f"{name}-{part}-{step.name}-use")]
            used.sort(key=lambda step: _place(data.get(f"{name}-{part}-{step.name}-place")))
            if used:
                method[part] = [{"step": step.name, **_said(step, f"{name}-{part}-{step.name}", data)} for step in used]
        strategy = STRATEGIES.get(data.get("strategy", ""))
        if strategy and (said := _said(strategy, f"{name}-order-{strategy.name}", data)):
            method["order"] = said
        pick = PICKS.get(data.get(f"{name}-pick", ""))
        picked = _said(pick, f"{name}-pick-{pick.name}", data) if pick else {}
        if pick and (pick.name != "push" or picked):
            method["pick"] = {"step": pick.name, **picked}
        return method

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Say no: what is not ticked is not sent."""
        return False

    def id_for_label(self, id_: str | None) -> str:
        """Name no input: there are many."""
        return ""


class MethodField(forms.Field):
    """A method; whether it is sound is judged together with the order, by `parse`."""

    widget = MethodWidget

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare what is said, not how."""
        return bool((initial or {}) != (data or {}))


class StrategyRadios(forms.RadioSelect):
    """The orders, and below them the picks, each with its options."""

    method: Any = None  # the document whose order's options are shown

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Write the orders and the picks."""
        document = self.method if isinstance(self.method, dict) else {}
        said = document.get("order")
        rows = [
            Row(
                step,
                step.name,
                step.name == value,
                0,
                _inputs(step, f"method-order-{step.name}", _of(step, value, said)),
            )
            for step in STRATEGIES.values()
        ]
        return render_to_string(
            "routing/strategies.html",
            {"rows": rows, "name": name, "id": (attrs or {}).get("id"), "picks": _picks(document.get("pick"))},
        )


def _picks(said: Any) -> list[Row]:
    """Return the picks, the one in use marked; what nobody can read stands as the first."""
    use = said if isinstance(said, dict) and said.get("step") in PICKS else {"step": "push"}
    return [
        Row(
            step,
            step.name,
            step.name == use["step"],
            0,
            _inputs(step, f"method-pick-{step.name}", _of(step, use["step"], use)),
        )
        for step in PICKS.values()
    ]


def _of(step: Step, chosen: Any, said: Any) -> Mapping[str, Any]:
    return said if step.name == chosen and isinstance(said, dict) else {}


def _rows(name: str, part: str, document: Mapping[str, Any]) -> list[Row]:
    listed = document.get(part)
    uses = [use for use in listed if isinstance(use, dict)] if isinstance(listed, list) else []
    placed = {use.get("step"): (place, use) for place, use in reversed(list(enumerate(uses, start=1)))}
    rows = [
        Row(
            step,
            f"{name}-{part}-{step.name}",
            step.name in placed,
            placed[step.name][0] if step.name in placed else number,
            _inputs(step, f"{name}-{part}-{step.name}", placed[step.name][1] if step.name in placed else {}),
        )
        for number, step in enumerate(PARTS[part].values(), start=len(placed) + 1)
    ]
    return sorted(rows, key=lambda row: (not row.used, row.place))


def _inputs(step: Step, name: str, said: Mapping[str, Any]) -> tuple[Input, ...]:
    return tuple(
        Input(option, f"{name}-{option.name}", option.kind.to_text(said.get(option.name, option.default)))
        for option in step.options
    )


def _said(step: Step, name: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that say something else than their defaults."""
    return dict(_differing(step, name, data))


def _differing(step: Step, name: str, data: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for option in step.options:
        text = data.get(f"{name}-{option.name}")
        if text is None and not isinstance(option.kind, Flag):
            continue
        value = option.kind.from_text(text or "")
        if value != option.default:
            yield option.name, value


def _place(text: Any) -> int:
    return int(text) if isinstance(text, str) and text.isascii() and text.isdecimal() and len(text) < 4 else LAST
