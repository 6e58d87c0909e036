"""The options of `manage.py decide`."""

from routing.management.commands.decide import Command


def test_version_pins_rule_sets_and_may_stand_several_times() -> None:
    parser = Command().create_parser("manage.py", "decide")

    options = parser.parse_args(["--lead", "lead.json", "--version", "routing=2", "--version", "lead-score=1"])

    assert (options.lead, options.versions) == ("lead.json", ["routing=2", "lead-score=1"])
