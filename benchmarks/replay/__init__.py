"""Replay of stored decisions against the same through zen-engine."""
