"""The outbox's verbs: publish, relay, revive, prune."""

from outbox.services.pruning import prune_due
from outbox.services.publishing import message, publish, publish_many
from outbox.services.relaying import relay
from outbox.services.reviving import NotDead, revive

__all__ = ["NotDead", "message", "prune_due", "publish", "publish_many", "relay", "revive"]
