"""How full the desks were, and whether pools gave everybody their share."""

from collections.abc import Collection, Mapping

from django.db.models import DateTimeField, F, FloatField, Q, QuerySet, Sum, Value
from django.db.models.functions import Cast, Coalesce, Greatest, Least

from licenses.models import Producer
from routing.fairness import Share
from routing.figures import Column, Key, Unit, share
from routing.figures import Value as Number
from routing.models import Assignment, Pool, ProducerProfile
from routing.queries import fairness
from routing.queries.elapsed import Seconds
from routing.queries.reports.report import Drawn, Headline, Report
from routing.queries.reports.scope import Scope
from routing.queries.reports.section import Beside, By, Part, Section, by_producer


def _given(scope: Scope) -> QuerySet[Assignment]:
    return Assignment.objects.filter(scope.within("assigned_at"), scope.in_pool("pool"))


def _held(scope: Scope) -> dict[int, float]:
    """Return the effort each producer held on average, from the period's start until now or its end."""
    start, end = (Value(at, output_field=DateTimeField()) for at in (scope.since, scope.reached))
    length = (scope.reached - scope.since).total_seconds()
    lasted = Seconds(Least(Coalesce("ended_at", end), end), Greatest("assigned_at", start))
    there = Assignment.objects.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=scope.since))
    summed = (
        there.filter(assigned_at__lt=scope.reached)
        .order_by()
        .values_list("producer_id")
        .annotate(held=Sum(Cast("effort", FloatField()) * Cast(lasted, FloatField())))
    )
    return {producer_id: held / length for producer_id, held in summed} if length else {}


def _desks(scope: Scope) -> Beside:
    profiles = ProducerProfile.objects.filter(producer__status=Producer.Status.ACTIVE)
    if scope.pool:
        profiles = profiles.filter(producer__memberships__pool=scope.pool, producer__memberships__is_active=True)
    held = _held(scope)
    values: dict[Key, tuple[Number, ...]] = {}
    average_whole, capacity_whole, present_whole = 0.0, 0, 0.0
    rows = profiles.order_by().values_list("producer_id", "capacity", "producer__load__open_effort")
    for producer_id, capacity, now in rows:
        average, present = held.get(producer_id, 0.0), float(now or 0)
        values[producer_id] = _desk(average, capacity, present)
        average_whole, capacity_whole = average_whole + average, capacity_whole + capacity
        present_whole += present
    return Beside(
        (
            Column("average", "Held on average", Unit.NUMBER),
            Column("capacity", "Capacity", Unit.COUNT),
            Column("used", "Used on average", Unit.SHARE, tone="main"),
            Column("present", "Held now", Unit.NUMBER),
            Column("used_now", "Used now", Unit.SHARE, tone="muted"),
        ),
        values,
        _desk(average_whole, capacity_whole, present_whole),
    )


def _desk(average: float, capacity: int, present: float) -> tuple[Number, ...]:
    return average, capacity, share(average, capacity), present, share(present, capacity)


_DESKS = Section(
    name="given",
    title="Desks",
    rows=_given,
    at="assigned_at",
    at_label="Assigned",
    nothing="No active producer has a desk yet: give producers a profile with a capacity.",
    parts=(Part("given", "Assigned"),),
    by=(by_producer(beside=_desks),),
)
UTILISATION = Report(
    slug="utilisation",
    title="Utilisation",
    question="Whose desk is full, and who has room?",
    definition=(
        "Every active producer with a profile. Held on average: the effort of the leads in their hands, over every "
        "hour of the period, night and day, until now. Used: that in percent of the capacity, as the profile says "
        "today. Effort is 1 a lead.",
        "A desk holds the leads of every pool, so a pool chosen above narrows who is listed and which assignments "
        "are counted, not what is held.",
    ),
    sections=(_DESKS,),
    headlines=(
        Headline("Used on average", "given", "used", "of all capacity"),
        Headline("Used now", "given", "used_now", "of all capacity"),
        Headline("Capacity", "given", "capacity", "of all listed together"),
        Headline("Assigned", "given", "given", "in the period"),
    ),
    drawn=(Drawn("lying", "given", "producer", ("used",), "Capacity used on average"),),
)


