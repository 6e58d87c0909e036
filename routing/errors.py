"""Routing's refusals that more than one module raises."""

from accounts.errors import Refused


class WrongState(Refused):
    """The lead has moved on since you looked; reload it."""

    code = "lead.wrong_state"


class TakenByAnother(Refused):
    """Somebody else has taken this item."""

    code = "queue.taken"


class NotYours(Refused):
    """This lead is not in your hands."""

    code = "lead.not_yours"
    status = 403
