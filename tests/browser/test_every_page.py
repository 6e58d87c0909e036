"""Every page that can be looked at: accessible in light and dark, no wider than a phone, no complaint in the console.

The addresses come from the URL resolver; whatever does not answer with a page must be listed below, with the reason.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from django.contrib import admin
from django.core import signing
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from accounts.links import tokens
from accounts.models import User
from accounts.policy import Role
from routing.models import Assignment, Lead, Leave, Pool, QueueItem, SavedCase
from routing.queries.reports.listed import REPORTS
from routing.services import availability, coming_back, one_tap
from rules_engine.models import Proposal, Rule, RuleSet
from tests.browser.axe import COLOURS, EVERYTHING, grave_findings
from tests.browser.conftest import SignIn
from tests.doors import doors
from tests.functional.furnished import make_furnished
from tests.functional.world import NOW

DESKTOP: Final = {"width": 1280, "height": 900}
PHONE: Final = {"width": 390, "height": 844}

# Addresses that answer an administrator's GET with something else than a page.
NOT_PAGES: Final = {
    r"/api/v1/": "the API answers programs",
    r"/api/schema/|/healthz/|/metrics$|/autocomplete/$": "read by programs",
    r"/(export|jsi18n)/$(?<!/audit/export/)|\.(csv|xlsx|json)$": "files",
    r"/lint/count/$": "a part of the set's page, fetched by it",
    r"/<path:object_id>/$|^/$|^/admin/routing/agency/$": "leads on to a page",
    r"/(licenserefresh|licenserefreshchange|proposal|rule|rulesetversion|decision|queueitem|rehearsal|agency)/add/$"
    r"|/(slapolicy|shadow|message|circuit|entry|export|release|override|verification)/add/$": "rows made otherwise",
    r"/(retentionpolicy|legalhold)/add/$": "likewise",
    r"/<path:object_id>/delete/$": "rows nobody deletes",
    r"^/admin/routing/lead/desk/(share/)?$": "for producers, and looked at as one",
    r"^/(accept|back)/": "for who has a letter's link, and looked at with one",
    r"^/admin/login/$": "for who has not signed in, and looked at as nobody",
}

FURNISHED_DAYS: Final = f"since={NOW.date() - timedelta(days=30)}&until={NOW.date()}"
OVER: Final = "/accept/over/"  # a link that has ended says so, with the status of what is not there

# Swagger UI nests a button that copies within one that unfolds; its markup is not ours.
KNOWN: Final = {"/api/docs/": {**EVERYTHING, "rules": {"nested-interactive": {"enabled": False}}}}


def is_page(answer: HttpResponse) -> bool:
    """Say whether an answer is a whole page."""
    return answer.status_code == 200 and b"</html>" in getattr(answer, "content", b"")


def pages_of_doors(client: Client) -> list[str]:
    """Return the address of every page, having held each other address to the list of what is none."""
    pages, forgotten = [], []
    for door in doors():
        known = any(re.search(pattern, door.pattern) for pattern in NOT_PAGES)
        answer = None if door.pattern.startswith("/api/v1/") else client.get(door.path)
        if answer is not None and is_page(answer):  # type: ignore[arg-type]  # the test client's own kind
            pages.append(door.path)
        elif not known and (answer is None or answer.status_code != 405):
            forgotten.append(f"{answer and answer.status_code} {door.pattern}")
    assert forgotten == []
    return pages


def in_other_states() -> Iterator[str]:
    """Yield pages once more that look otherwise with another row, or when asked for more."""
    rule, queue = "/admin/rules_engine/rule", "/admin/routing/queueitem"
    for proposal in Proposal.objects.exclude(state="PUBLISHED"):
        yield f"/admin/rules_engine/proposal/{proposal.pk}/change/"
    yield f"/admin/rules_engine/proposal/{Proposal.objects.get(state='APPROVED').pk}/publish/"
    for ruleset in RuleSet.objects.all():
        yield f"/admin/rules_engine/ruleset/{ruleset.pk}/change/"
        if first := ruleset.rules.first():
            yield f"{rule}/{first.pk}/change/"
    gates = RuleSet.objects.get(slug="intake-gates")
    yield f"/admin/rules_engine/ruleset/{gates.pk}/lint/"
    yield f"/admin/rules_engine/ruleset/{gates.pk}/compare/?old=1&new=draft"
    table = Rule.objects.filter(body__has_key="table")[0]
    yield from (f"{rule}/{table.pk}/{page}/" for page in ("change", "import"))
    yield f"{rule}/new/{gates.pk}/?as=table"
    for item in {(each.kind, each.state): each for each in QueueItem.objects.all()}.values():
        yield f"{queue}/{item.pk}/change/"
    yield from (f"{queue}/?kind={kind}{view}" for kind in QueueItem.Kind.values for view in ("", "&view=reasons"))
    yield "/admin/routing/release/new/?most=50&per_minute=5"
    for lead in {each.state: each for each in Lead.objects.all()}.values():
        yield f"/admin/routing/lead/{lead.pk}/change/"
        if lead.decision_id:
            yield f"/admin/routing/decision/{lead.decision_id}/change/"
    held = Lead.objects.filter(owner__isnull=False)[0]
    yield f"/admin/routing/savedcase/bench/?lead={held.pk}&first=live&second=intake-gates=draft&everyone=1"
    yield f"/admin/routing/savedcase/bench/?case={SavedCase.objects.all()[0].pk}&first=live&second=intake-gates=draft"
    yield "/admin/routing/savedcase/?try=1"
    yield from (f"/admin/routing/savedcase/coverage/?set=intake-gates&over={over}" for over in ("cases", "leads"))
    yield f"/admin/routing/pool/{Pool.objects.get(slug='annuity-desk').pk}/change/"
    # The furnished agency's time is not ours, so its days are named.
    yield from (f"/admin/routing/lead/reports/{slug}/?{FURNISHED_DAYS}" for slug in REPORTS)
    yield f"/admin/routing/lead/reports/fairness/?{FURNISHED_DAYS}&pool=annuity-desk"
    yield f"/admin/routing/lead/reports/speed/leads/?{FURNISHED_DAYS}"


def of_everybody(user: User) -> list[str]:
    """Return the pages before anybody has signed in."""
    link = f"/password/set/MQ/{tokens.make_token(user)}/"
    held = Assignment.objects.filter(ended_at__isnull=True, producer__user__is_active=True)[0]
    Assignment.objects.filter(pk=held.pk).update(due_at=timezone.now() + timedelta(hours=1))
    token = signing.dumps(str(held.pk), salt=one_tap.SALT)
    start, end = timezone.now() - timedelta(minutes=1), timezone.now() + timedelta(hours=1)
    away = Leave.objects.create(profile=held.producer.profile, reason=availability.MISSED, starts_at=start, ends_at=end)
    return [
        f"/accept/{token}/",
        f"/back/{signing.dumps(away.pk, salt=coming_back.SALT)}/",
        OVER,
        "/admin/login/",
        "/password/",
        "/password/sent/",
        "/password/done/",
        link,
        "/password/set/MQ/no/",
    ]


def main_of(client: Client, address: str) -> str:
    """Return what a page shows below its navigation, if it shows anything."""
    answer = client.get(address)
    text = answer.content.decode() if is_page(answer) else ""  # type: ignore[arg-type]  # likewise
    found = re.search("<main.*</main>", text, re.DOTALL)
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", found[0]) if found else ""


class Walk:
    """Looks at pages and collects what is wrong with them."""

    def __init__(self, page: Page, base: str) -> None:
        self.page, self.base = page, base
        self.faults: list[str] = []

    def look(self, addresses: Sequence[str], *, in_both: bool = True) -> None:
        """Look at each page in dark, in light as well where asked to, and at the width of a phone."""
        for address in addresses:
            self.page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]  # a literal of the right shape
            self.page.emulate_media(color_scheme="dark")
            self.page.goto(self.base + address)
            self._note(address, "dark", grave_findings(self.page, KNOWN.get(address, EVERYTHING)))
            if in_both:
                self.page.emulate_media(color_scheme="light")
                self._note(address, "light", grave_findings(self.page, COLOURS))
            self.page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # likewise
            width = self.page.evaluate("document.documentElement.scrollWidth")
            self._note(address, "phone", [] if width <= PHONE["width"] else [f"is {width} pixels wide"])

    def _note(self, address: str, how: str, found: list[str]) -> None:
        self.faults += [f"{address} ({how}): {each}" for each in found]


def test_every_page_is_accessible_and_fits_a_phone(
    sign_in: SignIn, live_server: LiveServer, client: Client, gone: set[str]
) -> None:
    make_furnished()
    gone.add(OVER)
    empty = [model.__name__ for model in admin.site._registry if not model._default_manager.exists()]
    assert empty == [], "Furnish the agency with a row, so that its pages are seen."
    people = {role: User.objects.get(username=role.value.lower()) for role in Role}
    client.force_login(people[Role.ADMINISTRATOR])
    pages = list(dict.fromkeys([*pages_of_doors(client), *in_other_states()]))
    shown = {address: {main_of(client, address)} for address in pages}

    walk = Walk(sign_in(people[Role.ADMINISTRATOR]), live_server.url)
    walk.look(pages)
    own = Lead.objects.filter(owner__user=people[Role.PRODUCER]).values_list("pk", flat=True)
    desk = "/admin/routing/lead/desk/"
    theirs = [desk, f"{desk}share/", *(f"/admin/routing/lead/{pk}/desk/" for pk in own)]
    for role in (Role.PRODUCER, Role.MANAGER, Role.AUDITOR):
        client.force_login(people[role])
        found = {address: main_of(client, address) for address in [*pages, *(theirs if role is Role.PRODUCER else ())]}
        differing = [address for address, main in found.items() if main and main not in shown.get(address, set())]
        sign_in(people[role])
        walk.look(differing, in_both=False)
        for address, main in found.items():
            shown.setdefault(address, set()).add(main)
    walk.page.context.clear_cookies()
    walk.look(of_everybody(people[Role.PRODUCER]))
    assert not walk.faults, "\n".join(walk.faults)
