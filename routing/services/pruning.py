"""Forget rehearsals and shadows that have been over for long, a piece at a time so that no sweep waits for it."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Model, OuterRef

from accounts.actor import system
from audit import services as audit
from routing.models import Rehearsal, RehearsalMove, Shadow, ShadowMiss, ShadowReading
from rules_engine.models import Proposal

PIECE: Final = 2_000  # rows of one trial that go in one sweep
PRUNER: Final = system("pruning")
# Each kind of trial, and the rows it holds with the column that names it.
TRIALS: Final[tuple[tuple[type[Rehearsal] | type[Shadow], str, tuple[type[Model], ...]], ...]] = (
    (Rehearsal, "rehearsal", (RehearsalMove,)),
    (Shadow, "shadow", (ShadowReading, ShadowMiss)),
)


def prune_due(*, now: datetime) -> int:
    """Delete a piece of the oldest trial of each kind that nobody needs any more; returns how many rows went.

    What an open proposal asks to publish keeps its trials: they are what the approver looks at.
    """
    over = now - timedelta(days=settings.TRIAL_DAYS)
    return sum(_prune(trials, kind, holds, over, now) for trials, kind, holds in TRIALS)


@transaction.atomic
def _prune(
    trials: type[Rehearsal] | type[Shadow], kind: str, holds: tuple[type[Model], ...], over: datetime, now: datetime
) -> int:
    asked = Proposal.objects.open().filter(ruleset__slug=OuterRef("rule_set"), content_hash=OuterRef("content_hash"))
    known: Any = trials._default_manager.select_for_update(skip_locked=True, of=("self",), no_key=True)
    trial = known.filter(~Exists(asked), ended_at__lt=over).defer("document").order_by("ended_at").first()
    if trial is None:
        return 0
    for model in holds:
        rows = model._default_manager.filter(**{kind: trial})
        gone, _ = rows.filter(pk__in=list(rows.order_by().values_list("pk", flat=True)[:PIECE])).delete()
        if gone:
            return gone
    detail = {"rule_set": trial.rule_set, "content_hash": trial.content_hash, "ended_at": trial.ended_at.isoformat()}
    audit.record(at=now, actor=PRUNER, action=f"{kind}.pruned", target=trial, detail=detail)
    trial.delete()
    return 1
