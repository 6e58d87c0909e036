"""`manage.py load_demo`: a fictitious agency with thirty days behind it."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts.actor import system
from audit import services as audit
from licenses.services import reference
from outbox.models import Message
from routing.demo import agency, leads
from routing.models import Agency, Decision
from routing.services import packs


class Command(BaseCommand):
    """Load the demo agency; the same seed gives the same people and leads. Keeps what is there when run again."""

    help = "Load a fictitious agency: people, licences, rules, and thirty days of leads with their outcomes."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the sizes."""
        parser.add_argument("--seed", type=int, default=7)
        parser.add_argument("--producers", type=int, default=60)
        parser.add_argument("--leads", type=int, default=2000)

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, or say that it is there already."""
        if Agency.objects.exists():
            self.stdout.write("The demo agency is there already; nothing was changed.")
            return
        now = timezone.now()
        opened_at = now - timedelta(days=31)
        actor = system("demo")
        call_command("load_geography", verbosity=0)
        with transaction.atomic():
            reference.load(actor=actor, now=opened_at, confirmed=True)
            demo = agency.build(producers=options["producers"], seed=options["seed"], actor=actor, opened_at=opened_at)
            packs.install(name="starter", actor=actor, now=opened_at)
        leads.tell(sources=demo.sources, count=options["leads"], seed=options["seed"], until=now)
        # Thirty days of history are not thirty days of letters.
        Message.objects.filter(done_at=None).update(done_at=now)
        audit.seal(limit=1_000_000)
        self._write_logins(demo)
        self.stdout.write(f"Loaded {options['producers']} producers and {Decision.objects.count()} decisions.")

    def _write_logins(self, demo: agency.Demo) -> None:
        logins = {role: [user.username, agency.PASSWORD] for role, user in demo.users.items()}
        document = {"url": settings.PUBLIC_BASE_URL, "api_key": demo.api_key, "logins": logins}
        Path(settings.BASE_DIR / ".demo.json").write_text(json.dumps(document, indent=2) + "\n")
