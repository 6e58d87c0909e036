"""The API as a lead source or a person calls it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from routing.models import Assignment, Decision, IntakeRecord, Lead, Person, QueueItem

LEADS = "/api/v1/leads/"


@dataclass(frozen=True)
class Heard:
    """What was answered."""

    status: int
    body: Any
    type: str = "application/json"

    @property
    def code(self) -> Any:
        """The problem's code."""
        return self.body["code"]

    @property
    def faults(self) -> set[tuple[str, str]]:
        """Each field at fault: its pointer and the code."""
        return {(each["pointer"], each["code"]) for each in self.body.get("errors", [])}


@dataclass
class Door:
    """One caller: a source by its key, or whoever is signed in to the client."""

    key: str = ""
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def post(self, path: str, body: Any = None, **headers: str) -> Heard:
        """Post JSON, or bytes as they are."""
        data = body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()
        return _heard(self.client.post(path, data, content_type="application/json", headers=self._headers(headers)))

    def get(self, path: str) -> Heard:
        """Get a path."""
        return _heard(self.client.get(path, headers=self._headers({})))

    def send(self, body: Any, key: str = "") -> Heard:
        """Send a lead, under an idempotency key if one is named."""
        return self.post(LEADS, body, **({"Idempotency-Key": key} if key else {}))

    def _headers(self, more: Mapping[str, str]) -> dict[str, str]:
        return {**({"Authorization": f"Api-Key {self.key}"} if self.key else {}), **more}


def _heard(response: Any) -> Heard:
    return Heard(response.status_code, response.json(), response.headers["Content-Type"])


def written() -> dict[str, int]:
    """Return how many rows a lead leaves in each table."""
    return {model.__name__: model._default_manager.count() for model in (Lead, Person, Decision, Assignment, QueueItem)}


NOTHING = {"Lead": 0, "Person": 0, "Decision": 0, "Assignment": 0, "QueueItem": 0}


def kept_bodies() -> list[bytes]:
    """Return the raw bodies kept, oldest first."""
    return [bytes(each.raw_body or b"") for each in IntakeRecord.objects.order_by("received_at", "id")]
