"""Producers, with everything they are judged by."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest

from accounts.models import User
from accounts.policy import Role
from licenses.admin.saving import FactInline, FactPages
from licenses.models import Appointment, CarrierContract, Certification, License, Producer


class LicenseRows(FactInline):
    """Licences; their lines are on the licence's own page."""

    model = License
    deletable = False  # a licence that ended has a status, and an assignment may stand on it
    show_change_link = True
    fields = (
        "state",
        "license_class",
        "number",
        "residency",
        "status",
        "effective_date",
        "expiry_date",
        "is_perpetual",
    )


class ContractRows(FactInline):
    """Contracts with carriers."""

    model = CarrierContract
    related = ("carrier",)
    fields = ("carrier", "status", "states", "products", "start_date", "end_date")


class AppointmentRows(FactInline):
    """Appointments by carriers."""

    model = Appointment
    related = ("carrier",)
    fields = ("carrier", "state", "lines", "status", "effective_date", "terminated_date", "termination_reason")


class CertificationRows(FactInline):
    """Courses and certificates."""

    model = Certification
    fields = ("kind", "state", "carrier", "product", "plan_year", "valid_from", "valid_until", "status")


@admin.register(Producer)
class ProducerAdmin(FactPages):
    """Who sells, and what the law lets them sell."""

    list_display = ("name", "npn", "resident_state", "active_licenses", "status")
    list_filter = ("status", "resident_state")
    search_fields = ("first_name", "last_name", "npn", "email")
    ordering = ("last_name", "first_name")
    inlines = (LicenseRows, ContractRows, AppointmentRows, CertificationRows)
    fieldsets = (
        (None, {"fields": ("first_name", "last_name", "npn", "email")}),
        ("Home", {"fields": ("resident_state", "time_zone")}),
        ("Work", {"fields": ("status", "user")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Producer]:
        """Count the active licences."""
        active = Count("licenses", filter=Q(licenses__status=License.Status.ACTIVE))
        producers: QuerySet[Producer] = super().get_queryset(request).annotate(active_count=active)
        return producers

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the people who sign in as producers."""
        if db_field.name == "user":
            kwargs["queryset"] = User.objects.filter(role=Role.PRODUCER.value).order_by("last_name", "first_name")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(ordering="last_name")
    def name(self, producer: Producer) -> str:
        """Return the name."""
        return str(producer)

    @admin.display(description="Active licenses", ordering="active_count")
    def active_licenses(self, producer: Any) -> int:
        """Return how many licences are active."""
        return int(producer.active_count)
