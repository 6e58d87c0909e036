"""Rows by the dozen: one more of everything that a page lists."""

from datetime import timedelta

from accounts.policy import Role
from audit import services as audit
from audit.filters import Filter
from audit.models import Verification
from audit.services import exporting
from licenses.models import Carrier, LicenseRefresh, LicenseRefreshChange, LoaMap, Product
from outbox import services as outbox
from outbox.models import Circuit
from routing.models import Lead, LeadSource, LegalHold, Override, Pool, PoolMember, ProducerProfile
from routing.services import cases, rehearsing, releasing, shadowing
from routing.services.cases import Expected
from rules_engine import services as rules
from rules_engine.models import RuleSet
from tests.agency import NOW, SETUP, a_lead
from tests.factories import (
    GATE_RULE,
    make_appointment,
    make_license,
    make_producer,
    make_regime,
    make_rule_set,
    make_user,
)
from tests.functional.routing_screens.agency import SmallAgency
from tests.publishing import publish_draft


class Stock:
    """Makes one more row of everything; `number` is how many there are of it."""

    def __init__(self) -> None:
        self.agency = SmallAgency()
        self.refresh = LicenseRefresh.objects.create(source="csv", actor="system:x x", started_at=NOW)
        self.gates = RuleSet.objects.get(slug="checks")

    def person(self, number: int) -> None:
        make_user(Role.MANAGER, username=f"person{number}", first_name="Ida", last_name=f"Nr {number}")

    def entry(self, number: int) -> None:
        audit.record(at=NOW, actor=SETUP, action="test.happened", target=self.agency.pool)

    def export(self, number: int) -> None:
        exporting.ask(asked=Filter(), query="", form="csv", actor=SETUP, now=NOW)

    def verification(self, number: int) -> None:
        Verification.objects.create(begun_at=NOW, ended_at=NOW, is_sound=True, hash="0" * 64)

    def message(self, number: int) -> None:
        outbox.publish(topic="test.happened", payload={"number": number}, at=NOW)

    def circuit(self, number: int) -> None:
        Circuit.objects.create(consumer=f"consumer-{number}", failures=number)

    def producer(self, number: int) -> None:
        """A member of the pool with a licence, an appointment, a profile, and changes of them."""
        producer = make_producer(last_name=f"Nr {number}")
        license_ = make_license(producer, "FL", "LIFE", "HEALTH")
        make_appointment(producer)
        ProducerProfile.objects.create(producer=producer, capacity=5)
        PoolMember.objects.create(pool=self.agency.pool, producer=producer)
        LicenseRefreshChange.objects.create(
            refresh=self.refresh, producer=producer, what=str(license_), field="status", after="ACTIVE"
        )

    def license(self, number: int) -> None:
        make_license(self.agency.kim, ("FL", "GA", "NY", "OH", "CA", "WA")[number % 6], number=f"N{number}")

    def reference(self, number: int) -> None:
        carrier = Carrier.objects.create(name=f"Carrier {number}", cocode=f"{20_000 + number}")
        Product.objects.create(code=f"product_{number}", label=f"Product {number}", lines_any_of=[["LIFE"]])
        LoaMap.objects.create(state="TX", raw_name=f"Life {number}", lines=["LIFE"], source="Invented")
        make_regime("GA", "JIT", "LIFE", carrier=carrier)

    def refreshed(self, number: int) -> None:
        LicenseRefresh.objects.create(source="csv", actor="system:x x", started_at=NOW)

    def rule(self, number: int) -> None:
        """A rule that names a list of its own, in the one set."""
        slug = f"states-{number}"
        rules.create_list(slug=slug, name=slug, field="lead.state", values=["AK"], actor=SETUP, now=NOW)
        when = {"field": "lead.state", "op": "in", "list": slug}
        document = {**GATE_RULE, "id": f"rule-{number}", "name": f"Rule {number}", "when": when}
        rules.create_rule(ruleset=self.gates, document=document, actor=SETUP, now=NOW)

    def published(self, number: int) -> None:
        """A set of its own that names a list, published, with a draft that differs."""
        made = make_rule_set(f"set-{number}")
        publish_draft(made, now=NOW)
        slug = f"list-{number}"
        rules.create_list(slug=slug, name=slug, field="lead.state", values=["AK"], actor=SETUP, now=NOW)
        rules.save_rule(
            rule=made.rules.get(),
            document={**GATE_RULE, "when": {"field": "lead.state", "op": "in", "list": slug}},
            actor=SETUP,
            now=NOW,
        )

    def version(self, number: int) -> None:
        rule = self.gates.rules.all()[0]
        rules.save_rule(rule=rule, document={**rule.body, "name": f"Version {number}"}, actor=SETUP, now=NOW)
        publish_draft(self.gates, now=NOW)

    def case(self, number: int) -> None:
        fields = a_lead(state="TX")
        cases.save(
            name=f"Case {number}", fields=fields, source="", at=NOW, expected=Expected("assigned"), actor=SETUP, now=NOW
        )

    def held(self, number: int) -> None:
        self.agency.set_capacity(100)
        self.agency.receive()

    def waiting(self, number: int) -> None:
        self.agency.receive_waiting()

    def hold(self, number: int) -> None:
        self.agency.receive_waiting()
        lead = Lead.objects.order_by("-pk")[0]
        LegalHold.objects.create(lead=lead, reason="A complaint.", placed_by=self.agency.manager, placed_at=NOW)

    def release(self, number: int) -> None:
        self.agency.receive_waiting()
        actor = self.agency.manager.actor()
        releasing.start(wanted=releasing.Wanted(), per_minute=1, per_producer=None, actor=actor, now=NOW)

    def override(self, number: int) -> None:
        item = self.agency.receive_waiting()
        Override.objects.create(
            lead=item.lead,
            producer=self.agency.kim,
            code="OTHER",
            text="As a test asks for.",
            waived=[{"key": "who:spanish", "text": "speaks no Spanish", "is_legal": False}],
            is_legal=False,
            asked_by=self.agency.manager,
            asked_at=NOW,
            expires_at=NOW + timedelta(hours=1),
        )

    def source(self, number: int) -> None:
        LeadSource.objects.create(slug=f"source-{number}", name=f"Source {number}")

    def pool(self, number: int) -> None:
        pool = Pool.objects.create(slug=f"pool-{number}", name=f"Pool {number}", manager=self.agency.manager)
        PoolMember.objects.create(pool=pool, producer=self.agency.kim)

    def rehearsal(self, number: int) -> None:
        rehearsing.start(ruleset=self.gates, days=1, actor=SETUP, now=NOW)

    def shadow(self, number: int) -> None:
        shadowing.start(ruleset=self.gates, hours=1, actor=SETUP, now=NOW)
