"""Operations keep named lists through the pages; a list that draft rules name is not deleted."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.policy import Role
from rules_engine.models import NamedList
from tests.factories import GATE_RULE, make_rule_set, make_user

STATES = {"name": "Strict states", "slug": "strict-states", "field": "lead.state"}


@pytest.fixture
def ops(client: Client, db: None) -> Client:
    client.force_login(make_user(Role.OPERATIONS, first_name="Olga", last_name="Ops"))
    return client


def url(name: str, *args: object) -> str:
    return reverse(f"admin:rules_engine_namedlist_{name}", args=args)


def make_list(**fields: Any) -> NamedList:
    return NamedList.objects.create(**{**STATES, "values": ["CA", "FL"], **fields})


def test_a_list_is_made_of_codes_and_names(ops: Client) -> None:
    ops.post(url("add"), {**STATES, "values": "FL\ncalifornia, NY"})

    made = NamedList.objects.get()
    assert (made.slug, made.values) == ("strict-states", ["FL", "CA", "NY"])
    assert str(made.history.get().history_user) == "Olga Ops"


def test_numbers_are_numbers(ops: Client) -> None:
    ops.post(url("add"), {"name": "Round ages", "slug": "round", "field": "lead.age", "values": "50, 65"})

    assert NamedList.objects.get().values == [50, 65]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"values": "FL, Atlantis"}, "values"),
        ({"values": "FL, FL"}, "values"),
        ({"values": " ,"}, "values"),
        ({"slug": "Strict_States"}, "slug"),
        ({"field": "lead.has_phone"}, "field"),
        ({"field": ""}, "field"),
    ],
    ids=str,
)
def test_what_cannot_be_used_is_named_at_its_place(ops: Client, change: dict[str, str], place: str) -> None:
    answer = ops.post(url("add"), {**STATES, "values": "FL", **change})

    assert list(answer.context["adminform"].form.errors) == [place]
    assert not NamedList.objects.exists()


def test_the_values_of_a_list_with_options_are_ticked(ops: Client) -> None:
    made = make_list()

    ops.post(url("change", made.pk), {"name": "Stricter states", "values": ["CA", "NY"]})

    made.refresh_from_db()
    assert (made.name, made.slug, made.values) == ("Stricter states", "strict-states", ["CA", "NY"])


def test_a_list_somebody_else_changed_meanwhile_is_not_overwritten(ops: Client) -> None:
    made = make_list()
    seen = ops.get(url("change", made.pk)).context["adminform"].form["seen"].value()
    ops.post(url("change", made.pk), {"name": "Theirs", "values": ["NY"], "seen": seen})

    answer = ops.post(url("change", made.pk), {"name": "Mine", "values": ["TX"], "seen": seen})

    (told,) = answer.context["adminform"].form.non_field_errors()
    made.refresh_from_db()
    assert told.startswith("Olga Ops has changed it")
    assert (made.name, made.values) == ("Theirs", ["NY"])


def test_a_list_says_where_it_is_used_and_stays_while_it_is(ops: Client) -> None:
    made = make_list()
    rule = {**GATE_RULE, "when": {"field": "lead.state", "op": "in", "list": "strict-states"}, "examples": []}
    used = make_rule_set(rules=[rule]).rules.get()

    page = ops.get(url("change", made.pk)).content.decode()
    refused = ops.post(url("delete", made.pk), {"post": "yes"}, follow=True).content.decode()

    assert reverse("admin:rules_engine_rule_change", args=[used.pk]) in page
    assert "Draft rules use this list" in refused
    assert NamedList.objects.exists()
    used.delete()
    ops.post(url("delete", made.pk), {"post": "yes"})
    assert not NamedList.objects.exists()


def test_the_auditor_reads_lists_and_changes_none(client: Client, db: None) -> None:
    made = make_list()
    client.force_login(make_user(Role.AUDITOR))

    assert client.get(url("changelist")).status_code == 200
    assert client.get(url("change", made.pk)).status_code == 200
    assert client.get(url("add")).status_code == 403
    assert client.post(url("change", made.pk), {"name": "Mine", "values": ["NY"]}).status_code == 403
    assert client.post(url("delete", made.pk), {"post": "yes"}).status_code == 403
    assert NamedList.objects.get().name == "Strict states"
