"""What the ledger's verification asks about receipts."""

from uuid import UUID

from routing.models import Decision
from routing.receipt import sha256


def fingerprint(decision_id: str) -> str | None:
    """Return the fingerprint of a decision's receipt as it stands now, or None if there is no such decision."""
    try:
        decision = UUID(decision_id)
    except ValueError:  # a ledger somebody has altered may name anything
        return None
    receipt = Decision.objects.filter(pk=decision).values_list("receipt", flat=True).first()
    return None if receipt is None else sha256(receipt)
