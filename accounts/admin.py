"""People in the admin: invited, edited and shut out by services, never deleted."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from accounts import people
from accounts.errors import Refused
from accounts.history_admin import HistoryPages
from accounts.http import actor_of
from accounts.models import User
from accounts.policy import Role
from accounts.policy_admin import PolicyAdmin
from accounts.posts import Act, PostButtons

admin.site.unregister(Group)  # roles come from the policy table


@admin.register(User)
class UserAdmin(PostButtons, HistoryPages, PolicyAdmin):
    """Who works here, and as what."""

    resource = "people"
    list_display = ("full_name", "username", "email", "role", "is_active", "last_login")
    list_filter = ("role", "is_active")
    search_fields = ("username", "first_name", "last_name", "email")
    ordering = ("last_name", "first_name", "username")
    fields = ("username", "email", "first_name", "last_name", "role")
    change_list_template = "accounts/user_change_list.html"
    change_form_template = "accounts/user_change_form.html"

    @admin.display(description="name", ordering="last_name")
    def full_name(self, person: User) -> str:
        """Return the name people are called by."""
        return str(person)

    @admin.display(description="username")
    def sign_in_name(self, person: User) -> str:
        """Return what they sign in with, without what a new one must be made of."""
        return person.username

    @admin.display(description="active", boolean=True)
    def may_sign_in(self, person: User) -> bool:
        """Say whether they may sign in: the buttons above the form change it."""
        return person.is_active

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Keep the username: others have learnt it."""
        return ("sign_in_name", "may_sign_in", "last_login") if obj else ()

    def get_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Show the state of somebody who is here already."""
        return ("sign_in_name", *self.fields[1:], "may_sign_in", "last_login") if obj else self.fields

    def get_form(self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any) -> Any:
        """Ask for an address: the link to set a password goes there."""
        form = super().get_form(request, obj, change=change, **kwargs)
        if "email" in form.base_fields:
            form.base_fields["email"].required = True
        if "username" in form.base_fields:
            form.base_fields["username"].help_text = "What to sign in with. Letters, digits and @ . + - _ only."
        return form

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm[User], change: bool) -> None:
        """Invite or edit through the service."""
        who: dict[str, Any] = {"actor": actor_of(request), "now": timezone.now()}
        names = {name: form.cleaned_data[name] for name in ("email", "first_name", "last_name")}
        role = Role(form.cleaned_data["role"])
        if not change:
            invited = people.invite(username=form.cleaned_data["username"], role=role, **names, **who)
            obj.pk, obj._state.adding = invited.pk, False
            return
        people.edit(person=obj, **names, **who)
        if "role" in form.changed_data:
            people.change_role(person=obj, role=role, **who)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Call it what it does: somebody gets a letter."""
        return super().add_view(request, form_url, {"title": "Invite somebody", **(extra_context or {})})

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Tell a service's refusal where the form was sent from."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Refused as refusal:
            messages.error(request, refusal.message)
            return HttpResponseRedirect(request.get_full_path())

    def buttons(self) -> dict[str, Act]:
        """Offer what is no field of the form."""
        return {"reset": self._reset, "deactivate": self._deactivate, "reactivate": self._reactivate}

    def _reset(self, request: HttpRequest, person: User) -> str:
        people.send_reset(person=person, actor=actor_of(request), now=timezone.now())
        return f"A link to set a password is on its way to {person.email}."

    def _deactivate(self, request: HttpRequest, person: User) -> str:
        people.deactivate(person=person, actor=actor_of(request), now=timezone.now())
        return f"{person} is deactivated and signed out everywhere."

    def _reactivate(self, request: HttpRequest, person: User) -> str:
        people.reactivate(person=person, actor=actor_of(request), now=timezone.now())
        return f"{person} may sign in again."
