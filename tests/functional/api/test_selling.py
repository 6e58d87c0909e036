"""Where the agency could sell, over HTTP: the same answers as the map of states and lines."""

import pytest

from accounts.policy import Role
from routing.services import selling
from tests.agency import hire, open_agency
from tests.functional.api.described import DescribedDoor
from tests.functional.api.people import person

SELLING = "/api/v1/selling/"


@pytest.fixture
def auditor(db: None) -> DescribedDoor:
    selling.known_cells.cache_clear()  # a rolled-back test gives its version numbers to the next one
    open_agency()
    return person(Role.AUDITOR, "Audrey")


def test_every_state_and_line_says_whether_anybody_could_have_a_lead(auditor: DescribedDoor) -> None:
    hire("Kim")

    every = auditor.get(SELLING).body["results"]
    open_ = auditor.get(f"{SELLING}?verdict=open").body["results"]
    nobody = auditor.get(f"{SELLING}?verdict=unlicensed").body["results"]

    life = {"state": "GA", "line": "LIFE", "verdict": "open", "lawful": 1, "producer": "Kim Park"}
    assert open_ == [life]
    assert len({(cell["state"], cell["line"]) for cell in every}) == len(every) == len(open_) + len(nobody)
    assert auditor.get(f"{SELLING}GA/LIFE/").body == {**life, "guard": [], "rules": []}


def test_a_cell_says_what_stands_in_the_way(auditor: DescribedDoor) -> None:
    hire("Kim", license_status="SUSPENDED")

    cell = auditor.get(f"{SELLING}GA/LIFE/").body

    assert (cell["verdict"], cell["lawful"], cell["producer"], cell["rules"]) == ("unlicensed", 0, None, [])
    assert cell["guard"] == [{"code": "LICENSE_INACTIVE", "text": "license is suspended", "producers": 1}]


def test_what_is_no_state_is_not_there_and_producers_do_not_see_it(auditor: DescribedDoor) -> None:
    assert auditor.get(f"{SELLING}ZZ/LIFE/").status == 404

    producer = person(Role.PRODUCER, "Pedro")
    assert [producer.get(path).status for path in (SELLING, f"{SELLING}GA/LIFE/")] == [403, 403]
