"""What changes rules: sets, drafts, publications. `from rules_engine import services as rules`."""

from rules_engine.services.drafts import (
    EditedMeanwhile,
    create_rule,
    delete_rule,
    import_document,
    move_rule,
    save_rule,
)
from rules_engine.services.publishing import DraftMoved, RouteTaken, Unchanged, Unpublishable, publish, roll_back
from rules_engine.services.sets import create_rule_set, describe_rule_set
from rules_engine.services.validation import Validation, validate

__all__ = [
    "DraftMoved",
    "EditedMeanwhile",
    "RouteTaken",
    "Unchanged",
    "Unpublishable",
    "Validation",
    "create_rule",
    "create_rule_set",
    "delete_rule",
    "describe_rule_set",
    "import_document",
    "move_rule",
    "publish",
    "roll_back",
    "save_rule",
    "validate",
]
