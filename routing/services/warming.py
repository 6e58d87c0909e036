"""Read what every decision asks for, before the first lead comes."""

import logging

from django.db import connection

from routing.services import deciding, geography

log = logging.getLogger(__name__)


def warm_up() -> None:
    """Bring rules, roster and places into memory.

    What fails here is no reason not to start: without the pages nobody could put right what a lead would stumble over.
    """
    try:
        deciding.context()
        geography.remember_all()
    except Exception:
        log.exception("warming.failed")
    finally:
        connection.close()
