"""Which days and which pool a report is about: a form whose address can be kept and sent on."""

from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings

from routing.admin.forms import ServiceForm
from routing.models import Pool
from routing.queries.reports.scope import Scope

SPANS: Final = (7, 30, 90)  # days that end with today
USUAL: Final = 30
MOST: Final = 366
DAY: Final = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class ReportForm(ServiceForm):
    """A period and a pool. Two dates come before a number of days; without either it is the usual number."""

    days = forms.TypedChoiceField(
        choices=[(each, each) for each in SPANS], coerce=int, required=False, widget=forms.HiddenInput
    )
    since = forms.DateField(label="From", required=False, widget=DAY)
    until = forms.DateField(label="To, that day included", required=False, widget=DAY)
    pool = forms.ChoiceField(label="Pool", required=False)

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now, self.zone = now, ZoneInfo(settings.AGENCY_TIME_ZONE)
        self._pools = {pool.slug: pool for pool in Pool.objects.order_by("name")}
        names = [(pool.slug, pool.name) for pool in self._pools.values()]
        self.fields["pool"].choices = [("", "All pools"), *names]  # type: ignore[attr-defined]  # a choice field

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins, and one that is too long to be added up."""
        given = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if until and not since and "since" not in self.errors:
            self.add_error("since", "Say from which day.")
        elif since and until and until < since:
            self.add_error("until", "It ends before it begins.")
        elif since and (until or self._today) - since >= timedelta(days=MOST):
            self.add_error("since", f"Choose {MOST} days at most.")
        return given

    @property
    def _today(self) -> date:
        return self.now.astimezone(self.zone).date()

    @property
    def has_dates(self) -> bool:
        """Whether the period is given by its dates."""
        return bool(self.cleaned_data.get("since"))

    @property
    def chosen_days(self) -> int:
        """The number of days, where the period is given by that."""
        return self.cleaned_data.get("days") or USUAL

    @property
    def scope(self) -> Scope:
        """What the report is about; of a form that is valid."""
        given = self.cleaned_data
        pool = self._pools.get(given["pool"])
        if self.has_dates:
            return Scope(given["since"], given["until"] or max(self._today, given["since"]), self.zone, self.now, pool)
        return Scope.of_days(self.chosen_days, zone=self.zone, now=self.now, pool=pool)

    def query(self, **instead: Any) -> str:
        """Return the part of an address that asks for the same, or for something else where told so."""
        given = {name: self.data.get(name, "").strip() for name in self.fields} | instead
        return urlencode({name: value for name, value in given.items() if value not in ("", None)})
