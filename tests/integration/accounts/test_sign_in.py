"""The door: guessing is stopped after a few tries, whoever is guessed at, and however many guess at once."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.conf import LazySettings
from django.db import connection
from django.test import Client

from accounts import lockout
from accounts.models import Tally
from audit.models import Entry
from tests.integration.accounts.cast import NOON, PASSWORD, make_person

pytestmark = pytest.mark.django_db

WRONG = "wrong horse battery"


def sign_in(password: str, name: str = "kim", address: str = "203.0.113.5", **headers: str) -> str:
    """Try the door; return "in", "locked" or "wrong"."""
    credentials = {"username": name, "password": password}
    response = Client(REMOTE_ADDR=address, headers=headers).post("/admin/login/", credentials)
    if response.status_code == 302:
        return "in"
    return "locked" if b"Too many attempts" in response.content else "wrong"


def test_the_sixth_try_is_locked_out_even_with_the_right_password() -> None:
    make_person("kim")

    with time_machine.travel(NOON, tick=False):
        tries = [sign_in(WRONG) for _ in range(5)]
        sixth = sign_in(PASSWORD)

    assert (tries, sixth) == (["wrong"] * 5, "locked")


def test_the_lock_opens_by_itself() -> None:
    make_person("kim")
    with time_machine.travel(NOON, tick=False):
        for _ in range(6):
            sign_in(WRONG)

    with time_machine.travel(NOON + timedelta(minutes=14, seconds=59), tick=False):
        just_before = sign_in(PASSWORD)
    with time_machine.travel(NOON + timedelta(minutes=15), tick=False):
        just_after = sign_in(PASSWORD)

    assert (just_before, just_after) == ("locked", "in")


def test_unknown_names_are_answered_just_like_known_ones() -> None:
    make_person("kim")

    known = [sign_in(WRONG, "kim") for _ in range(6)]
    unknown = [sign_in(WRONG, "nobody", "203.0.113.6") for _ in range(6)]

    assert known == unknown == ["wrong"] * 5 + ["locked"]


def test_a_success_forgives_what_was_mistyped() -> None:
    make_person("kim")

    outcomes = [sign_in(WRONG) for _ in range(4)] + [sign_in(PASSWORD)] + [sign_in(WRONG) for _ in range(4)]

    assert outcomes == ["wrong"] * 4 + ["in"] + ["wrong"] * 4


def test_a_stranger_does_not_lock_somebody_out_elsewhere() -> None:
    make_person("kim")
    for _ in range(6):
        sign_in(WRONG, address="198.51.100.7")

    assert sign_in(PASSWORD, address="203.0.113.5") == "in"


def test_name_case_and_blanks_are_no_new_chance() -> None:
    outcomes = [sign_in(WRONG, name) for name in ("kim", "KIM", "Kim", " kim", "kIM", "kim")]

    assert outcomes == ["wrong"] * 5 + ["locked"]


def test_one_address_that_tries_many_names_is_stopped() -> None:
    outcomes = [sign_in(WRONG, f"name{number}") for number in range(51)]

    assert outcomes == ["wrong"] * 50 + ["locked"]


def test_many_addresses_that_try_one_name_are_stopped() -> None:
    outcomes = [sign_in(WRONG, "kim", f"198.51.100.{number}") for number in range(101)]

    assert outcomes == ["wrong"] * 100 + ["locked"]


def test_a_forged_forwarded_for_is_no_new_address() -> None:
    outcomes = [sign_in(WRONG, **{"X-Forwarded-For": f"198.51.100.{number}"}) for number in range(6)]

    assert outcomes == ["wrong"] * 5 + ["locked"]


def test_behind_a_proxy_only_its_own_word_counts(settings: LazySettings) -> None:
    settings.PROXIES = 1

    outcomes = [
        sign_in(WRONG, address="10.0.0.1", **{"X-Forwarded-For": f"198.51.100.{number}, 203.0.113.5"})
        for number in range(6)
    ]

    assert outcomes == ["wrong"] * 5 + ["locked"]


def test_walking_through_an_ipv6_network_is_no_new_address() -> None:
    outcomes = [sign_in(WRONG, address=f"2001:db8::{number}") for number in range(1, 7)]

    assert outcomes == ["wrong"] * 5 + ["locked"]


def test_a_lock_is_told_once_to_the_ledger() -> None:
    kim = make_person("kim")

    for _ in range(8):
        sign_in(WRONG)

    entry = Entry.objects.get()
    assert (entry.action, entry.target_id, entry.actor_label) == ("person.locked_out", str(kim.pk), "sign-in")


def test_counts_hold_no_name_and_are_forgotten_after_a_day() -> None:
    with time_machine.travel(NOON, tick=False):
        sign_in(WRONG)
    kept = list(Tally.objects.values_list("key", flat=True))

    lockout.admit(door="sign-in", name="lee", address="203.0.113.9", now=NOON + timedelta(days=1, seconds=1))

    assert len(kept) == 3
    assert all(len(key) == 64 and "kim" not in key for key in kept)
    assert not Tally.objects.filter(key__in=kept).exists()


@pytest.mark.django_db(transaction=True)
def test_forty_tries_at_once_are_five() -> None:
    barrier, admitted = threading.Barrier(8), []

    def try_often() -> None:
        try:
            barrier.wait(5)
            for _ in range(5):
                admission = lockout.admit(door="sign-in", name="kim", address="203.0.113.5", now=NOON)
                admitted.append(admission.refused_until is None)
        finally:
            connection.close()

    threads = [threading.Thread(target=try_often) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert (len(admitted), sum(admitted)) == (40, 5)


def test_a_session_gets_a_new_key_at_sign_in() -> None:
    make_person("kim")
    browser = Client()
    browser.get("/admin/login/")
    browser.session.save()
    planted = browser.session.session_key

    browser.post("/admin/login/", {"username": "kim", "password": PASSWORD})

    assert browser.session.session_key != planted


def test_signing_in_needs_the_csrf_token() -> None:
    make_person("kim")
    browser = Client(enforce_csrf_checks=True)

    response = browser.post("/admin/login/", {"username": "kim", "password": PASSWORD})

    assert response.status_code == 403
