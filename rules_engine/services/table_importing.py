"""Take the rows of a file into a table of a draft, exactly as its preview showed them."""

from datetime import datetime

from django.db import transaction

from accounts import policy
from accounts.actor import Actor
from rules_engine.documents import content_hash
from rules_engine.models import Rule
from rules_engine.services.drafts import save_rule, seen
from rules_engine.services.importing import OtherDocument
from rules_engine.table_import import read_import


@transaction.atomic
def import_table(*, rule: Rule, data: bytes, table_hash: str, seen_hash: str, actor: Actor, now: datetime) -> Rule:
    """Put the rows of a CSV or XLSX file into a table, if both are still what was previewed.

    `table_hash` is of the rule as the preview said it would become, `seen_hash` of the rule it was compared with.

    :raises Invalid: if the file cannot be read, or its rows have problems
    :raises EditedMeanwhile: if the rule has changed since
    :raises OtherDocument: if the file makes something else of it
    """
    policy.require(actor, "rules.edit")
    held = seen(rule, seen_hash)
    found = read_import(held, data)
    if content_hash(found.body) != table_hash:
        raise OtherDocument
    return save_rule(rule=held, document=found.body, actor=actor, now=now)
