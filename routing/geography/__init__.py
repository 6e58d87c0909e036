"""Pure: what somebody wrote about where they are, and whose law follows from it."""
