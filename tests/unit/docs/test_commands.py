"""The page of commands names every command and every option."""

import re

import pytest
from django.core.management import get_commands, load_command_class

from tests.unit.docs.markdown import DOCS, rows

OURS = {"accounts", "audit", "config", "licenses", "outbox", "routing", "rules_engine"}
COMMANDS = {name: app for name, app in get_commands().items() if app in OURS}
TOLD = {row[0].split()[0]: row[0] for row in rows("commands.md", under="## manage.py")}


def options_of(command: str) -> set[str]:
    parser = load_command_class(COMMANDS[command], command).create_parser("manage.py", command)
    common = {"--help", "--version", "--verbosity", "--settings", "--pythonpath", "--traceback"}
    common |= {"--no-color", "--force-color", "--skip-checks"}
    own = {option for action in parser._actions for option in action.option_strings if option.startswith("--")}
    return own - common | ({"--version"} if command == "decide" else set())


def test_every_command_is_listed_and_no_other() -> None:
    assert set(TOLD) == set(COMMANDS)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_option_is_listed_and_no_other(command: str) -> None:
    assert set(re.findall(r"--[a-z-]+", TOLD[command])) == options_of(command)


def test_every_target_of_make_is_listed_and_no_other() -> None:
    makefile = (DOCS.parent / "Makefile").read_text()
    explained = set(re.findall(r"^([a-z]+):.*##", makefile, flags=re.MULTILINE)) - {"help"}

    assert {row[0].removeprefix("make ") for row in rows("commands.md", under="## Make")} == explained
