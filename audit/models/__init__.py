"""Rows of the audit app, one module a noun."""

from audit.models.export import Export
from audit.models.ledger import Entry, Seal
from audit.models.saved_filter import SavedFilter
from audit.models.verification import Verification

__all__ = ["Entry", "Export", "SavedFilter", "Seal", "Verification"]
