"""What changes rules: sets, drafts, named lists, publications. `from rules_engine import services as rules`."""

from rules_engine.services.confirming import confirm_rule
from rules_engine.services.drafts import (
    create_rule,
    delete_rule,
    move_rule,
    mute_condition,
    patch_rule,
    save_rule,
)
from rules_engine.services.gating import Unpublishable, content_gates, gates_of, moment_gates
from rules_engine.services.importing import ImportPlan, OtherDocument, import_document, import_reviewed, plan_import
from rules_engine.services.linting import Lint, lint_document, lint_draft
from rules_engine.services.lists import ListInUse, can_be_listed, create_list, delete_list, list_problems, save_list
from rules_engine.services.presence import find_other_editor, leave, stay, take_over
from rules_engine.services.publishing import NotApproved, RouteTaken, Unchanged, publish
from rules_engine.services.returning import NothingToConfirm, confirm, propose_roll_back, roll_back_now
from rules_engine.services.reviewing import (
    NotInReview,
    NotOpen,
    OwnWork,
    PersonRequired,
    SentAlready,
    approve,
    comment,
    reject,
    submit,
    withdraw,
)
from rules_engine.services.scheduling import publish_due, schedule, unschedule
from rules_engine.services.sets import SlugTaken, create_rule_set, describe_rule_set
from rules_engine.services.stale import DraftMoved, EditedMeanwhile, ListEditedMeanwhile
from rules_engine.services.table_importing import import_table
from rules_engine.services.validation import Validation, soundness, validate
from rules_engine.services.watching import NotAlarmed, keep, watch_due, watch_rows

__all__ = [
    "DraftMoved",
    "EditedMeanwhile",
    "ImportPlan",
    "Lint",
    "ListEditedMeanwhile",
    "ListInUse",
    "NotAlarmed",
    "NotApproved",
    "NotInReview",
    "NotOpen",
    "NothingToConfirm",
    "OtherDocument",
    "OwnWork",
    "PersonRequired",
    "RouteTaken",
    "SentAlready",
    "SlugTaken",
    "Unchanged",
    "Unpublishable",
    "Validation",
    "approve",
    "can_be_listed",
    "comment",
    "confirm",
    "confirm_rule",
    "content_gates",
    "create_list",
    "create_rule",
    "create_rule_set",
    "delete_list",
    "delete_rule",
    "describe_rule_set",
    "find_other_editor",
    "gates_of",
    "import_document",
    "import_reviewed",
    "import_table",
    "keep",
    "leave",
    "lint_document",
    "lint_draft",
    "list_problems",
    "moment_gates",
    "move_rule",
    "mute_condition",
    "patch_rule",
    "plan_import",
    "propose_roll_back",
    "publish",
    "publish_due",
    "reject",
    "roll_back_now",
    "save_list",
    "save_rule",
    "schedule",
    "soundness",
    "stay",
    "submit",
    "take_over",
    "unschedule",
    "validate",
    "watch_due",
    "watch_rows",
    "withdraw",
]
