"""Nobody is called at night, wherever they may be, nor without consent."""

from datetime import UTC, datetime
from typing import Any

import pytest

from routing import reach

CONSENT = {"text": "You may call me."}
NEW_YORK, CHICAGO, PHOENIX = "America/New_York", "America/Chicago", "America/Phoenix"


def at(hour: int, minute: int = 0) -> datetime:
    """Return an instant of a November day, by London's clock."""
    return datetime(2026, 11, 23, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "zones", "refusal"),
    [
        pytest.param(at(13), [NEW_YORK], "", id="eight in the morning"),
        pytest.param(
            at(12, 59), [NEW_YORK], "It is 07:59 there; wait for the hours from 08:00 to 20:00.", id="a minute before"
        ),
        pytest.param(
            at(13),
            [NEW_YORK, CHICAGO],
            "It is 07:00 or 08:00 there; wait for the hours from 08:00 to 20:00.",
            id="too early in one of two zones",
        ),
        pytest.param(at(14), [NEW_YORK, CHICAGO], "", id="late enough in both"),
        pytest.param(at(0, 59), [NEW_YORK], "", id="a minute before eight in the evening"),
        pytest.param(
            at(1), [NEW_YORK], "It is 20:00 there; wait for the hours from 08:00 to 20:00.", id="eight in the evening"
        ),
        pytest.param(at(1), [PHOENIX], "", id="where clocks never change"),
        pytest.param(at(15), [], "It is not known what time it is there.", id="nowhere certain"),
    ],
)
def test_hours_hold_in_every_zone_the_person_may_be_in(now: datetime, zones: list[str], refusal: str) -> None:
    assert reach.refusal(channel="call", zones=zones, consent=CONSENT, now=now) == refusal


@pytest.mark.parametrize(
    ("consent", "channel", "refusal"),
    [
        pytest.param({}, "call", "No consent is on record.", id="none"),
        pytest.param({"channels": ["call"]}, "call", "No consent is on record.", id="channels without a text"),
        pytest.param({"text_version": "2026-03"}, "text", "", id="a version of the text, for everything"),
        pytest.param({**CONSENT, "channels": ["email"]}, "email", "", id="this channel"),
        pytest.param(
            {**CONSENT, "channels": ["call", "email"]},
            "text",
            "Consent is on record for calls and e-mail only.",
            id="other channels",
        ),
    ],
)
def test_consent_counts_for_what_it_names(consent: dict[str, Any], channel: str, refusal: str) -> None:
    assert reach.refusal(channel=channel, zones=[NEW_YORK], consent=consent, now=at(15)) == refusal
