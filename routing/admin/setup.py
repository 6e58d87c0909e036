"""The agency's own page."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from accounts.http import actor_of
from routing.admin.inputs import OwnedForm, WeekFormSet
from routing.admin.saving import SetupPages, SetupRows
from routing.models import Agency, AgencyHoliday, AgencyHours
from routing.services import setup


class HoursRows(SetupRows):
    """The agency's week; a day may have several spans."""

    model = AgencyHours
    resource = "setup"
    formset = WeekFormSet
    fields = ("weekday", "opens", "closes")
    verbose_name = "opening"
    verbose_name_plural = "hours"


class HolidayRows(SetupRows):
    """Days on which the agency is closed."""

    model = AgencyHoliday
    resource = "setup"
    fields = ("date", "name")
    verbose_name = "holiday"
    verbose_name_plural = "holidays"


@admin.register(Agency)
class AgencyAdmin(SetupPages):
    """The one agency: its list is its page."""

    resource = "setup"
    form = OwnedForm
    inlines = (HoursRows, HolidayRows)
    readonly_fields = ("time_zone",)
    change_form_template = "routing/agency_form.html"
    fieldsets = (
        (None, {"fields": ("name", "time_zone")}),
        ("From how many points a lead is", {"fields": ("hot_from", "warm_from")}),
        ("Who answers when no pool's manager does", {"fields": ("manager", "deputy")}),
    )

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Say what the fields are for."""
        helps = {"warm_from": "Below that it is low.", "manager": "Owns what waits and belongs to no pool's manager."}
        labels = {"hot_from": "Hot from", "warm_from": "Warm from"}
        return super().get_form(request, obj, change=change, **{**kwargs, "help_texts": helps, "labels": labels})

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let nobody add a second agency."""
        return super().has_add_permission(request) and not Agency.objects.exists()

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Go to the agency's page; before there is one, to the form that makes it."""
        agency = Agency.objects.first()
        if agency is not None and self.may_view(request):
            return HttpResponseRedirect(reverse("admin:routing_agency_change", args=[agency.pk]))
        if self.has_add_permission(request):
            return HttpResponseRedirect(reverse("admin:routing_agency_add"))
        return super().changelist_view(request, extra_context)

    def response_post_save_change(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        """Stay on the page: there is no list."""
        return HttpResponseRedirect(reverse("admin:routing_agency_change", args=[obj.pk]))

    def save_whole(self, request: HttpRequest, row: Any, rows: Sequence[Any], removed: Sequence[Any]) -> None:
        """Save through the service."""
        setup.save_agency(agency=row, rows=rows, removed=removed, actor=actor_of(request), now=timezone.now())

    @admin.display(description="Time zone")
    def time_zone(self, agency: Agency) -> str:
        """Return the zone hours and holidays are meant in."""
        return f"{settings.AGENCY_TIME_ZONE} (AGENCY_TIME_ZONE in the environment)"
