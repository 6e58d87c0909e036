"""Entering a lead by hand; it goes the way every lead goes."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from accounts.errors import Invalid, Refused
from accounts.http import actor_of
from routing.admin.lead_form import EntryForm
from routing.admin.pages import reader_zone, require, show
from routing.services import intake


def enter_lead(request: HttpRequest) -> HttpResponse:
    """Show the form, or take in what it says; a second click acts once, by the form's key."""
    require(request, "leads.create")
    if request.method != "POST":
        return _page(request, EntryForm(initial=EntryForm.fresh()))
    form = EntryForm(request.POST)
    with timezone.override(reader_zone(request)):
        if not form.is_valid():
            return _page(request, form)
    try:
        answer = intake.enter(
            fields=form.payload(), key=form.cleaned_data["key"], actor=actor_of(request), now=timezone.now()
        )
    except Invalid as error:
        form.blame(error)
        return _page(request, form)
    except Refused as error:
        messages.error(request, error.message)
        return _page(request, form)
    messages.success(request, f"Taken in. {answer.body['reason']['text']}")
    return HttpResponseRedirect(reverse("admin:routing_lead_change", args=[answer.body["id"]]))


def _page(request: HttpRequest, form: EntryForm) -> HttpResponse:
    return show(request, "routing/enter_lead.html", {"title": "Enter a lead", "form": form})
