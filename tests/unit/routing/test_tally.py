"""Shares before and after, and how even they are."""

import json

from routing.stored_decision import Outcome
from routing.tally import Fairness, Share, Tally, fairness, shares

KIM, LEE = 1, 2


def assigned(producer: int, tier: str = "low") -> Outcome:
    return Outcome("assigned", "ASSIGNED", producer, "life", tier, 10)


LOST = Outcome("fallback", "NO_ELIGIBLE_PRODUCER", None, "life", "low", 10)


def counted() -> Tally:
    tally = Tally()
    tally.add(assigned(KIM), assigned(KIM, "hot"), state="GA", kind="TIER")
    tally.add(assigned(KIM), assigned(LEE), state="GA", kind="PRODUCER")
    tally.add(assigned(KIM), LOST, state="FL", kind="STOPPED")
    tally.add(LOST, LOST, state="FL", kind="")
    return tally


def test_each_side_is_counted_by_outcome_state_tier_and_producer() -> None:
    told = counted().as_dict()

    assert told["count"] == {"moved": {"all": 3}, "replayed": {"all": 4}}
    assert told["status"] == {"assigned": {"after": 2, "before": 3}, "fallback": {"after": 2, "before": 1}}
    assert told["state"]["GA"] == {"after": 2, "all": 2, "before": 2, "moved": 2}
    assert told["state"]["FL"] == {"all": 2, "before": 1, "moved": 1}
    assert told["tier"] == {"hot": {"after": 1}, "low": {"after": 3, "before": 4}}
    assert told["reason"] == {"NO_ELIGIBLE_PRODUCER": {"after": 2, "before": 1}}
    assert told["kind"] == {kind: {"all": 1} for kind in ("PRODUCER", "STOPPED", "TIER")}


def test_chunks_add_up_to_the_whole_through_json() -> None:
    whole, parts = Tally(), counted()
    for _ in range(2):
        whole.take_in(json.loads(json.dumps(parts.as_dict())))

    assert whole.count("replayed") == 8
    assert whole.as_dict()["producer"] == {"1": {"after": 2, "before": 6}, "2": {"after": 2}}


def test_shares_are_of_their_own_side_the_largest_first() -> None:
    assert shares(counted().as_dict(), "producer") == [
        Share("1", 3, 1, 1.0, 0.5),
        Share("2", 0, 1, 0.0, 0.5),
    ]
    assert [share.change for share in shares(counted().as_dict(), "producer")] == [-2, 1]
    assert shares({}, "producer") == []


def test_fairness_is_one_where_all_have_the_same_and_counts_who_has_none() -> None:
    found = fairness(counted().as_dict())

    assert found["before"] == Fairness(most=1.0, least=0.0, evenness=0.5)
    assert found["after"] == Fairness(most=0.5, least=0.5, evenness=1.0)
    assert (found["before"].spread, found["after"].spread) == (1.0, 0.0)
    assert fairness({})["after"] == Fairness(0, 0, 1)
