"""The API as a lead source or a person calls it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from routing.models import Assignment, Decision, IntakeRecord, Lead, Person, QueueItem

LEADS = "/api/v1/leads/"


@dataclass(frozen=True)
class Heard:
    """What was answered."""

    status: int
    body: Any
    type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

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
        return self.call("POST", path, {} if body is None else body, **headers)

    def get(self, path: str) -> Heard:
        """Get a path."""
        return self._told("GET", path, self.client.get(path, headers=self._headers({})))

    def call(self, method: str, path: str, body: Any = b"", **headers: str) -> Heard:
        """Call by any method, with JSON or bytes as they are."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = self._headers({name.replace("_", "-"): value for name, value in headers.items()})
        return self._told(
            method, path, self.client.generic(method, path, data, content_type="application/json", headers=sent)
        )

    def send_file(self, path: str, name: str, data: bytes, **fields: str) -> Heard:
        """Post a file, with other fields beside it."""
        sent = {"file": SimpleUploadedFile(name, data), **fields}
        return self._told("POST", path, self.client.post(path, sent, headers=self._headers({})))

    def send(self, body: Any, key: str = "") -> Heard:
        """Send a lead, under an idempotency key if one is named."""
        return self.post(LEADS, body, **({"Idempotency-Key": key} if key else {}))

    def _headers(self, more: Mapping[str, str]) -> dict[str, str]:
        return {**({"Authorization": f"Api-Key {self.key}"} if self.key else {}), **more}

    def _told(self, method: str, path: str, response: Any) -> Heard:
        sort = response.headers.get("Content-Type", "")
        body = (response.json() if "json" in sort else response.content) if response.content else None
        return Heard(response.status_code, body, sort, dict(response.headers))


def written() -> dict[str, int]:
    """Return how many rows a lead leaves in each table."""
    return {model.__name__: model._default_manager.count() for model in (Lead, Person, Decision, Assignment, QueueItem)}


NOTHING = {"Lead": 0, "Person": 0, "Decision": 0, "Assignment": 0, "QueueItem": 0}


def kept_bodies() -> list[bytes]:
    """Return the raw bodies kept, oldest first."""
    return [bytes(each.raw_body or b"") for each in IntakeRecord.objects.order_by("received_at", "id")]
