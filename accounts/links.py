"""One-time links to set a password."""

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts.models import User


class LinkTokens(PasswordResetTokenGenerator):
    """Tokens that die with a password, a sign-in, a change of address, role or state, or after three days."""

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)}{user.is_active}{user.session_epoch}"


tokens = LinkTokens()


def link_for(person: User) -> str:
    """Return the address of the page where this person sets a password, on our own host whatever a request claimed."""
    keys = {"uidb64": urlsafe_base64_encode(force_bytes(person.pk)), "token": tokens.make_token(person)}
    return f"{settings.PUBLIC_BASE_URL.rstrip('/')}{reverse('password_reset_confirm', kwargs=keys)}"
