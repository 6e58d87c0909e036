"""Exports of the ledger: asked for on its page, followed here, and fetched once they are ready."""

from typing import Any, Final
from uuid import UUID

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    QueryDict,
)
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from accounts.errors import Missing
from accounts.http import actor_of
from accounts.policy_admin import ReadOnlyAdmin
from audit.models import Export
from audit.services import exporting
from routing.admin.ledger_form import LedgerForm
from routing.admin.pages import require, show

LISTED: Final = 30
TONES: Final = {"DONE": "ok", "RUNNING": "info", "WAITING": "info", "FAILED": "bad"}


@admin.register(Export)
class ExportAdmin(ReadOnlyAdmin):
    """Exports, on pages of their own."""

    resource = "audit"
    view_permission = "audit.export"

    def get_urls(self) -> list[URLPattern]:
        """Add asking for one, and taking it away."""
        view = self.admin_site.admin_view
        own = [
            path("new/", view(self.new), name="audit_export_new"),
            path("<uuid:pk>/file/", view(self.fetch), name="audit_export_fetch"),
            path("<uuid:pk>/manifest.json", view(self.manifest), name="audit_export_manifest"),
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """List them, the latest first."""
        require(request, "audit.export")
        page = Paginator(Export.objects.all(), LISTED).get_page(request.GET.get("page"))
        rows = [(each, TONES.get(each.state, "muted")) for each in page]
        return show(request, "routing/exports.html", {"title": "Exports", "page": page, "rows": rows})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show one; asked by htmx, only the part that changes while it is written."""
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET"])
        require(request, "audit.export")
        export = _get(object_id)
        context = {
            "title": "Export of the ledger",
            "export": export,
            "tone": TONES.get(export.state, "muted"),
            "is_running": export.state in {"WAITING", "RUNNING"},
            "told": LedgerForm(QueryDict(export.query)).told,
        }
        part = "_body" if getattr(request, "htmx", None) else ""
        return show(request, f"routing/export{part}.html", context)

    def new(self, request: HttpRequest) -> HttpResponse:
        """Ask for what a view of the ledger shows."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        require(request, "audit.export")
        query, form = request.POST.get("query", "")[:2000], request.POST.get("format", "")
        asked = LedgerForm(QueryDict(query))
        if not asked.is_valid() or form not in Export.Format.values:
            messages.error(request, "This view cannot be exported: something it asks for is not there any more.")
            return HttpResponseRedirect(reverse("admin:audit_entry_changelist"))
        export = exporting.ask(
            asked=asked.asked, query=asked.query, form=form, actor=actor_of(request), now=timezone.now()
        )
        messages.success(request, "The export is asked for; it begins as soon as a worker is free.")
        return HttpResponseRedirect(reverse("admin:audit_export_change", args=[export.pk]))

    def fetch(self, request: HttpRequest, pk: UUID) -> HttpResponseBase:
        """Give the file; by POST, since the ledger notes who took it."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        require(request, "audit.export")
        export = _get(str(pk))
        try:
            file = exporting.fetch(export=export, actor=actor_of(request), now=timezone.now())
        except Missing as error:
            raise Http404(error.message) from error
        return FileResponse(file.open("rb"), as_attachment=True, filename=export.file_name)

    def manifest(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Give what proves the file."""
        require(request, "audit.export")
        export = _get(str(pk))
        if export.manifest is None:
            raise Http404
        answer = HttpResponse(exporting.manifest_text(export), content_type="application/json")
        answer["Content-Disposition"] = f'attachment; filename="{export.file_name}.manifest.json"'
        return answer


def _get(object_id: str) -> Export:
    try:
        export = Export.objects.filter(pk=UUID(object_id)).first()
    except ValueError as error:
        raise Http404 from error
    if export is None:
        raise Http404
    return export
