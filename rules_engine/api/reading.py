"""Reading what a call was sent: its body, and the tag of what its sender looked at."""

import re
from typing import Any, Final

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from accounts.errors import Refused

IF_MATCH: Final = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, required=True, description="The ETag of what you looked at, as it came."
)
ETAG: Final = OpenApiParameter("ETag", str, OpenApiParameter.HEADER, response=[200, 201], description="Its tag.")


class TagRequired(Refused):
    """Say which state you looked at: send its ETag in If-Match."""

    code = "tag.required"
    status = 428


class TagMalformed(Refused):
    """If-Match takes one ETag as it was given to you, quotes included."""

    code = "tag.malformed"
    status = 400


def read(shape: Any, request: Request) -> dict[str, Any]:
    """Return what a serializer makes of the body; its complaints rise as a 400."""
    serializer = shape(data=request.data)
    serializer.is_valid(raise_exception=True)
    given: dict[str, Any] = serializer.validated_data
    return given


def seen_by(request: Request) -> str:
    """Return the hash of what the sender looked at: nothing is changed unseen.

    :raises TagRequired: if none was sent
    :raises TagMalformed: if it is none of ours
    """
    tag = request.headers.get("If-Match", "").strip()
    if not tag:
        raise TagRequired
    if not re.fullmatch('"[0-9a-f]{64}"', tag):
        raise TagMalformed
    return tag.strip('"')


def tagged(content_hash: str) -> dict[str, str]:
    """Return the header that names a state."""
    return {"ETag": f'"{content_hash}"'}
