"""A process whose copy of the roster stands still hands no lead to anybody who may not, or cannot, take it."""

import pytest

from routing.services import deciding
from tests.agency import held, hire, lead_of, make_source, open_agency, receive, set_license, set_profile

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_copy_that_stands_still_costs_a_try_and_never_a_wrong_hand_over(monkeypatch: pytest.MonkeyPatch) -> None:
    open_agency()
    kim, lee, mia = hire("Kim"), hire("Lee"), hire("Mia", weight=0)  # a stand-in comes last
    make_source()
    frozen = deciding.context()
    monkeypatch.setattr(deciding, "context", lambda: frozen)
    set_license(kim, status="SUSPENDED")
    set_profile(lee, capacity=0)

    answer = receive()

    assert frozen.index is not None
    assert answer.body["status"] == "assigned"
    assert (held(kim), held(lee), held(mia)) == (0, 0, 1)
    receipt = lead_of(answer).decisions.get().receipt
    assert receipt["eligible"] == {"count": 3, "considered": 3, "excluded_by": {}, "nearest": []}
    assert {"producer": kim.pk, "why": "LICENSE_CHANGED"} in receipt["claim"]["skipped"]


def test_where_nobody_the_copy_knows_may_have_the_lead_it_goes_to_the_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    open_agency()
    kim = hire("Kim")
    make_source()
    frozen = deciding.context()
    monkeypatch.setattr(deciding, "context", lambda: frozen)
    set_license(kim, status="SUSPENDED")

    answer = receive()

    assert (answer.body["status"], answer.body["reason"]["code"]) == ("fallback", "LOST_RACE")
    assert held(kim) == 0
