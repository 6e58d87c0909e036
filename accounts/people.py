"""What administrators do with people, and people with their own password."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from accounts import policy
from accounts.actor import Actor
from accounts.errors import FieldProblem, Invalid, Missing, Refused
from accounts.models import User
from accounts.policy import Role
from audit import services as audit
from outbox import services as outbox


class LastAdministrator(Refused):
    """At least one administrator must remain: give somebody else that role first."""

    code = "people.last_administrator"


class AlreadySo(Refused):
    """Nothing to change: this is so already."""

    code = "people.already_so"


class Deactivated(Refused):
    """This person is deactivated: reactivate the account first."""

    code = "people.deactivated"


@transaction.atomic
def invite(
    *,
    email: str,
    role: Role,
    actor: Actor,
    now: datetime,
    username: str = "",
    first_name: str = "",
    last_name: str = "",
) -> User:
    """Create a person without a password and send a link to set one.

    The username is the e-mail address, unless one is given.

    :raises Forbidden: without `people.edit`
    :raises Invalid: if the address, name or role will not do or is taken
    """
    policy.require(actor, "people.edit")
    address = User.objects.normalize_email(email.strip())
    person = User(username=username or address, email=address, first_name=first_name, last_name=last_name, role=role)
    person.set_unusable_password()
    if not address:
        raise Invalid([FieldProblem("/email", "required", "An address is needed to send the link to.")])
    _validate(person)
    person.save()
    audit.record(at=now, actor=actor, action="person.invited", target=person, detail={"role": person.role})
    _send_link("person.invited", person, now)
    return person


@transaction.atomic
def edit(*, person: User, email: str, first_name: str, last_name: str, actor: Actor, now: datetime) -> None:
    """Change how a person is called and reached.

    :raises Forbidden: without `people.edit`
    :raises Invalid: if the address is no address or taken
    """
    policy.require(actor, "people.edit")
    current = _lock(person)
    wanted = {"email": User.objects.normalize_email(email), "first_name": first_name, "last_name": last_name}
    changed = sorted(name for name, value in wanted.items() if getattr(current, name) != value)
    if not changed:
        return
    for name in changed:
        setattr(current, name, wanted[name])
    _validate(current)
    current.save(update_fields=changed)
    audit.record(at=now, actor=actor, action="person.edited", target=current, detail={"fields": changed})


@transaction.atomic
def change_role(*, person: User, role: Role, actor: Actor, now: datetime) -> None:
    """Give a person another role and end every session begun under the old one.

    :raises Forbidden: without `people.edit`
    :raises AlreadySo: if it is the role already
    :raises LastAdministrator: if nobody else could administer
    """
    policy.require(actor, "people.edit")
    current = _lock(person)
    before = current.role
    if before == role.value:
        raise AlreadySo
    _require_another_administrator(current)
    current.role = role.value
    current.session_epoch += 1
    current.save(update_fields=["role", "session_epoch"])
    detail = {"before": before, "after": role.value}
    audit.record(at=now, actor=actor, action="person.role_changed", target=current, detail=detail)


@transaction.atomic
def deactivate(*, person: User, actor: Actor, now: datetime) -> None:
    """Shut a person out: sessions and links end at once.

    :raises Forbidden: without `people.edit`
    :raises AlreadySo: if the person is deactivated
    :raises LastAdministrator: if nobody else could administer
    """
    policy.require(actor, "people.edit")
    current = _lock(person)
    if not current.is_active:
        raise AlreadySo
    _require_another_administrator(current)
    current.is_active = False
    current.session_epoch += 1
    current.save(update_fields=["is_active", "session_epoch"])
    audit.record(at=now, actor=actor, action="person.deactivated", target=current)
    outbox.publish(topic="person.deactivated", payload={"person_id": current.pk}, at=now)


@transaction.atomic
def reactivate(*, person: User, actor: Actor, now: datetime) -> None:
    """Let a deactivated person in again, with the old password and role.

    :raises Forbidden: without `people.edit`
    :raises AlreadySo: if the person is active
    """
    policy.require(actor, "people.edit")
    current = _lock(person)
    if current.is_active:
        raise AlreadySo
    current.is_active = True
    current.save(update_fields=["is_active"])
    audit.record(at=now, actor=actor, action="person.reactivated", target=current)


@transaction.atomic
def send_reset(*, person: User, actor: Actor, now: datetime) -> None:
    """Send somebody a link to set a new password; the old one works until then.

    :raises Forbidden: without `people.edit`
    :raises Deactivated: if the person may not sign in anyway
    """
    policy.require(actor, "people.edit")
    if not _lock(person).is_active:
        raise Deactivated
    audit.record(at=now, actor=actor, action="person.reset_sent", target=person)
    _send_link("person.reset_requested", person, now)


@transaction.atomic
def request_reset(*, email: str, now: datetime) -> None:
    """Send a link to the active person with this address; do the like of nothing if there is none."""
    person = User.objects.filter(email__iexact=email.strip(), is_active=True).exclude(email="").first()
    if person:
        audit.record(at=now, actor=person.actor(), action="person.reset_requested", target=person)
        _send_link("person.reset_requested", person, now)


@transaction.atomic
def set_password(*, person: User, password: str, now: datetime) -> None:
    """Set the password of somebody who followed a link, and end every session.

    :raises Deactivated: if the person may not sign in any more
    """
    current = _lock(person)
    if not current.is_active:
        raise Deactivated
    current.set_password(password)
    current.session_epoch += 1
    current.save(update_fields=["password", "session_epoch"])
    audit.record(at=now, actor=current.actor(), action="person.password_set", target=current)


@transaction.atomic
def change_password(*, person: User, password: str, now: datetime) -> None:
    """Set the password of somebody who is signed in and gave the old one; every other session ends with the old one.

    :raises Deactivated: if the person may not sign in any more
    """
    current = _lock(person)
    if not current.is_active:
        raise Deactivated
    current.set_password(password)
    current.save(update_fields=["password"])
    person.password = current.password  # the session at hand goes on under it
    audit.record(at=now, actor=current.actor(), action="person.password_changed", target=current)


def _lock(person: User) -> User:
    """Lock the person and, in one order, every administrator, so that two cannot depose each other."""
    administrators = User.objects.administrators().values("pk")
    rows = User.objects.select_for_update(no_key=True).filter(Q(pk=person.pk) | Q(pk__in=administrators)).order_by("pk")
    found = next((row for row in rows if row.pk == person.pk), None)
    if found is None:
        raise Missing("This person is not here any more.")
    return found


def _require_another_administrator(person: User) -> None:
    administers = person.role == Role.ADMINISTRATOR.value and person.is_active
    if administers and not User.objects.administrators().exclude(pk=person.pk).exists():
        raise LastAdministrator


def _validate(person: User) -> None:
    try:
        person.full_clean(exclude=["password"])
    except ValidationError as error:
        problems = [
            FieldProblem("" if name == "__all__" else f"/{name}", "invalid", " ".join(messages))
            for name, messages in error.message_dict.items()
        ]
        raise Invalid(problems) from error


def _send_link(topic: str, person: User, now: datetime) -> None:
    """Ask for the letter. The link is made when it is sent: a token in the outbox would be a key left in the door."""
    outbox.publish(topic=topic, payload={"person_id": person.pk}, at=now, aggregate=f"person:{person.pk}")
