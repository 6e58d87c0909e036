"""`manage.py load_demo`: a fictitious agency with thirty days behind it."""

import json
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any, Final

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
from routing.models import Agency
from routing.services import packs

DEMO_FILE: Final = Path(settings.BASE_DIR / ".demo.json")


def _install_rules(demo: agency.Demo, opened_at: datetime) -> None:
    """Bring in the rules as an agency would: its operations person sends them, its manager approves."""
    author, approver = demo.users["operations"].actor(), demo.users["manager"].actor()
    packs.install_and_publish(slug="starter", actor=author, approver=approver, now=opened_at)


class Command(BaseCommand):
    """Load the demo agency; the same seed gives the same people and leads. Keeps what is there when run again."""

    help = "Load a fictitious agency: people, licenses, rules, and thirty days of leads with their outcomes."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the sizes."""
        parser.add_argument("--seed", type=int, default=7)
        parser.add_argument("--producers", type=int, default=60)
        parser.add_argument("--leads", type=int, default=800)

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, or say that it is there already."""
        if Agency.objects.exists():
            self.stdout.write("The demo agency is there already; nothing was changed.")
        else:
            self._load(options["producers"], options["leads"], options["seed"])
        self._tell()

    def _load(self, producers: int, count: int, seed: int) -> None:
        now = timezone.now()
        opened_at = now - timedelta(days=31)
        actor = system("demo")
        self.stdout.write(f"Loading {producers} producers and thirty days of leads; this takes a minute ...")
        call_command("load_geography", stdout=StringIO())
        with transaction.atomic():
            reference.load(actor=actor, now=opened_at, confirmed=True)
            demo = agency.build(producers=producers, seed=seed, actor=actor, opened_at=opened_at)
            _install_rules(demo, opened_at)
        leads.tell(sources=demo.sources, count=count, seed=seed, until=now)
        # Thirty days of history are not thirty days of letters.
        Message.objects.filter(done_at=None).update(done_at=now)
        audit.seal(limit=1_000_000)
        logins = {role: [user.username, agency.PASSWORD] for role, user in demo.users.items()}
        self._write({"api_key": demo.api_key, "logins": logins})

    def _write(self, document: dict[str, Any]) -> None:
        DEMO_FILE.write_text(json.dumps({"url": settings.PUBLIC_BASE_URL, **document}, indent=2) + "\n")

    def _tell(self) -> None:
        """Print where to go and how to get in; the address is this run's, whatever port the last one had."""
        if not DEMO_FILE.exists():
            self.stdout.write("Its logins were in .demo.json, which is gone; issue a new key under Lead sources.")
            return
        document = json.loads(DEMO_FILE.read_text())
        self._write({name: value for name, value in document.items() if name != "url"})
        self.stdout.write(f"\n  Open      {settings.PUBLIC_BASE_URL}")
        for role, (username, password) in document["logins"].items():
            self.stdout.write(f"  {role:<14}{username} / {password}")
        self.stdout.write(
            f"  API key   {document['api_key']}\n\n  The same is in .demo.json. Ctrl-C stops all of it.\n"
        )
