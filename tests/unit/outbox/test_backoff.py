"""Waits double up to an hour, and jitter takes any part of them."""

from datetime import timedelta

import pytest

from outbox import backoff


@pytest.mark.parametrize(
    ("attempts", "seconds"),
    [(1, 4), (2, 8), (3, 16), (10, 2048), (11, 3600), (24, 3600), (1000, 3600)],
)
def test_the_longest_wait_doubles_up_to_an_hour(attempts: int, seconds: int) -> None:
    assert backoff.wait(attempts, 1.0) == timedelta(seconds=seconds)


@pytest.mark.parametrize(("fraction", "seconds"), [(0.0, 0), (0.25, 4), (1.0, 16)])
def test_jitter_is_full(fraction: float, seconds: int) -> None:
    assert backoff.wait(3, fraction) == timedelta(seconds=seconds)
