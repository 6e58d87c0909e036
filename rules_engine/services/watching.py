"""Watch a new version for a day: where decisions come out worse than the day before, propose to roll back.

What counts is known to others: the setting RULES_EVIDENCE names a function of `stage`, `since` and `until` that returns
how many decisions were made, and of them how many went to fallback, wanted a fact nobody had, or broke, as far as rules
of that stage may have brought it about.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from accounts import policy
from accounts.actor import Actor, system
from accounts.errors import Refused
from audit import services as audit
from outbox import services as outbox
from rules_engine.models import RuleSetVersion, Watch
from rules_engine.services.words import require_words

log = logging.getLogger(__name__)

Counts = Mapping[str, int]

LENGTH: Final = timedelta(hours=24)
PAUSE: Final = timedelta(minutes=10)
COUNTED: Final = {"fallback": "Leads to fallback", "unknown": "Facts missing", "errors": "Errors"}
# An alarm takes so many decisions on either side, so many points more, and a difference that chance makes once in 700.
FEWEST: Final = 20
POINTS: Final = 0.05
DEVIATIONS: Final = 3.0
WATCH: Final = system("watch")
State = Watch.State


class NotAlarmed(Refused):
    """This watch has raised no alarm, or is over."""

    code = "watch.not_alarmed"


@dataclass(frozen=True, slots=True)
class WatchRow:
    """One count of a watch, as shares of all decisions."""

    label: str
    before: str
    since: str
    is_worse: bool


def watch_rows(watch: Watch) -> list[WatchRow]:
    """Return what a watch has counted, before and since."""
    since: Counts = watch.since or dict.fromkeys(watch.before, 0)
    return [
        WatchRow(label, _share(watch.before, name), _share(since, name), name in watch.worse)
        for name, label in COUNTED.items()
    ]


def _share(counts: Counts, name: str) -> str:
    total = counts["decisions"]
    return f"{counts[name] / total:.1%} of {total:,}" if total else "–"


def begin(version: RuleSetVersion, now: datetime) -> None:
    """Watch a version that has just gone live, where there is one to go back to."""
    if version.number == 1 or not settings.RULES_EVIDENCE:
        return
    before = _counts(version.ruleset.stage, now - LENGTH, now)
    Watch.objects.create(version=version, ends_at=now + LENGTH, next_at=now + PAUSE, before=before)


def watch_due(*, now: datetime, limit: int = 20) -> int:
    """Look again at what is due; returns how many watches came to something."""
    due = Watch.objects.filter(state__in=(State.RUNNING, State.ALARMED), next_at__lte=now).order_by("next_at")
    return sum(_looked(watch, now) for watch in due.select_related("version__ruleset")[:limit])


@transaction.atomic
def keep(*, watch: Watch, because: str, actor: Actor, now: datetime) -> None:
    """Keep a version in spite of the alarm, with the reason.

    :raises NotAlarmed: if there is no alarm
    :raises Invalid: without a reason
    """
    policy.require(actor, "rules.publish")
    require_words(because, "/because", "because.required", "Say why it stays.")
    alarmed = Watch.objects.filter(pk=watch.pk, state=State.ALARMED)
    if not alarmed.update(state=State.KEPT, kept_label=actor.label, kept_because=because.strip()):
        raise NotAlarmed
    detail = {"version": watch.version.number, "because": because.strip()}
    audit.record(at=now, actor=actor, action="rule_set.kept", target=watch.version.ruleset, detail=detail)


def worse(before: Counts, since: Counts) -> list[str]:
    """Return which counts have risen by more than chance explains."""
    if min(before["decisions"], since["decisions"]) < FEWEST:
        return []
    return [name for name in COUNTED if _has_risen(before[name], before["decisions"], since[name], since["decisions"])]


def _has_risen(old: int, of_old: int, new: int, of_new: int) -> bool:
    """Compare two shares, as two samples of one: the pooled two-proportion test."""
    rise = new / of_new - old / of_old
    pooled = (old + new) / (of_old + of_new)
    deviation = sqrt(pooled * (1 - pooled) * (1 / of_old + 1 / of_new))
    return rise >= POINTS and rise >= DEVIATIONS * deviation


def _looked(watch: Watch, now: datetime) -> bool:
    try:
        return _look(watch, now)
    except Exception:  # isolation: one bad watch must not hold up the others; it is looked at again later
        log.exception("rule_set.watch_broke", extra={"watch_id": watch.pk})
        Watch.objects.filter(pk=watch.pk, next_at=watch.next_at).update(next_at=now + PAUSE)
        return False


@transaction.atomic
def _look(watch: Watch, now: datetime) -> bool:
    """Settle one look; of two sweeps at once the one that moves `next_at` first does it."""
    mine = Watch.objects.filter(pk=watch.pk, state=watch.state, next_at=watch.next_at)
    version = watch.version
    if version.ruleset.live_version_id != version.pk:
        return bool(mine.update(state=State.OVER, next_at=now))
    since = _counts(version.ruleset.stage, version.published_at, min(now, watch.ends_at))
    risen = worse(watch.before, since)
    alarm = bool(risen) and watch.state == State.RUNNING
    over = now >= watch.ends_at and watch.state == State.RUNNING and not alarm
    state = State.ALARMED if alarm else State.OVER if over else watch.state
    if not mine.update(state=state, since=since, worse=risen or watch.worse, next_at=now + PAUSE):
        return False
    if alarm:
        detail = {"version": version.number, "worse": risen, "before": watch.before, "since": since}
        audit.record(at=now, actor=WATCH, action="rule_set.alarmed", target=version.ruleset, detail=detail)
        outbox.publish(topic="rule_set.alarmed", payload={"watch": watch.pk}, at=now)
    return alarm or over


def _counts(stage: str, since: datetime, until: datetime) -> Counts:
    counted: Counts = import_string(settings.RULES_EVIDENCE)(stage=stage, since=since, until=until)
    return counted
