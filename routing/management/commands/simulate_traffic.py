"""`manage.py simulate_traffic`: lifelike leads over HTTP to the running API."""

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from statistics import quantiles
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, Request, build_opener
from uuid import uuid4

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from routing.demo.leads import fields

WORKERS: Final = 16
FASTEST: Final = 200.0  # a second
LONGEST: Final = 3600.0  # seconds
PATIENCE: Final = 10  # seconds for one answer
ENOUGH: Final = 5  # failures in a row after which nobody seems to be there


@dataclass
class Traffic:
    """Leads posted by a few threads, each at its moment; a slow server gets fewer, never a growing heap."""

    url: str
    key: str
    rate: float
    seconds: float
    run: str = field(default_factory=lambda: uuid4().hex[:8])
    answers: Counter[str] = field(default_factory=Counter)
    milliseconds: list[float] = field(default_factory=list)
    trouble: str = ""
    _sent: int = 0
    _failed: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stop: threading.Event = field(default_factory=threading.Event)

    def flow(self) -> float:
        """Send until the time is up, the sender is interrupted or nobody answers; return how long it took."""
        started = time.monotonic()
        workers = [threading.Thread(target=self._work, args=(started,), daemon=True) for _ in range(WORKERS)]
        for worker in workers:
            worker.start()
        try:
            for worker in workers:
                worker.join()
        except KeyboardInterrupt:
            self._stop.set()
            for worker in workers:
                worker.join()
        return time.monotonic() - started

    def _work(self, started: float) -> None:
        rng = random.Random()  # noqa: S311 - invented data, not secrets
        while True:
            with self._lock:
                number, self._sent = self._sent, self._sent + 1
            due = number / self.rate
            if due >= self.seconds or self._stop.wait(max(0.0, started + due - time.monotonic())):
                return
            if time.monotonic() - started >= self.seconds:
                return
            self._note(*self._post(self._lead(rng, number)))

    def _lead(self, rng: random.Random, number: int) -> dict[str, Any]:
        """Return a lead of somebody new: the demo's own references and addresses are taken."""
        lead = fields(rng, rng.randrange(100))
        name, _, host = lead["email"].partition("@")
        reference = f"{self.run}-{number}"
        return {**lead, "external_id": f"traffic-{reference}", "email": f"{name}.{reference}@{host}"}

    def _post(self, lead: Mapping[str, Any]) -> tuple[str, float]:
        headers = {
            "Authorization": f"Api-Key {self.key}",
            "Content-Type": "application/json",
            "Idempotency-Key": lead["external_id"],
        }
        request = Request(f"{self.url}/api/v1/leads/", json.dumps(lead).encode(), headers)  # noqa: S310 - http(s), checked
        began = time.perf_counter()
        try:
            with build_opener(ProxyHandler({})).open(request, timeout=PATIENCE) as response:
                answer = str(json.load(response).get("status", "no status"))
        except HTTPError as error:
            answer = f"HTTP {error.code}"
            error.close()
        except (URLError, OSError, ValueError) as error:
            answer = f"no answer ({getattr(error, 'reason', error)})"
        return answer, (time.perf_counter() - began) * 1000

    def _note(self, answer: str, took: float) -> None:
        with self._lock:
            self.answers[answer] += 1
            failed = answer.startswith(("HTTP", "no "))
            self._failed = self._failed + 1 if failed else 0
            if not failed:
                self.milliseconds.append(took)
            elif answer in {"HTTP 401", "HTTP 403"}:
                self.trouble = "The key is refused: is it that of the demo running there?"
            elif self._failed >= ENOUGH:
                self.trouble = f"{self.url} does not take leads: {answer}. Is it running?"
            if self.trouble:
                self._stop.set()


class Command(BaseCommand):
    """Post lifelike leads for a while, and say what became of them."""

    help = "Post lifelike leads to the running API, with the key `make demo` wrote to .demo.json. Ctrl-C stops it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add speed, time, and where to."""
        parser.add_argument("--rate", type=float, default=2.0, metavar="R", help="Leads a second; 2 where left out.")
        parser.add_argument("--for", type=float, default=60.0, metavar="SECONDS", help="60 where left out.")
        parser.add_argument("--url", help="Another address than the demo's. Only this way leads leave the machine.")
        parser.add_argument("--key", help="Another key than the demo's.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Send, and print the summary.

        :raises CommandError: if there is nowhere to send to, or nobody takes the leads
        """
        rate, seconds = options["rate"], options["for"]
        if not (0 < rate <= FASTEST and 0 < seconds <= LONGEST):
            raise CommandError(f"Use a rate up to {FASTEST:g} a second, for up to {LONGEST:g} seconds.")
        demo = {} if options["url"] and options["key"] else self._demo()
        url = self._address(options["url"] or demo["url"], anywhere=bool(options["url"]))
        traffic = Traffic(url, options["key"] or demo["api_key"], rate, seconds)
        self.stdout.write(f"Sending {rate:g} leads a second to {url} for {seconds:g} seconds.")
        took = traffic.flow()
        self.stdout.write(self._summary(traffic, took))
        if traffic.trouble:
            raise CommandError(traffic.trouble)

    def _demo(self) -> dict[str, str]:
        try:
            written: dict[str, str] = json.loads(Path(settings.BASE_DIR / ".demo.json").read_text())
        except (OSError, ValueError) as error:
            raise CommandError("There is no .demo.json: run `make demo` first, or give --url and --key.") from error
        return written

    def _address(self, url: str, *, anywhere: bool) -> str:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise CommandError("Give an address such as http://127.0.0.1:8000.")
        if not anywhere and not _is_here(parts.hostname):
            raise CommandError(f"{url} is another machine: say --url {url} to send leads there.")
        return url.rstrip("/")

    def _summary(self, traffic: Traffic, took: float) -> str:
        total = traffic.answers.total()
        told = ", ".join(f"{number} {answer}" for answer, number in traffic.answers.most_common()) or "nothing"
        lines = [f"{total} leads in {took:.1f} s ({total / max(took, 0.001):.1f} a second): {told}."]
        if len(traffic.milliseconds) > 1:
            tenths = quantiles(traffic.milliseconds, n=10, method="inclusive")
            lines.append(f"Answers took {tenths[4]:.0f} ms (p50), {tenths[8]:.0f} ms (p90).")
        return "\n".join(lines)


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
