"""Packs written for a test, beside those that ship."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from django.conf import LazySettings

from tests.factories import GATE_RULE

MANIFEST: Final[dict[str, Any]] = {
    "slug": "desk",
    "name": "Desk",
    "version": "1.0",
    "language": 1,
    "description": "What the desk asks.",
    "source": "The agency's own policy.",
    "date": "2026-11-21",
}
DOCUMENT: Final[dict[str, Any]] = {
    "language": 1,
    "stage": "gate",
    "time_zone": "America/New_York",
    "rules": [dict(GATE_RULE)],
}
SET: Final[dict[str, Any]] = {"slug": "desk-gates", "name": "Desk gates", "position": 5, "document": DOCUMENT}
Write = Callable[..., Path]


@pytest.fixture
def write_pack(tmp_path: Path, settings: LazySettings) -> Write:
    """Return a function that writes the pack `desk`, or a later version of it, and returns its directory.

    Files by name without `.json`: as JSON, as they are where given as text, and none where None.
    """
    settings.RULE_PACKS_DIR = str(tmp_path)

    def written(**contents: Any) -> Path:
        directory = tmp_path / "desk"
        directory.mkdir(exist_ok=True)
        for name, content in {"pack": MANIFEST, "desk-gates": SET, **contents}.items():
            path = directory / f"{name}.json"
            if content is None:
                path.unlink(missing_ok=True)
            else:
                path.write_text(content if isinstance(content, str) else json.dumps(content))
        return directory

    return written


def version(number: str, *rules: dict[str, Any]) -> dict[str, Any]:
    """Return the files of a version of the pack whose one set holds these rules."""
    return {
        "pack": {**MANIFEST, "version": number},
        "desk-gates": {**SET, "document": {**DOCUMENT, "rules": list(rules)}},
    }
