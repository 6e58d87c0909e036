"""A migration operation: the database itself sees to it that nothing is published but what a second person approved.

What each trigger holds:

* proposal: it starts in review, stays as it was sent, moves only as `MOVES` lists, and is approved by nobody who wrote
  part of it. A roll back asks for a document that was published before.
* draft (rules, the set's zone, named lists): any change voids the open proposal, whoever makes it and by whatever door.
* version: it is inserted for an approved proposal of the very same document, or for a roll back in an emergency.
* live: a new set has nothing live; what is live is the newest version of its own set.

A later migration that makes SQLite rebuild one of these tables must repeat the operation: the triggers go with the old
table.
"""

from collections.abc import Iterator
from typing import Final

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState

from audit.append_only import TriggerOperation

OPEN: Final = "('IN_REVIEW', 'APPROVED', 'SCHEDULED')"
MOVES: Final = (
    ("IN_REVIEW", "APPROVED"),
    ("IN_REVIEW", "REJECTED"),
    ("APPROVED", "SCHEDULED"),
    ("SCHEDULED", "APPROVED"),
    ("SCHEDULED", "FAILED"),
    ("APPROVED", "PUBLISHED"),
    ("SCHEDULED", "PUBLISHED"),
    *((state, end) for state in ("IN_REVIEW", "APPROVED", "SCHEDULED") for end in ("WITHDRAWN", "VOID")),
)
SENT: Final = (
    "ruleset_id",
    "document",
    "content_hash",
    "based_on_id",
    "restored_from_id",
    "is_emergency",
    "comment",
    "author_id",
    "contributors",
    "sent_at",
)

# What refuses a row: a condition on OLD and NEW that reads alike on both databases, and the sentence that says so.
NOT_NEW: Final = (
    "NEW.state <> 'IN_REVIEW' OR NEW.reviewer_id IS NOT NULL OR NEW.confirmed_by_id IS NOT NULL",
    "a proposal starts in review",
)
NOT_PUBLISHED_BEFORE: Final = (
    "NEW.restored_from_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM rules_engine_rulesetversion AS older WHERE "
    "older.id = NEW.restored_from_id AND older.ruleset_id = NEW.ruleset_id AND older.document = NEW.document)",
    "a roll back asks for a document that was published",
)
REWRITTEN: Final = (
    " OR ".join(f"OLD.{column} {{differs}} NEW.{column}" for column in SENT),
    "a proposal stays as it was sent",
)
WRONG_MOVE: Final = (
    "OLD.state <> NEW.state AND NOT ("
    + " OR ".join(f"(OLD.state = '{old}' AND NEW.state = '{new}')" for old, new in MOVES)
    + " OR (OLD.state = 'IN_REVIEW' AND NEW.state = 'PUBLISHED' AND NEW.is_emergency))",
    "a proposal does not move this way",
)
WRONG_REVIEWER: Final = (
    "OLD.reviewer_id {differs} NEW.reviewer_id AND (OLD.reviewer_id IS NOT NULL OR OLD.state <> 'IN_REVIEW'"
    " OR NEW.reviewer_id IN ({contributors}))",
    "nobody approves what they wrote part of",
)
WRONG_CONFIRMER: Final = (
    "OLD.confirmed_by_id {differs} NEW.confirmed_by_id"
    " AND (OLD.confirmed_by_id IS NOT NULL OR NEW.confirmed_by_id IN ({contributors}))",
    "nobody confirms what they did",
)
NOT_ISSUED: Final = (
    "NEW.state = 'PUBLISHED' AND NOT EXISTS"
    " (SELECT 1 FROM rules_engine_rulesetversion AS issued WHERE issued.proposal_id = NEW.id)",
    "a published proposal has its version",
)
UNAPPROVED: Final = (
    "NOT EXISTS (SELECT 1 FROM rules_engine_proposal AS asked WHERE asked.id = NEW.proposal_id"
    " AND asked.ruleset_id = NEW.ruleset_id AND asked.content_hash = NEW.content_hash"
    " AND asked.document = NEW.document"
    " AND (asked.state IN ('APPROVED', 'SCHEDULED') OR (asked.is_emergency AND asked.state = 'IN_REVIEW')))",
    "a version is what a second person approved",
)
LIVE_AT_ONCE: Final = ("NEW.live_version_id IS NOT NULL", "what is live is the newest version")
NOT_NEWEST: Final = (
    "OLD.live_version_id {differs} NEW.live_version_id AND (NEW.live_version_id IS NULL OR NEW.live_version_id <>"
    " (SELECT newest.id FROM rules_engine_rulesetversion AS newest WHERE newest.ruleset_id = NEW.id"
    " ORDER BY newest.number DESC LIMIT 1))",
    "what is live is the newest version",
)
VOID: Final = (  # put together from the words of this module alone
    f"UPDATE rules_engine_proposal SET state = 'VOID' WHERE restored_from_id IS NULL AND state IN {OPEN} AND {{which}};"  # noqa: S608
)
OF_SET: Final = "ruleset_id = {row}.ruleset_id"
SAME_ZONE: Final = "OLD.time_zone = NEW.time_zone"
SAME_VALUES: Final = 'OLD."values" = NEW."values"'

