"""The outbox's verbs: publish, relay, revive."""

from outbox.services.publishing import message, publish, publish_many
from outbox.services.relaying import relay
from outbox.services.reviving import NotDead, revive

__all__ = ["NotDead", "message", "publish", "publish_many", "relay", "revive"]
