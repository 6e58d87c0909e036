"""What the licence pages share: the services that save their facts, and the forms that read them."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.http import actor_of
from accounts.policy_admin import PolicyTabularInline
from accounts.whole_pages import PlainFields, WholePages
from licenses import services as licenses
from licenses.admin.inputs import FactForm, FactRows


class FactInline(PlainFields, PolicyTabularInline):
    """Facts within the page of what they belong to."""

    resource = "licenses"
    form = FactForm
    formset = FactRows
    deletable = True
    related: tuple[str, ...] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Read what the rows are named by along."""
        return super().get_queryset(request).select_related(*self.related)


class FactPages(WholePages):
    """Pages of a producer's facts. Nothing is deleted: it gets a status."""

    resource = "licenses"
    form = FactForm

    def save_whole(self, request: HttpRequest, row: Any, rows: Sequence[Any], removed: Sequence[Any]) -> None:
        """Call the service that saves a producer's facts."""
        licenses.save(facts=(row, *rows), removed=removed, actor=actor_of(request), now=timezone.now())


class ReferencePages(FactPages):
    """Pages of rows that hold for everybody."""

    def save_whole(self, request: HttpRequest, row: Any, rows: Sequence[Any], removed: Sequence[Any]) -> None:
        """Call the service that saves reference data."""
        licenses.save_reference(rows=(row,), actor=actor_of(request), now=timezone.now())
