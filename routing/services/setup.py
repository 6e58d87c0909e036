"""Set-up: pools, profiles, the agency and its SLA policies, each saved whole with its rows and told to the roster."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Model

from accounts import policy
from accounts.actor import Actor
from accounts.errors import FieldProblem, Invalid
from accounts.models import User
from audit import services as audit
from licenses.services.saved_rows import FieldChange, delete_row, save_row
from outbox import services as outbox
from routing.models import (
    Agency,
    AgencyHoliday,
    AgencyHours,
    Cap,
    LadderStep,
    Leave,
    Pool,
    PoolMember,
    ProducerProfile,
    Shift,
    SlaPolicy,
    SlaTarget,
)
from routing.services import capping, roster
from routing.sla.calendar import Interval
from routing.sla.ladder import Step, faults
from routing.sla.week import clashes
from routing.strategies import parse, territory
from routing.strategies.options import LEVELS, UnreadableError

Changes = tuple[FieldChange, ...]
Spans = Sequence[Shift] | Sequence[AgencyHours]


@dataclass(frozen=True)
class Edit:
    """One thing edited together with rows below it."""

    subject: Model
    rows: Sequence[Model]
    removed: Sequence[Model]
    actor: Actor
    now: datetime


@transaction.atomic
def save_pool(
    *, pool: Pool, members: Sequence[PoolMember] = (), removed: Sequence[PoolMember] = (), actor: Actor, now: datetime
) -> Changes:
    """Save a pool, and add, change and remove members; returns what changed.

    :raises Forbidden: if the actor may not edit pools
    :raises Invalid: with every field of the first row at fault
    """
    policy.require(actor, "pools.edit")
    _require(owner_problems(pool.manager, pool.deputy) + kept_problems(pool, "slug"))
    _require(method_problems(pool.method, pool.strategy) + territory_problems([each.territory for each in members]))
    if pool.overflow_id is not None:  # two who save at once must not close a circle between them
        list(Pool.objects.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk"))
    _require(waterfall_problems(pool, pool.overflow, pool.overflow_minutes))
    changes = _write(Edit(pool, members, removed, actor, now), "pool")
    if changes:
        producers = [roster.producer_subject(member.producer_id) for member in (*members, *removed)]
        roster.changed(roster.pool_subject(pool.slug), *producers, at=now)
        outbox.publish(topic="capacity.freed", payload={"pool": pool.slug}, at=now)
    return changes


@transaction.atomic
def save_profile(
    *,
    profile: ProducerProfile,
    rows: Sequence[Shift | Leave | Cap] = (),
    removed: Sequence[Shift | Leave | Cap] = (),
    actor: Actor,
    now: datetime,
) -> Changes:
    """Save what a producer can take, with caps, shifts and leaves; returns what changed.

    :raises Forbidden: if the actor may not edit pools
    :raises Invalid: with every field of the first row at fault, or if shifts overlap
    """
    policy.require(actor, "pools.edit")
    _require(language_problems(profile.languages) + level_problems(profile.skill_levels, profile.skills))
    _require(kept_problems(profile, "producer"))
    changes = _write(Edit(profile, rows, removed, actor, now), "producer_profile")
    if changes:
        _require(clash_problems(list(profile.shifts.all()), "/shifts"))
        capping.forget([row for row in rows if isinstance(row, Cap)])
        roster.changed(roster.producer_subject(profile.producer_id), at=now)
        outbox.publish(topic="capacity.freed", payload={"producer_id": profile.producer_id}, at=now)
    return changes


@transaction.atomic
def save_agency(
    *,
    agency: Agency,
    rows: Sequence[AgencyHours | AgencyHoliday] = (),
    removed: Sequence[AgencyHours | AgencyHoliday] = (),
    actor: Actor,
    now: datetime,
) -> Changes:
    """Save the one agency with its hours and holidays; returns what changed.

    :raises Forbidden: if the actor may not edit the set-up
    :raises Invalid: with every field of the first row at fault, or if hours overlap
    """
    policy.require(actor, "setup.edit")
    _require(owner_problems(agency.manager, agency.deputy))
    agency.pk = 1
    changes = _write(Edit(agency, rows, removed, actor, now), "agency")
    if changes:
        _require(clash_problems(list(agency.hours.all()), "/hours"))
        roster.changed(roster.AGENCY, at=now)
    return changes


@transaction.atomic
def save_policy(
    *,
    sla: SlaPolicy,
    rows: Sequence[LadderStep | SlaTarget] = (),
    removed: Sequence[LadderStep | SlaTarget] = (),
    actor: Actor,
    now: datetime,
) -> Changes:
    """Save how fast a tier must be answered, what counts, its ladder and its further promises.

    Clocks that run already keep their instants.

    :raises Forbidden: if the actor may not edit the set-up
    :raises Invalid: with every field of the first row at fault, or where the ladder cannot stand
    """
    policy.require(actor, "setup.edit")
    _require(kept_problems(sla, "tier"))
    changes = _write(Edit(sla, rows, removed, actor, now), "sla_policy")
    if changes:
        _require(ladder_problems(list(sla.steps.all())))
        roster.changed(roster.AGENCY, at=now)
    return changes


def ladder_problems(steps: Sequence[LadderStep]) -> list[FieldProblem]:
    """Return what is wrong with a ladder: at a step, or with all of it."""
    return [
        FieldProblem("/steps" if fault.place is None else f"/steps/{fault.place}/kind", fault.code, fault.text)
        for fault in faults([Step(step.at_percent, step.kind, step.hours, step.channel) for step in steps])
    ]


def owner_problems(manager: User | None, deputy: User | None) -> list[FieldProblem]:
    """Return what is wrong with who answers when nobody else does."""
    if deputy is None:
        return []
    if manager is None:
        return [FieldProblem("/manager", "owner.missing", "Name a manager for whom the deputy stands in.")]
    if manager == deputy:
        return [FieldProblem("/deputy", "owner.same", "Name somebody else than the manager.")]
    return []


def method_problems(method: object, strategy: str) -> list[FieldProblem]:
    """Return what is wrong with a pool's method: of the order's options at `/strategy`, of all others at `/method`."""
    faults = parse(method, strategy).faults
    return [
        FieldProblem(
            fault.pointer if fault.pointer == "/strategy" else f"/method{fault.pointer}",
            f"method.{fault.code}",
            fault.text,
        )
        for fault in faults
    ]


def waterfall_problems(pool: Pool, overflow: Pool | None, minutes: int | None) -> list[FieldProblem]:
    """Return what is wrong with where a pool's leads would go on to, and when."""
    if overflow is None:
        text = "Say to which pool the leads go on then, or leave the minutes blank."
        return [FieldProblem("/overflow_minutes", "overflow.nowhere", text)] if minutes else []
    others = {pk: (next_, name) for pk, next_, name in Pool.objects.values_list("pk", "overflow", "name")}
    way: list[str] = [pool.name]
    at: int | None = overflow.pk
    while at in others and at != pool.pk:
        at, name = others.pop(at)
        way.append(name)
    if at is None or at != pool.pk:
        return []
    text = f"Leads would go round in a circle: {' → '.join([*way, pool.name])}. Choose another pool, or none."
    return [FieldProblem("/overflow", "overflow.circular", text)]


