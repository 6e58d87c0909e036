"""How full desks read on the set-up pages."""

from decimal import Decimal

from licenses.models import Producer


def load_of(producer: Producer) -> str:
    """Return open work against capacity: "3 / 25"."""
    desk, profile = getattr(producer, "load", None), getattr(producer, "profile", None)
    return f"{plain(desk.open_effort if desk else Decimal(0))} / {profile.capacity if profile else 'no profile'}"


def plain(number: Decimal) -> str:
    """Return a number without the zeros its column carries."""
    return f"{number.quantize(Decimal('0.01')).normalize():f}"
