"""Why a lead stands where it stands, in words."""

from typing import Any

import pytest

from routing import reasons

CONSENT: dict[str, Any] = {"reason": "NO_CONSENT", "message": "No permission was captured", "provisional": False}


@pytest.mark.parametrize(
    ("code", "gates", "told"),
    [
        pytest.param("NO_CONSENT", [CONSENT], "No permission was captured.", id="what the rule said, as a sentence"),
        pytest.param("NO_CONSENT", [{**CONSENT, "message": "Why?"}], "Why?", id="its own mark stays"),
        pytest.param("NO_CONSENT", [{**CONSENT, "message": ""}], "No consent.", id="it said nothing"),
        pytest.param("NO_CONSENT", [{**CONSENT, "provisional": True}], "No consent.", id="it decides nothing yet"),
        pytest.param("NO_CONSENT", [{**CONSENT, "reason": "OTHER"}], "No consent.", id="another rule said it"),
        pytest.param("NO_ROUTE", [{**CONSENT, "reason": "NO_ROUTE"}], "No routing rule matched.", id="one of ours"),
    ],
)
def test_a_rules_own_code_reads_as_what_the_rule_said(code: str, gates: list[dict[str, Any]], told: str) -> None:
    assert reasons.said(code, gates) == told
