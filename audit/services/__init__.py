"""The ledger's verbs: record what happened, seal it, verify it."""

from audit.services.recording import entry, record, record_many
from audit.services.sealing import seal
from audit.services.verification import verify

__all__ = ["entry", "record", "record_many", "seal", "verify"]
