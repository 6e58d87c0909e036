"""Navigation by task: one literal table, shown as far as the policy allows."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from accounts.actor import Actor
from accounts.http import actor_of
from accounts.policy import allows


@dataclass(frozen=True, slots=True)
class Entry:
    """One page of a section; whoever holds one of the permissions sees it, and with none listed everybody does.

    The pages below it belong to it, and those below the addresses it `covers` besides.
    """

    label: str
    url_name: str
    permissions: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """One task of the navigation, and the pages it takes."""

    label: str
    icon: str
    entries: tuple[Entry, ...]


SECTIONS: Final = (
    Section("Today", "today", (Entry("Today", "admin:index"),)),
    Section(
        "My leads",
        "desk",
        (Entry("My leads", "admin:my_leads", ("leads.work_own",), covers=("admin:routing_lead_changelist",)),),
    ),
    Section(
        "Queue",
        "queue",
        (
            Entry("Queue", "admin:routing_queueitem_changelist", ("queue.view",)),
            Entry("Releases", "admin:routing_release_changelist", ("queue.view",)),
            Entry("Rules set aside", "admin:routing_override_changelist", ("queue.view",)),
        ),
    ),
    Section("Leads", "leads", (Entry("Leads", "admin:routing_lead_changelist", ("leads.view",)),)),
    Section("Reports", "reports", (Entry("Reports", "admin:reports", ("reports.view",)),)),
    Section(
        "Rules",
        "rules",
        (
            Entry("Rule sets", "admin:rules_engine_ruleset_changelist", ("rules.view",)),
            Entry("Draft rules", "admin:rules_engine_rule_changelist", ("rules.view",)),
            Entry("Named lists", "admin:rules_engine_namedlist_changelist", ("rules.view",)),
            Entry("Reviews", "admin:rules_engine_proposal_changelist", ("rules.view",)),
            Entry("Published versions", "admin:rules_engine_rulesetversion_changelist", ("rules.view",)),
            Entry("Test bench", "admin:bench", ("rules.view",)),
            Entry("Saved cases", "admin:routing_savedcase_changelist", ("rules.view",)),
            Entry(
                "Provisional rules",
                "admin:rules_engine_rule_provisional",
                ("rules.view",),
                covers=("admin:rules_engine_rule_overdue",),
            ),
            Entry("Rehearsals", "admin:routing_rehearsal_changelist", ("rules.view",)),
            Entry("Shadows", "admin:routing_shadow_changelist", ("rules.view",)),
            Entry("Rule packs", "admin:routing_packedset_changelist", ("rules.view",)),
        ),
    ),
    Section(
        "Licenses",
        "licenses",
        (
            Entry("Producers", "admin:licenses_producer_changelist", ("licenses.view",)),
            Entry("Licenses", "admin:licenses_license_changelist", ("licenses.view",)),
            Entry("Carriers", "admin:licenses_carrier_changelist", ("licenses.view",)),
            Entry("Products", "admin:licenses_product_changelist", ("licenses.view",)),
            Entry("Line names", "admin:licenses_loamap_changelist", ("licenses.view",)),
            Entry("Appointment regimes", "admin:licenses_appointmentregime_changelist", ("licenses.view",)),
            Entry(
                "Refreshes",
                "admin:licenses_licenserefresh_changelist",
                ("licenses.view",),
                covers=("admin:licenses_licenserefreshchange_changelist",),
            ),
        ),
    ),
    Section(
        "Pools & people",
        "pools",
        (
            Entry("Pools", "admin:routing_pool_changelist", ("pools.view",)),
            Entry("Where we can sell", "admin:routing_pool_map", ("rules.view", "pools.view")),
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
            Entry("Sample", "admin:audit_sample", ("audit.view",)),
            Entry("As of an instant", "admin:audit_as_of", ("audit.view",)),
            Entry(
                "Kept and erased",
                "admin:routing_retentionpolicy_changelist",
                ("audit.view",),
                covers=("admin:routing_legalhold_changelist",),
            ),
            Entry("Verifications", "admin:audit_verification_changelist", ("audit.view",)),
            Entry("Exports", "admin:audit_export_changelist", ("audit.export",)),
        ),
    ),
    Section(
        "Set-up",
        "setup",
        (
            Entry("Agency", "admin:routing_agency_changelist", ("setup.view",)),
            Entry("SLA policies", "admin:routing_slapolicy_changelist", ("setup.view",)),
            Entry("Outgoing messages", "admin:outbox_message_changelist", ("setup.view",)),
            Entry("Receivers that failed", "admin:outbox_circuit_changelist", ("setup.view",)),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as one person sees it on one page; `current` is what aria-current says, or blank."""

    label: str
    url: str
    covers: tuple[str, ...]
    current: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """A section as one person sees it on one page."""

    label: str
    icon: str
    links: tuple[Link, ...]

    @property
    def url(self) -> str:
        """Where the section's own link leads: its first page."""
        return self.links[0].url

    @property
    def place(self) -> Link | None:
        """The link whose page, or whose page's descendant, is shown."""
        return next((link for link in self.links if link.current), None)

    @property
    def current(self) -> str:
        """What aria-current says of the section."""
        return self.place.current if self.place else ""


def tasks(request: HttpRequest) -> tuple[Task, ...]:
    """Return the navigation for whoever asks, with the section of the present page marked."""
    actor = actor_of(request)
    seen = [(section, _links(section.entries, actor)) for section in SECTIONS]
    here = _closest((link for _, links in seen for link in links), request.path)
    return tuple(
        Task(section.label, section.icon, tuple(_marked(link, here, request.path) for link in links))
        for section, links in seen
        if links
    )


def _links(entries: Iterable[Entry], actor: Actor) -> list[Link]:
    allowed = (e for e in entries if not e.permissions or any(allows(actor, code) for code in e.permissions))
    return [
        Link(entry.label, url, (url, *filter(None, map(_address, entry.covers))))
        for entry in allowed
        if (url := _address(entry.url_name))
    ]


def _address(url_name: str) -> str:
    """Return the address, or nothing while its page is not registered."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def _closest(links: Iterable[Link], path: str) -> Link | None:
    """Return the link that covers the page most closely; today's page covers itself alone."""
    home = reverse("admin:index")
    covering = (
        (len(address), link)
        for link in links
        for address in link.covers
        if path == link.url or (address != home and path.startswith(address))
    )
    return max(covering, key=lambda found: found[0], default=(0, None))[1]


def _marked(link: Link, here: Link | None, path: str) -> Link:
    return replace(link, current="page" if link.url == path else "true") if link is here else link
