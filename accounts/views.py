"""Pages for people who have no password, or forgot it."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.forms import AdminPasswordChangeForm
from django.contrib.auth import views
from django.contrib.auth.forms import SetPasswordForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy
from django.utils import timezone
from django.views.generic import FormView

from accounts import lockout, people
from accounts.http import address_of
from accounts.links import tokens
from accounts.models import User


class SiteContext:
    """What the admin's page frame asks for."""

    request: HttpRequest

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the site's own context."""
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]  # a mixin for views
        return {**admin.site.each_context(self.request), **context}


class AddressForm(forms.Form):
    """Where to send the link."""

    email = forms.EmailField(
        label="E-mail address", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean(self) -> dict[str, Any]:
        """Refuse who asks too often, known here or not."""
        tried = {"door": "reset", "name": self.cleaned_data.get("email", ""), "address": address_of(self.request)}
        if tried["name"] and lockout.admit(**tried, now=timezone.now()).refused_until:
            raise ValidationError("Too many requests. Try again in 15 minutes.", code="locked_out")
        return self.cleaned_data


class RequestReset(SiteContext, FormView[AddressForm]):
    """Ask for a link; the answer is the same whether the address is known or not."""

    form_class = AddressForm
    template_name = "registration/password_reset_form.html"
    success_url = reverse_lazy("password_reset_done")

    def get_form_kwargs(self) -> dict[str, Any]:
        """Tell the form who asks."""
        return {**super().get_form_kwargs(), "request": self.request}

    def form_valid(self, form: AddressForm) -> HttpResponse:
        """Send the link, if there is somebody to send it to."""
        people.request_reset(email=form.cleaned_data["email"], now=timezone.now())
        return super().form_valid(form)


class RequestResetDone(SiteContext, views.PasswordResetDoneView):
    """Say where to look for the link."""


class NewPasswordForm(SetPasswordForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """The new password, twice."""

    def save(self, commit: bool = True) -> User:
        """Set it."""
        person: User = self.user
        people.set_password(person=person, password=self.cleaned_data["new_password1"], now=timezone.now())
        return person


class SetPassword(SiteContext, views.PasswordResetConfirmView):
    """Set a password by a link that works once."""

    form_class = NewPasswordForm
    token_generator = tokens


class OwnPasswordForm(AdminPasswordChangeForm):
    """The old password once, the new one twice."""

    def save(self, commit: bool = True) -> User:
        """Set it."""
        person: User = self.user
        people.change_password(person=person, password=self.cleaned_data["new_password1"], now=timezone.now())
        return person


class ChangePassword(SiteContext, views.PasswordChangeView):
    """Change one's own password."""

    form_class = OwnPasswordForm
    success_url = reverse_lazy("admin:password_change_done")


class SetPasswordDone(SiteContext, views.PasswordResetCompleteView):
    """Lead on to the sign-in."""
