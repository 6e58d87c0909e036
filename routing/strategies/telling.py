"""A method in words, for whoever may look and not edit."""

from typing import Any

from routing.strategies.options import Option
from routing.strategies.plan import Plan, Use


def told(plan: Plan) -> list[str]:
    """Return one sentence a step, in the order they run; of its options only those that differ from the shipped."""
    filters = [f"Leaves out by {_step(use)}." for use in plan.filters]
    preferences = [f"Prefers by {_step(use)}." for use in plan.preferences]
    pick = [] if plan.pick.step.name == "push" else [f"At last {_step(plan.pick)}."]
    return [*filters, *preferences, f"Then {_step(plan.order)}.", *pick]


def _step(use: Use[Any]) -> str:
    said = [
        f"{option.label.lower()}: {_value(option, use.options[option.name])}"
        for option in use.step.options
        if use.options[option.name] != option.kind.read(option.default)
    ]
    return f"{use.step.label.lower()} ({'; '.join(said)})" if said else f"{use.step.label.lower()}"


def _value(option: Option, value: Any) -> str:
    choices = getattr(option.kind, "choices", {})
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(f"{need.skill} {need.level}" for need in value)
    return str(choices.get(value, value))