# (trigger, table, when, what refuses the row)
REFUSING: Final = (
    ("proposal_starts", "rules_engine_proposal", "BEFORE INSERT", (NOT_NEW, NOT_PUBLISHED_BEFORE)),
    (
        "proposal_stays",
        "rules_engine_proposal",
        "BEFORE UPDATE",
        (REWRITTEN, WRONG_MOVE, WRONG_REVIEWER, WRONG_CONFIRMER, NOT_ISSUED),
    ),
    ("version_approved", "rules_engine_rulesetversion", "BEFORE INSERT", (UNAPPROVED,)),
    ("live_is_none_yet", "rules_engine_ruleset", "BEFORE INSERT", (LIVE_AT_ONCE,)),
    ("live_is_newest", "rules_engine_ruleset", "BEFORE UPDATE", (NOT_NEWEST,)),
)
# (trigger, table, when, condition under which nothing changed, which proposals it voids)
VOIDING: Final = (
    ("draft_rule_added", "rules_engine_rule", "AFTER INSERT", "", OF_SET.format(row="NEW")),
    ("draft_rule_changed", "rules_engine_rule", "AFTER UPDATE", "", "ruleset_id IN (OLD.ruleset_id, NEW.ruleset_id)"),
    ("draft_rule_deleted", "rules_engine_rule", "AFTER DELETE", "", OF_SET.format(row="OLD")),
    ("draft_zone_changed", "rules_engine_ruleset", "AFTER UPDATE", SAME_ZONE, "ruleset_id = NEW.id"),
    ("draft_list_changed", "rules_engine_namedlist", "AFTER UPDATE", SAME_VALUES, "{names_list}"),
    ("draft_list_deleted", "rules_engine_namedlist", "AFTER DELETE", "", "{names_list}"),
)

WORDS: Final = {
    "postgresql": {
        "differs": "IS DISTINCT FROM",
        "contributors": "SELECT value::bigint FROM jsonb_array_elements_text(NEW.contributors)",
        "names_list": "document -> 'lists' ? OLD.slug",
    },
    "sqlite": {
        "differs": "IS NOT",
        "contributors": "SELECT value FROM json_each(NEW.contributors)",
        "names_list": "OLD.slug IN (SELECT key FROM json_each(document, '$.lists'))",
    },
}


class LifecycleGuard(TriggerOperation):
    """Create every trigger above."""

    def __init__(self, table: str = "rules_engine_proposal") -> None:
        super().__init__(table)

    def creating(self, vendor: str) -> list[str]:
        """Return the triggers; a second time they change nothing."""
        made = _postgres() if vendor == "postgresql" else _sqlite()
        return [*self.dropping(vendor), *made]

    def dropping(self, vendor: str) -> list[str]:
        """Return what takes them away."""
        if vendor == "postgresql":
            return [f"DROP TRIGGER IF EXISTS rules_engine_{name} ON {table}" for name, table in _named()]
        return [f"DROP TRIGGER IF EXISTS rules_engine_{name}" for name, _table in _named()]

    def names(self) -> list[str]:
        """Return the triggers that must stand."""
        return [f"rules_engine_{name}" for name, _table in _named()]

    def describe(self) -> str:
        """Return the line `migrate --plan` prints."""
        return "Publish nothing but what a second person approved"


class LifecycleGuardAgain(LifecycleGuard):
    """Create every trigger anew where an older release made them; going backwards leaves them."""

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Leave the guard to the migration that made it."""


def _named() -> Iterator[tuple[str, str]]:
    yield from ((name, table) for name, table, *_rest in (*REFUSING, *VOIDING))


def _postgres() -> Iterator[str]:
    words = WORDS["postgresql"]
    for name, table, when, refusals in REFUSING:
        checks = "\n".join(
            f"IF {condition.format(**words)} THEN\n"
            f"RAISE EXCEPTION '{text}' USING ERRCODE = 'restrict_violation';\nEND IF;"
            for condition, text in refusals
        )
        yield from _postgres_trigger(name, table, when, f"{checks}\nRETURN NEW;")
    for name, table, when, same, which in VOIDING:
        voiding = VOID.format(which=which.format(**words))
        body = f"IF {same} THEN RETURN NULL; END IF;\n{voiding}" if same else voiding
        yield from _postgres_trigger(name, table, when, f"{body}\nRETURN NULL;")


def _postgres_trigger(name: str, table: str, when: str, body: str) -> Iterator[str]:
    yield (
        f"CREATE OR REPLACE FUNCTION rules_engine_{name}() RETURNS trigger LANGUAGE plpgsql AS $$\n"
        f"BEGIN\n{body}\nEND $$"
    )
    yield (f"CREATE TRIGGER rules_engine_{name} {when} ON {table} FOR EACH ROW EXECUTE FUNCTION rules_engine_{name}()")
    yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER rules_engine_{name}"


def _sqlite() -> Iterator[str]:
    words = WORDS["sqlite"]
    for name, table, when, refusals in REFUSING:
        checks = "\n".join(
            f"SELECT RAISE(ABORT, '{text}') WHERE {condition.format(**words)};" for condition, text in refusals
        )
        yield f"CREATE TRIGGER rules_engine_{name} {when} ON {table} BEGIN\n{checks}\nEND"
    for name, table, when, same, which in VOIDING:
        unless = f"WHEN NOT ({same}) " if same else ""
        yield (
            f"CREATE TRIGGER rules_engine_{name} {when} ON {table} {unless}"
            f"BEGIN\n{VOID.format(which=which.format(**words))}\nEND"
        )
