"""Rule documents as text: reading what a person pasted, one canonical form, one hash."""

import hashlib
import json
from typing import Any

from accounts import json_body
from accounts.errors import FieldProblem, Invalid
from rules_engine.engine.limits import MAX_BYTES
from rules_engine.engine.problems import Code


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
