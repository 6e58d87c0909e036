"""Coverage: what saved cases, or the leads that came in last, try of each condition of a set."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from accounts.errors import Invalid, Missing
from routing.catalog import CATALOG
from routing.decision import Context, Inquiry, Rules, consider
from routing.models import Lead
from routing.producer_facts import producer_facts
from routing.services import bench, cases, choices, deciding
from routing.services.choices import Choice
from rules_engine.engine.compile import CompiledSet
from rules_engine.engine.coverage import RuleCoverage, Sample, cover

LEADS_MOST: Final = 200
PRODUCERS_MOST: Final = 25  # of each pool, by key: an eligibility rule that none of so many tries is seldom tried


def by_cases(*, slug: str, choice: Choice, now: datetime) -> tuple[RuleCoverage, ...]:
    """Return what the saved cases try of one set under the rules chosen.

    :raises Missing: if there is no such set, or the choice does not hold it
    :raises Invalid: if a draft has problems
    """
    asked = [each for _, each in cases.tries(choice=choice, now=now) if not isinstance(each, Invalid)]
    return _cover(slug, choices.rules_of(choice, at=now), asked)


def by_leads(*, slug: str, choice: Choice, count: int, now: datetime) -> tuple[RuleCoverage, ...]:
    """Return what the leads that came in last, each as of its receipt, try of one set under the rules chosen.

    :raises Missing: if there is no such set, or the choice does not hold it
    :raises Invalid: if a draft has problems
    """
    context = Context(choices.rules_of(choice, at=now), deciding.context().roster)
    last = Lead.objects.filter(person__isnull=False).select_related("person", "source", "duplicate_of")
    leads = last.order_by("-received_at")[: min(count, LEADS_MOST)]
    asked = (bench.inquiry_of(bench.stored(lead), context, lead.received_at) for lead in leads)
    return _cover(slug, context.rules, asked)


def _cover(slug: str, rules: Rules, asked: Iterable[Inquiry]) -> tuple[RuleCoverage, ...]:
    compiled = next((each for each in _sets(rules) if each.slug == slug), None)
    if compiled is None:
        raise Missing(f"These rules do not hold the set {slug}.")
    return cover(compiled.tree, (sample for each in asked for sample in _samples(compiled.stage, each)))


def _sets(rules: Rules) -> Iterator[CompiledSet]:
    yield from (*rules.gates, *rules.scores, *rules.eligibility)
    if rules.route is not None:
        yield rules.route


def _samples(stage: str, asked: Inquiry) -> Iterator[Sample]:
    """Yield the lead as the stage meets it, if it comes so far."""
    found = consider(asked)
    if stage == "gate" or (stage == "score" and found.score is not None):
        yield Sample(asked.facts, asked.now)
    elif stage == "route" and found.route is not None and found.score is not None:
        yield Sample(asked.facts.merged(CATALOG.facts({"score.total": found.score.total})), asked.now)
    elif stage == "eligibility" and found.standings:
        met = [asked.context.roster.producers[each.producer_id] for each in found.standings[:PRODUCERS_MOST]]
        yield Sample(asked.facts, asked.now, tuple(producer_facts(each, asked.now) for each in met))
