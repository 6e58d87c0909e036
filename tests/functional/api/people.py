"""People at the API's door, each by their first name; every answer they get is held to the description."""

from accounts.models import User
from accounts.policy import Role
from tests.factories import make_user
from tests.functional.api.described import DescribedDoor

SETS = "/api/v1/rulesets/"


def person(role: Role, name: str) -> DescribedDoor:
    """Return somebody new, signed in."""
    return door_of(make_user(role, username=name.lower(), first_name=name, last_name="Ops"))


def door_of(user: User) -> DescribedDoor:
    """Return somebody who is there already, signed in."""
    door = DescribedDoor()
    door.client.force_login(user)
    return door
