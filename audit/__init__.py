"""Append-only, hash-chained ledger of what happened."""
