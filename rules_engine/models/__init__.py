"""Rule sets, their draft rules and lists, what was asked to be published, and the versions that were."""

from rules_engine.models.proposal import Proposal, RuleComment
from rules_engine.models.sets import (
    RULE_ID,
    SLUG,
    EditingPresence,
    NamedList,
    Rule,
    RuleSet,
    RuleSetVersion,
    Stage,
    agency_time_zone,
)
from rules_engine.models.watch import Watch

__all__ = [
    "RULE_ID",
    "SLUG",
    "EditingPresence",
    "NamedList",
    "Proposal",
    "Rule",
    "RuleComment",
    "RuleSet",
    "RuleSetVersion",
    "Stage",
    "Watch",
    "agency_time_zone",
]
