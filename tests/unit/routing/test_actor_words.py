"""Parts of Fairlead are called by words, every one of them; people and sources by their names."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from accounts.actor import Actor, ActorKind, system
from routing.actor_words import SYSTEM, actor_name, name_in, named_so

OURS = ("accounts", "audit", "config", "licenses", "outbox", "routing", "rules_engine")


def acting_parts() -> Iterator[str]:
    """Yield the name of every part that acts for itself, as the code gives it."""
    for path in (path for app in OURS for path in Path(settings.BASE_DIR, app).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(func=ast.Name(id="system"), args=[ast.Constant(value=str(name))]):
                    yield name
                case ast.Call(func=ast.Name(id="system"), args=[ast.JoinedStr()]):
                    yield from ("import_licenses", "import_producers")  # after what they import


def test_every_part_that_acts_is_called_by_words_and_no_other() -> None:
    assert set(SYSTEM) == set(acting_parts())


@pytest.mark.parametrize(
    ("kind", "label", "name"),
    [
        pytest.param("SYSTEM", "sla", "the clock", id="clock"),
        pytest.param("SYSTEM", "rerun", "the retry", id="retry"),
        pytest.param("SYSTEM", "a part of old", "a part of old", id="gone"),
        pytest.param("USER", "demo", "demo", id="a person of that name"),
        pytest.param("SOURCE", "export", "export", id="a source of that name"),
    ],
)
def test_an_actor_is_called(kind: str, label: str, name: str) -> None:
    assert actor_name(kind, label) == name


@pytest.mark.parametrize(
    ("actor", "name"),
    [
        pytest.param(str(system("sla")), "the clock", id="clock"),
        pytest.param(str(system("fairness watch")), "the watch over shares", id="two words"),
        pytest.param(str(system("a part of old")), "a part of old", id="gone"),
        pytest.param(str(Actor(ActorKind.USER, "4", "Abel Ledger")), "Abel Ledger", id="person"),
        pytest.param("user:4", "user:4", id="without a name"),
        pytest.param("somebody", "somebody", id="not an actor's text"),
    ],
)
def test_an_actor_written_as_text_is_called(actor: str, name: str) -> None:
    assert name_in(actor) == name


def test_the_words_lead_back_to_the_names() -> None:
    assert (named_so("The clock"), named_so("sla")) == (("sla", "sweep"), ())
