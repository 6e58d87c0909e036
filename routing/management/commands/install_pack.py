"""`manage.py install_pack NAME`: a rule pack, or its next version, into drafts."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.template.defaultfilters import pluralize
from django.utils import timezone

from accounts.actor import system
from accounts.errors import Invalid, Refused
from routing.packs import files
from routing.queries import packs as plans
from routing.queries.packs import Plan
from routing.services import packs


class Command(BaseCommand):
    """Take a pack into drafts, or say what that would change."""

    help = "Take a rule pack into drafts, whole or not at all. Rules that people changed are never overwritten."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the pack and the dry run."""
        parser.add_argument("name", metavar="NAME", help="A directory of routing/data/packs or of RULE_PACKS_DIR.")
        parser.add_argument("--dry-run", action="store_true", help="Only say what would change.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Take the pack.

        :raises CommandError: if it is refused, with every problem
        """
        name, dry = options["name"], options["dry_run"]
        try:
            planned = plans.plan(files.find(name)) if dry else self._install(name)
        except Refused as refusal:
            problems = refusal.problems if isinstance(refusal, Invalid) else ()
            told = [f"\n  {each.pointer}: {each.detail}" for each in problems]
            raise CommandError(f"Nothing was changed. {refusal.message}{''.join(told)}") from refusal
        self._tell(planned)
        manifest = planned.pack.manifest
        done = "Nothing was changed." if dry else "It is in the drafts; what is live stays until somebody publishes."
        count = planned.change_count
        self.stdout.write(f"{manifest.name} {manifest.version}: {count} change{pluralize(count)}. {done}")

    def _install(self, name: str) -> Plan:
        return packs.install(slug=name, actor=system("install_pack"), now=timezone.now(), unreviewed=True)

    def _tell(self, planned: Plan) -> None:
        for each in planned.sets:
            for change in each.comparison.rules:
                self.stdout.write(f"{each.packed.slug}: {change.kind} {change.rule_id}: {change.new or change.old}")
            for name in each.kept:
                self.stdout.write(f"{each.packed.slug}: kept as people here have it: {name}")
            for decision in each.decisions:
                self.stdout.write(f"{each.packed.slug}: to be decided on the page of rule packs: {decision.name}")
