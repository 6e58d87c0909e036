"""Rule documents as text: reading what a person pasted, one canonical form, one hash."""

import hashlib
import json
from typing import Any

from accounts.errors import FieldProblem, Invalid
from rules_engine.engine.limits import MAX_BYTES
from rules_engine.engine.problems import Code


def decode(text: str) -> Any:
    """Read JSON; whether it is a rule is for `parse` to say.

    :raises Invalid: if it is not JSON
    """
    if len(text) > MAX_BYTES:
        raise _invalid(Code.TOO_BIG, "The document is over 1 MB; split it into several rule sets.")
    try:
        return json.loads(text, object_pairs_hook=_members, parse_constant=_refuse)
    except RecursionError:
        raise _invalid(Code.TOO_DEEP, "The document is nested too deeply; flatten it.") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise _invalid(Code.NOT_JSON, f"This is not JSON: {error.msg} at {where}.") from None
    except ValueError as error:
        raise _invalid(Code.NOT_JSON, f"This cannot be used: {error}") from None


def content_hash(document: Any) -> str:
    """Return the SHA-256 of a document's canonical text: keys sorted, no spaces."""
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def pretty(document: Any) -> str:
    """Return the text a person edits."""
    return json.dumps(document, indent=2, ensure_ascii=False)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a name stands twice in one object; take one of them out.")
    return members


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is not a number.")


def _invalid(code: Code, detail: str) -> Invalid:
    return Invalid((FieldProblem("", code.value, detail),), detail)
