"""Where a lead may go from where it stands."""

import pytest

from routing.lead_states import HELD, MOVES, OPEN, QUEUED, sources_of


@pytest.mark.parametrize("state", ["CLOSED", "DUPLICATE"])
def test_what_is_at_rest_stays_so(state: str) -> None:
    assert MOVES[state] == frozenset()


def test_every_move_leads_to_a_state_there_is() -> None:
    assert set().union(*MOVES.values()) <= set(MOVES)


def test_only_waiting_or_held_leads_are_assigned() -> None:
    assert sources_of("ASSIGNED") == {"RECEIVED", "OFFERED"} | QUEUED | HELD


def test_only_waiting_leads_are_rejected() -> None:
    assert sources_of("REJECTED") == {"RECEIVED", "OFFERED"} | QUEUED


def test_a_held_lead_never_goes_back_to_review() -> None:
    assert not sources_of("REVIEW") & HELD


def test_open_is_what_is_not_at_rest() -> None:
    assert set(MOVES) - OPEN == {"CLOSED", "REJECTED", "DUPLICATE"}