def _pools(scope: Scope) -> Beside:
    found = fairness.shares_within(since=scope.since, until=scope.until)
    values: dict[Key, tuple[Number, ...]] = {
        pool_id: (len(members), sum(each.had for each in members.values()), _furthest(members))
        for pool_id, members in found.items()
    }
    everyone = [each for members in found.values() for each in members.values()]
    return Beside(
        (
            Column("members", "Producers", Unit.COUNT),
            Column("had", "Had", Unit.COUNT),
            Column("off", "Furthest from exact", Unit.NUMBER, tone="main"),
        ),
        values,
        (len(everyone), sum(each.had for each in everyone), max(map(_furthest, found.values()), default=None)),
    )


def _furthest(members: Mapping[int, Share]) -> float:
    return max((abs(each.owed) for each in members.values()), default=0)


def _members(scope: Scope) -> Beside:
    pool_id = scope.pool.pk if scope.pool else None
    found = fairness.shares_within(since=scope.since, until=scope.until, pool_id=pool_id).get(pool_id or 0, {})
    values: dict[Key, tuple[Number, ...]] = {
        key: (each.had, float(each.exact), each.owed, each.owed_value) for key, each in found.items()
    }
    return Beside(
        (
            Column("had", "Had", Unit.COUNT, tone="main"),
            Column("exact", "Exact", Unit.NUMBER, tone="muted"),
            Column("off", "Due, leads", Unit.NUMBER),
            Column("due_value", "Due, dollars expected", Unit.NUMBER),
        ),
        values,
        (
            sum(each.had for each in found.values()),
            float(sum(each.exact for each in found.values())),
            _furthest(found),
            None,
        ),
    )


def _pool_names(keys: Collection[Key]) -> dict[Key, str]:
    names = dict(Pool.objects.filter(pk__in=[key for key in keys if key is not None]).values_list("pk", "name"))
    return {key: names.get(int(key or 0), "No pool") for key in keys}


_SHARES = Section(
    name="given",
    title="Shares",
    rows=lambda scope: _given(scope).filter(pool__isnull=False),
    at="assigned_at",
    at_label="Assigned",
    nothing="No pool gave a lead in this time.",
    parts=(Part("given", "Assigned"),),
    by=(
        By(
            name="pool",
            title="By pool",
            heading="Pool",
            key=lambda scope: F("pool_id"),
            labels=_pool_names,
            is_number=True,
            beside=_pools,
            shown=lambda scope: scope.pool is None,
        ),
        by_producer(beside=_members, shown=lambda scope: scope.pool is not None),
    ),
)
FAIRNESS = Report(
    slug="fairness",
    title="Fairness",
    question="Does every pool give its producers their share?",
    definition=(
        "What each pool’s ledger counts in the period against exact shares: what each producer would have had, had "
        "every lead been cut up among those who could have it, by their weights. Furthest from exact is the largest "
        "difference of any one producer, in leads.",
        "Had leaves out what came back: leads taken back by a manager, duplicates and bad leads. A pool whose "
        "own method prefers some has no exact shares. Choose a pool to see its producers.",
    ),
    sections=(_SHARES,),
    headlines=(
        Headline("Furthest from exact", "given", "off", "leads of one producer"),
        Headline("Had", "given", "had", "as the ledgers count"),
        Headline("Exact", "given", "exact", "all shares together"),
        Headline("Assigned", "given", "given", "in the period"),
    ),
    drawn=(
        Drawn("lying", "given", "pool", ("off",), "Furthest from exact, in leads"),
        Drawn("lying", "given", "producer", ("had",), "Leads had"),
    ),
)