def territory_problems(texts: Sequence[str]) -> list[FieldProblem]:
    """Return which territories name what is no area, by their place in the sequence."""
    problems = []
    for place, text in enumerate(texts):
        try:
            territory.read(text)
        except UnreadableError as error:
            problems.append(FieldProblem(f"/members/{place}/territory", "territory.unreadable", str(error)))
    return problems


def level_problems(levels: Mapping[str, int], skills: Sequence[str]) -> list[FieldProblem]:
    """Return what is wrong with the levels of skills."""
    unknown = [skill for skill in levels if skill not in skills]
    beyond = [skill for skill, level in levels.items() if not 1 <= level <= LEVELS]
    problems = []
    if unknown:
        problems.append(
            FieldProblem("/skill_levels", "skill.unknown", f"Add {', '.join(unknown)} to the skills, or leave it out.")
        )
    if beyond:
        problems.append(FieldProblem("/skill_levels", "level.bad", f"Use levels from 1 to {LEVELS}."))
    return problems


def language_problems(languages: Sequence[str]) -> list[FieldProblem]:
    """Return what is wrong with language codes."""
    odd = [code for code in languages if not (len(code) == 2 and code.isascii() and code.isalpha() and code.islower())]
    text = f"Use two-letter codes such as en or es, not {', '.join(odd)}."
    return [FieldProblem("/languages", "language.unknown", text)] if odd else []


def clash_problems(spans: Spans, pointer: str) -> list[FieldProblem]:
    """Return which of a week's spans overlap, each at the later one's place in the sequence."""
    intervals = [Interval(span.weekday, span.opens, span.closes) for span in spans]
    return [
        FieldProblem(f"{pointer}/{other}/opens", "hours.overlap", f"It overlaps {spans[one]}.")
        for one, other in clashes(intervals)
    ]


def kept_problems(row: Model, name: str) -> list[FieldProblem]:
    """Refuse to change what others have learnt to know a row by."""
    if row._state.adding:
        return []
    attname = row._meta.get_field(name).attname  # type: ignore[union-attr]  # a column of its own
    stored = type(row)._default_manager.values_list(attname, flat=True).get(pk=row.pk)
    if stored == getattr(row, attname):
        return []
    return [FieldProblem(f"/{name}", "kept", "This cannot change: add another one instead.")]


def _require(problems: Sequence[FieldProblem]) -> None:
    if problems:
        raise Invalid(problems, " ".join(problem.detail for problem in problems))


def _write(edit: Edit, entity: str) -> Changes:
    """Lock the subject, write it and its rows, removals first, and tell the ledger once."""
    subject, is_new = edit.subject, edit.subject._state.adding
    if not is_new:
        type(subject)._default_manager.select_for_update(of=("self",), no_key=True).get(pk=subject.pk)
    changes = [*save_row(subject, edit.now), *(delete_row(row, edit.now) for row in edit.removed)]
    changes += [change for row in edit.rows for change in save_row(row, edit.now)]
    if changes:
        detail = {"changes": [{"what": change.what, **change.as_dict()} for change in changes]}
        action = f"{entity}.{'added' if is_new else 'changed'}"
        audit.record(at=edit.now, actor=edit.actor, action=action, target=subject, detail=detail)
    return tuple(changes)
