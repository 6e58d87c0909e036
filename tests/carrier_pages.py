"""A site of one model, carriers with their contracts, to test what every admin page shares."""

from django.urls import path

from accounts.history_admin import HistoryPages
from accounts.policy_admin import PolicyAdmin, PolicyTabularInline
from config.site import FairleadSite
from licenses.models import Carrier, CarrierContract


class ContractInline(PolicyTabularInline):
    """Contracts within their carrier."""

    model = CarrierContract
    resource = "licenses"


class CarrierPages(HistoryPages, PolicyAdmin):
    """Carriers, with a filter, a search and dates."""

    resource = "licenses"
    deletable = True
    inlines = [ContractInline]
    list_display = ["name", "cocode"]
    list_filter = ["name"]
    search_fields = ["name"]


site = FairleadSite()
site.register(Carrier, CarrierPages)
urlpatterns = [path("admin/", site.urls)]
