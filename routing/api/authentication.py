"""Who is calling: a lead source, by its key."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.actor import Actor
from accounts.api import Allows
from routing.models import LeadSource
from routing.models.source import hash_key
from routing.services.intake import source_actor


class SourceUser:
    """A lead source in the place where the framework expects a user."""

    is_authenticated = True
    is_active = True
    pk = None

    def __init__(self, source: LeadSource) -> None:
        self.source = source

    def actor(self) -> Actor:
        """Return the source as an actor, with its key's scopes as permissions."""
        return source_actor(self.source)


class SourceKeyAuthentication(BaseAuthentication):
    """`Authorization: Api-Key <key>`."""

    keyword = "Api-Key"

    def authenticate(self, request: Request) -> tuple[SourceUser, LeadSource] | None:
        """Return the source whose key was sent, or None where another scheme was used."""
        scheme, _, key = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != self.keyword.lower():
            return None
        source = LeadSource.objects.filter(key_hash=hash_key(key.strip()), is_active=True).first()
        if source is None:
            raise AuthenticationFailed("This key is not known, or its source is switched off.")
        return SourceUser(source), source

    def authenticate_header(self, request: Request) -> str:
        """Name the scheme, so that a missing key answers 401 and not 403."""
        return self.keyword


class SourceKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # the base class is untyped
    """How the key reads in the OpenAPI document."""

    target_class = "routing.api.authentication.SourceKeyAuthentication"
    name = "ApiKey"

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, list[Any]]]:
        """Leave keys out where the policy table decides: they carry scopes, and none of its permissions."""
        asked = auto_schema.view.permission_classes
        return [] if any(isinstance(each, Allows) for each in asked) else [{self.name: []}]

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Describe the header."""
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": "Api-Key <key>"}
