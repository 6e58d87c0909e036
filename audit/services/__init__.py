"""The ledger's verbs: record what happened, seal it, verify it; keep views of it; export it."""

from audit.services import exporting, verifying
from audit.services.filtering import delete_filter, save_filter
from audit.services.recording import entry, record, record_many
from audit.services.sealing import seal
from audit.services.verification import verify

__all__ = ["delete_filter", "entry", "exporting", "record", "record_many", "save_filter", "seal", "verify", "verifying"]
