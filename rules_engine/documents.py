"""Rule documents as text: reading what a person pasted, one canonical form, one hash."""

import hashlib
import json
from copy import deepcopy
from typing import Any, Final

from accounts import json_body
from accounts.errors import FieldProblem, Invalid
from rules_engine.engine.limits import MAX_BYTES
from rules_engine.engine.nodes import OPEN
from rules_engine.engine.problems import Code

CONDITIONED: Final = ("when", "require", "prefer")  # the members of a rule that hold conditions
CONDITION_KEYS: Final = frozenset({"all", "any", "not", "field"})


def decode(text: str) -> Any:
    """Read JSON; whether it is a rule is for `parse` to say.

    :raises Invalid: if it is not JSON
    """
    if len(text) > MAX_BYTES:
        detail = "The document is over 1 MB; split it into several rule sets."
        raise Invalid((FieldProblem("", Code.TOO_BIG.value, detail),), detail)
    try:
        return json_body.read(text.encode(errors="replace"))
    except json_body.UnreadableError as error:
        raise Invalid((FieldProblem(error.pointer, error.code, error.detail),), error.detail) from error


def content_hash(document: Any) -> str:
    """Return the SHA-256 of a document's canonical text: keys sorted, no spaces."""
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def pretty(document: Any) -> str:
    """Return the text a person edits."""
    return json.dumps(document, indent=2, ensure_ascii=False)


def takes_every_lead(body: Any) -> bool:
    """Say whether a rule asks nothing of a lead; of a table, whether its last row does."""
    rows = body["table"]["rows"] if "table" in body else [{"if": []}]
    return "when" not in body and all(cell == OPEN for cell in rows[-1]["if"])


def lists_named(body: Any) -> frozenset[str]:
    """Return the named lists that a rule asks for: each stands as `"list"` in a condition or in a table's cell."""
    match body:
        case {"list": str(slug)}:
            return frozenset((slug,))
        case dict():
            return frozenset().union(*(lists_named(inner) for key, inner in body.items() if key != "examples"))
        case list():
            return frozenset().union(*map(lists_named, body))
    return frozenset()


def merged(body: Any, patch: Any) -> Any:
    """Return a document with a JSON merge patch (RFC 7396) on it: null takes a member out, a list replaces a list.

    :raises Invalid: if the patch of a whole document is no object
    """
    if not isinstance(patch, dict):
        raise Invalid((FieldProblem("", Code.TYPE.value, "Send an object with the members to change."),))
    return _merged(body, patch)


def _merged(old: Any, patch: Any) -> Any:
    if not isinstance(patch, dict):
        return patch
    base = old if isinstance(old, dict) else {}
    kept = {key: value for key, value in base.items() if key not in patch}
    changed = {key: _merged(base.get(key), value) for key, value in patch.items() if value is not None}
    return {**kept, **changed}


def with_muted(body: Any, pointer: str, *, is_muted: bool) -> Any:
    """Return a rule in which the condition at a JSON pointer is muted, or in force again.

    :raises Invalid: if there is no condition at that place
    """
    whole = deepcopy(body)
    _, *steps = pointer.split("/")
    node = whole if steps[:1] and steps[0] in CONDITIONED else None
    for step in steps:
        node = _member(node, step)
    if not (isinstance(node, dict) and CONDITION_KEYS & node.keys()):
        text = "The rule has no condition at this place. Point at one, such as /when/all/0."
        raise Invalid((FieldProblem("/pointer", "pointer.unknown", text),))
    node.pop("muted", None)
    if is_muted:
        node["muted"] = True
    return whole


def _member(node: Any, step: str) -> Any:
    match node:
        case dict():
            return node.get(step)
        case list() if step.isdecimal() and len(step) < 4 and int(step) < len(node):
            return node[int(step)]
    return None
