"""What routing lets one do with a draft, as links on the page of its set."""

from urllib.parse import urlencode

from django.urls import reverse

from rules_engine.models import RuleSet


def trials(ruleset: RuleSet) -> list[tuple[str, str, str]]:
    """Return where the draft is rehearsed, and where it is let follow live leads; each with the permission it takes."""
    named = urlencode({"rule_set": ruleset.slug})
    return [
        ("Rehearse", f"{reverse('admin:routing_rehearsal_new')}?{named}", "rules.edit"),
        ("Shadow", f"{reverse('admin:routing_shadow_new')}?{named}", "rules.edit"),
    ]


def bench(ruleset: RuleSet) -> list[tuple[str, str, str]]:
    """Return where the draft is tried beside what is live, and what its conditions were tried by; likewise."""
    beside = urlencode({"first": "live", "second": f"{ruleset.slug}=draft"})
    return [
        ("Try a lead", f"{reverse('admin:bench')}?{beside}", "rules.view"),
        ("Coverage", f"{reverse('admin:bench_coverage')}?{urlencode({'set': ruleset.slug})}", "rules.view"),
    ]
