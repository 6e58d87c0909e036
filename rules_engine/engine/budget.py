"""How much may be searched in all: counted in steps, so that the same question always has the same answer."""

from typing import Final

SPENT: Final = "the budget of steps is used up"

# A step is about a microsecond's work. A set of 500 rules takes about a million.
LINT_STEPS: Final = 10_000_000
# About a second's, while somebody waits for what they type.
PREVIEW_STEPS: Final = 1_000_000

# About half a second's, for all tables of a document that is read.
READING_STEPS: Final = 500_000


class NotDecidedError(Exception):
    """Nothing was found, and nothing was ruled out; `why` completes the sentence *not decided, because …*."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Budget:
    """The steps that are left, for everything that shares it."""

    def __init__(self, steps: int) -> None:
        self._left = steps

    @property
    def is_spent(self) -> bool:
        """Say whether nothing is left."""
        return self._left <= 0

    def spend(self, steps: int) -> None:
        """Take some steps.

        :raises NotDecidedError: if there were not so many left
        """
        self._left -= steps
        if self._left < 0:
            self._left = 0
            raise NotDecidedError(SPENT)


# For what was proven before it was published and never changes.
NO_PROOFS: Final = Budget(0)
