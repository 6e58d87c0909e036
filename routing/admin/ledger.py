"""The ledger in the admin: to be explored by auditors, changed by nobody."""

import json
from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.contrib import admin
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import NoReverseMatch, URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html

from accounts.http import actor_of
from accounts.policy import allows
from accounts.policy_admin import ReadOnlyAdmin
from audit import queries
from audit import services as audit
from audit.models import Entry, Export, SavedFilter
from audit.queries import Place
from routing.actor_words import actor_name
from routing.admin.forms import ServiceForm
from routing.admin.ledger_form import LedgerForm
from routing.admin.pages import Told, act, require, show
from routing.services import explaining

LISTED: Final = 50


class SaveForm(ServiceForm):
    """A name for a view of the ledger."""

    name = forms.CharField(max_length=80)
    is_shared = forms.BooleanField(label="Others may use it too", required=False)
    query = forms.CharField(required=False, widget=forms.HiddenInput)


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    """Who did what to what, and when."""

    resource = "audit"
    told = ("occurred_at", "who", "action", "target", "readable_detail")
    proof = ("id", "seq", "txid", "recorded_at", "position", "hash")
    fieldsets = ((None, {"fields": told}), ("Proof", {"fields": proof}))
    readonly_fields = (*told, *proof)

    def get_urls(self) -> list[URLPattern]:
        """Add keeping a view and dropping it."""
        view = self.admin_site.admin_view
        own = [
            path("filters/", view(self.save_filter), name="audit_filter_save"),
            path("filters/<int:filter_id>/delete/", view(self.delete_filter), name="audit_filter_delete"),
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show what is asked for, the latest first."""
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET"])
        return self._list(request, None)

    def _list(self, request: HttpRequest, saving: SaveForm | None) -> HttpResponse:
        require(request, "audit.view")
        form = LedgerForm(request.GET)
        context = {
            "title": "Ledger",
            "form": form,
            "query": form.query,
            "saved_filters": SavedFilter.objects.filter(Q(owner=request.user.pk) | Q(is_shared=True)).select_related(
                "owner"
            ),
            "saving": saving or SaveForm(initial={"query": form.query}, auto_id="save_%s"),
            "formats": Export.Format.choices,
            "may_save": allows(actor_of(request), "audit.export"),
        }
        if form.is_valid():
            context |= _found(form, request.GET)
        return show(request, "routing/ledger.html", context)

    def save_filter(self, request: HttpRequest) -> HttpResponse:
        """Keep a view."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        require(request, "audit.export")
        form = SaveForm(request.POST, auto_id="save_%s")

        def save() -> Told:
            saved = audit.save_filter(
                **form.cleaned_data, owner_id=int(actor_of(request).id), actor=actor_of(request), now=timezone.now()
            )
            return Told(f"“{saved.name}” is kept.")

        back = f"{reverse('admin:audit_entry_changelist')}?{form.data.get('query', '')}"
        return act(request, save, back=back, form=form, again=lambda: self._list(request, form))

    def delete_filter(self, request: HttpRequest, filter_id: int) -> HttpResponse:
        """Drop a view."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        require(request, "audit.export")
        saved = SavedFilter.objects.filter(pk=filter_id).first()
        if saved is None:
            raise Http404

        def drop() -> Told:
            audit.delete_filter(saved=saved, actor=actor_of(request), now=timezone.now())
            return Told(f"“{saved.name}” is gone.")

        return act(request, drop, back=reverse("admin:audit_entry_changelist"))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show one, headed by what happened in words."""
        entry = self.get_object(request, object_id)
        told = {"headline": explaining.sentence(entry).removesuffix(".")} if entry else {}
        return super().change_view(request, object_id, form_url, {**told, **(extra_context or {})})

    @admin.display(description="who")
    def who(self, entry: Entry) -> str:
        """Return the actor's name, and the one the ledger can be narrowed by."""
        return f"{actor_name(entry.actor_kind, entry.actor_label)} ({entry.actor_kind.lower()}:{entry.actor_id})"

    @admin.display(description="what to")
    def target(self, entry: Entry) -> str:
        """Link to what it was done to, where there is a page for it."""
        label = entry.target_label or entry.target_id
        url = address_of(entry)
        return format_html('<a href="{}">{}</a>', url, label) if url else label or "nothing in particular"

    @admin.display(description="detail")
    def readable_detail(self, entry: Entry) -> str:
        """Return the detail as indented JSON."""
        return format_html("<pre>{}</pre>", json.dumps(entry.detail, indent=2, sort_keys=True, ensure_ascii=False))

    @admin.display(description="position in the chain")
    def position(self, entry: Entry) -> str:
        """Return where in the chain the entry is sealed."""
        return str(entry.seal.position) if hasattr(entry, "seal") else "not sealed yet"

    @admin.display(description="hash")
    def hash(self, entry: Entry) -> str:
        """Return the hash of its link."""
        return entry.seal.hash if hasattr(entry, "seal") else ""


def _found(form: LedgerForm, given: Mapping[str, str]) -> dict[str, Any]:
    before, after = Place.read(given.get("before", "")), Place.read(given.get("after", ""))
    page = queries.page(form.asked, before=before, after=after, length=LISTED)
    return {
        "page": page,
        "is_first": before is None and after is None,
        "lines": [
            {"entry": entry, "text": text, "url": address_of(entry)}
            for entry, text in zip(page.entries, explaining.sentences(page.entries), strict=True)
        ],
    }


def address_of(entry: Entry) -> str:
    """Return the page of what an entry was done to, or nothing."""
    try:
        return reverse(f"admin:{entry.target_type.replace('.', '_')}_change", args=[entry.target_id])
    except NoReverseMatch:
        return ""
