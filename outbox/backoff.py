"""How long a failed message waits: twice as long each time, up to an hour, with full jitter."""

from datetime import timedelta
from typing import Final

FIRST: Final = timedelta(seconds=4)
LONGEST: Final = timedelta(hours=1)
TRIES: Final = 24


def wait(attempts: int, fraction: float) -> timedelta:
    """Return the wait after so many attempts; the random fraction keeps receivers from being hit all at once."""
    doublings = min(attempts - 1, 20)  # 2 ** 20 is far beyond the longest wait
    return min(FIRST * (1 << doublings), LONGEST) * fraction
