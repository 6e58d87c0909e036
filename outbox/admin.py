"""Outgoing messages in the admin: to be looked at, and revived when dead."""

import json
from typing import Any, Final

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html

from accounts.http import actor_of
from accounts.policy_admin import BoundedPaginator, ReadOnlyAdmin
from accounts.posts import Act, PostButtons
from outbox import services as outbox
from outbox.models import Circuit, Message

ID_DASHES: Final = 4  # in a lead's id


class StateFilter(admin.SimpleListFilter):
    """What became of the message."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer the three states."""
        return [("waiting", "Waiting"), ("delivered", "Delivered"), ("dead", "Dead")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        """Keep one state."""
        if self.value() == "waiting":
            return queryset.filter(done_at=None, dead_at=None)
        if self.value() == "delivered":
            return queryset.filter(done_at__isnull=False)
        return queryset.filter(dead_at__isnull=False) if self.value() == "dead" else queryset


@admin.register(Message)
class MessageAdmin(PostButtons, ReadOnlyAdmin):
    """What was, or still is, to be told to the outside."""

    resource = "setup"
    list_display = ("at", "topic", "about", "state", "attempts", "next_at", "last_error")
    list_filter = (StateFilter, "at")
    search_fields = ("=topic", "=aggregate")
    search_help_text = "A whole topic, such as lead.assigned, or the whole id of what it is about."
    ordering = ("-seq",)
    show_full_result_count = False
    paginator = BoundedPaginator
    change_form_template = "outbox/message_change_form.html"
    fields = (
        *("id", "topic", "aggregate", "readable_payload", "at", "state", "attempts", "next_at", "lease_until"),
        *("readable_progress", "last_error", "done_at", "dead_at"),
    )
    readonly_fields = fields

    @admin.display(description="about", ordering="aggregate")
    def about(self, message: Message) -> str:
        """Return the end of the id of what it tells of, a lead's above all, as the ledger writes it."""
        return message.aggregate.rpartition("-")[2] if message.aggregate.count("-") == ID_DASHES else message.aggregate

    @admin.display(description="state")
    def state(self, message: Message) -> str:
        """Say what became of the message."""
        if message.done_at:
            return "Delivered"
        return "Dead" if message.dead_at else "Waiting"

    @admin.display(description="payload")
    def readable_payload(self, message: Message) -> str:
        """Return the payload as indented JSON."""
        return format_html("<pre>{}</pre>", json.dumps(message.payload, indent=2, sort_keys=True, ensure_ascii=False))

    @admin.display(description="consumers")
    def readable_progress(self, message: Message) -> str:
        """Return what each consumer made of it."""
        return ", ".join(f"{path}: {state.lower()}" for path, state in message.progress.items()) or "none"

    def buttons(self) -> dict[str, Act]:
        """Offer the dead another life."""
        return {"revive": self._revive}

    def _revive(self, request: HttpRequest, message: Message) -> str:
        outbox.revive(message=message, actor=actor_of(request), now=timezone.now())
        return "The message will be tried again within seconds."

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Tell the page whether to show the button."""
        shown = {"may_revive": self.may_edit(request), **(extra_context or {})}
        return super().change_view(request, object_id, form_url, shown)


@admin.register(Circuit)
class CircuitAdmin(ReadOnlyAdmin):
    """How the consumers fare that ever failed."""

    resource = "setup"
    list_display = ("consumer", "state", "failures", "opened_at", "retry_at")
    fields = list_display
    readonly_fields = list_display

    @admin.display(description="state")
    def state(self, circuit: Circuit) -> str:
        """Say whether messages go to the consumer."""
        return "Open: spared after failures in a row" if circuit.retry_at else "Closed"
