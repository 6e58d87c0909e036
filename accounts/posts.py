"""Buttons on admin pages: views that take POST alone, call one service and tell its answer."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse

from accounts.errors import Refused
from accounts.policy_admin import PolicyPermissions

Act = Callable[[HttpRequest, Any], str]
"""Call the service on one row for whoever makes the request, and return the sentence that says what was done."""


class PostButtons(PolicyPermissions):
    """Give a model admin buttons, each `<id>/<name>/` under its list, and `admin:<app>_<model>_<name>`.

    The permission is asked before the row is looked for; the service asks again.
    """

    def buttons(self) -> dict[str, Act]:
        """Return what each button does, by name."""
        return {}

    def get_urls(self) -> list[URLPattern]:
        """Put the buttons before the admin's own pages."""
        stem = f"{self.opts.app_label}_{self.opts.model_name}"
        own = [
            path(f"<path:object_id>/{name}/", self.admin_site.admin_view(self._view(act)), name=f"{stem}_{name}")
            for name, act in self.buttons().items()
        ]
        return [*own, *super().get_urls()]  # type: ignore[misc]  # of the model admin this is mixed into

    def _view(self, act: Act) -> Callable[..., HttpResponse]:
        def view(request: HttpRequest, object_id: str) -> HttpResponse:
            if not self.may_edit(request):
                raise PermissionDenied
            if request.method != "POST":
                return HttpResponseNotAllowed(["POST"])
            row = self._row(request, object_id)
            try:
                messages.success(request, act(request, row))
            except Refused as refusal:
                messages.error(request, refusal.message)
            return HttpResponseRedirect(reverse(self._page_name(), args=[row.pk], current_app=self.admin_site.name))

        return view

    def _row(self, request: HttpRequest, object_id: str) -> Model:
        try:
            row: Model = self.get_queryset(request).get(pk=unquote(object_id))
        except (self.model.DoesNotExist, ValidationError, ValueError) as error:
            raise Http404 from error
        return row

    def _page_name(self) -> str:
        return f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
