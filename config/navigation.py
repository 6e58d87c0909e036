"""Navigation by task: one literal table, shown as far as the policy allows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from accounts.actor import Actor
from accounts.http import actor_of
from accounts.policy import allows


@dataclass(frozen=True, slots=True)
class Entry:
    """One page of a section; whoever holds one of the permissions sees it, and with none listed everybody does."""

    label: str
    url_name: str
    permissions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """One task of the navigation, and the pages it takes."""

    label: str
    icon: str
    entries: tuple[Entry, ...]


SECTIONS: Final = (
    Section("Today", "today", (Entry("Today", "admin:index"),)),
    Section("My leads", "desk", (Entry("My leads", "admin:my_leads", ("leads.work_own",)),)),
    Section("Queue", "queue", (Entry("Queue", "admin:routing_queueitem_changelist", ("queue.view",)),)),
    Section("Leads", "leads", (Entry("Leads", "admin:routing_lead_changelist", ("leads.view",)),)),
    Section(
        "Rules",
        "rules",
        (
            Entry("Rule sets", "admin:rules_engine_ruleset_changelist", ("rules.view",)),
            Entry("Published versions", "admin:rules_engine_rulesetversion_changelist", ("rules.view",)),
        ),
    ),
    Section(
        "Licences",
        "licenses",
        (
            Entry("Producers", "admin:licenses_producer_changelist", ("licenses.view",)),
            Entry("Licences", "admin:licenses_license_changelist", ("licenses.view",)),
            Entry("Carriers", "admin:licenses_carrier_changelist", ("licenses.view",)),
            Entry("Products", "admin:licenses_product_changelist", ("licenses.view",)),
            Entry("Appointment regimes", "admin:licenses_appointmentregime_changelist", ("licenses.view",)),
            Entry("Refreshes", "admin:licenses_licenserefresh_changelist", ("licenses.view",)),
        ),
    ),
    Section(
        "Pools & people",
        "pools",
        (
            Entry("Pools", "admin:routing_pool_changelist", ("pools.view",)),
            Entry("Profiles", "admin:routing_producerprofile_changelist", ("pools.view",)),
            Entry("People", "admin:accounts_user_changelist", ("people.view",)),
        ),
    ),
    Section(
        "Lead sources", "sources", (Entry("Lead sources", "admin:routing_leadsource_changelist", ("sources.view",)),)
    ),
    Section(
        "Audit",
        "audit",
        (
            Entry("Ledger", "admin:audit_entry_changelist", ("audit.view",)),
            Entry("Decisions", "admin:routing_decision_changelist", ("audit.view",)),
        ),
    ),
    Section(
        "Set-up",
        "setup",
        (
            Entry("Agency", "admin:routing_agency_changelist", ("setup.view",)),
            Entry("SLA policies", "admin:routing_slapolicy_changelist", ("setup.view",)),
            Entry("Outgoing messages", "admin:outbox_message_changelist", ("setup.view",)),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as one person sees it on one page; `current` is what aria-current says, or blank."""

    label: str
    url: str
    current: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """A section as one person sees it on one page."""

    label: str
    icon: str
    links: tuple[Link, ...]
    current: str = ""

    @property
    def url(self) -> str:
        """Where the section's own link leads: its first page."""
        return self.links[0].url

    @property
    def place(self) -> Link | None:
        """The link whose page, or whose page's descendant, is shown."""
        return next((link for link in self.links if link.current), None)


def tasks(request: HttpRequest) -> tuple[Task, ...]:
    """Return the navigation for whoever asks, with the section of the present page marked."""
    actor = actor_of(request)
    seen = [(section, _links(section.entries, actor)) for section in SECTIONS]
    here = _closest((link.url for _, links in seen for link in links), request.path)
    return tuple(_task(section, links, here, request.path) for section, links in seen if links)


def _links(entries: Iterable[Entry], actor: Actor) -> list[Link]:
    allowed = (e for e in entries if not e.permissions or any(allows(actor, code) for code in e.permissions))
    return [Link(entry.label, url) for entry in allowed for url in _address(entry)]


def _address(entry: Entry) -> Iterator[str]:
    """Yield the entry's address, or nothing while its page is not registered."""
    try:
        yield reverse(entry.url_name)
    except NoReverseMatch:
        return


def _closest(urls: Iterable[str], path: str) -> str:
    return max((url for url in urls if path.startswith(url)), key=len, default="")


def _task(section: Section, links: Iterable[Link], here: str, path: str) -> Task:
    marked = tuple(Link(link.label, link.url, _mark(link.url, here, path)) for link in links)
    current = next((link.current for link in marked if link.current), "")
    return Task(section.label, section.icon, marked, current)


def _mark(url: str, here: str, path: str) -> str:
    if url != here or (here == reverse("admin:index") and path != here):
        return ""
    return "page" if url == path else "true"
