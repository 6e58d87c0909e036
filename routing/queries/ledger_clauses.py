"""What of the ledger is about a lead, a producer or a version of the rules, as clauses of a filter."""

from collections.abc import Iterator
from uuid import UUID

from audit.filters import Clause
from licenses.models import Producer
from rules_engine.models import RuleSet, RuleSetVersion


def about_lead(lead_id: UUID) -> Clause:
    """Return what is recorded of a lead."""
    return Clause(target_type="routing.lead", target_id=str(lead_id))


def about_producer(producer: Producer) -> Iterator[Clause]:
    """Yield what changed of a producer, and what names one: assignments, their ends, shares."""
    yield Clause(target_type="licenses.producer", target_id=str(producer.pk))
    yield Clause(producer=str(producer.pk))


def about_rules(ruleset: RuleSet, version: RuleSetVersion | None = None) -> Iterator[Clause]:
    """Yield what was done with a rule set and its trials; of one version also what was decided while it was live."""
    number = str(version.number) if version else ""
    yield Clause(target_type="rules_engine.ruleset", target_id=str(ruleset.pk), version=number)
    yield Clause(rule_set=ruleset.slug, version=number)
    if version:
        after = ruleset.versions.filter(number__gt=version.number).order_by("number")
        until = after.values_list("published_at", flat=True).first()
        yield Clause(action="lead.decided", since=version.published_at, until=until)
