"""Territories: how areas are written, and which place they hold."""

import pytest

from routing.strategies.options import UnreadableError
from routing.strategies.territory import Area, Place, best, miles_between, read

DALLAS, FRISCO, HOUSTON = (32.7904, -96.8044), (33.1506, -96.8236), (29.7604, -95.3698)
CENTRES = {"75201": DALLAS}
IN_FRISCO = Place("TX", "75034", "Collin County", FRISCO)


def test_areas_are_written_as_a_person_would() -> None:
    assert read("tx, TX/Collin\n75201, 750*,75201+25,\n") == (
        Area("tx", "state", "TX"),
        Area("TX/Collin", "county", "TX", "collin"),
        Area("75201", "zip", zip_code="75201"),
        Area("750*", "prefix", zip_code="750"),
        Area("75201+25", "circle", zip_code="75201", miles=25),
    )


def test_what_names_no_area_is_named() -> None:
    with pytest.raises(UnreadableError, match=r"Texas, 7520, 75201\+900: Write a state"):
        read("TX, Texas, 7520, 75201+900")


def test_there_is_a_limit_to_a_territory() -> None:
    with pytest.raises(UnreadableError, match="at most 500"):
        read(",".join(["75201"] * 501))


@pytest.mark.parametrize(
    ("areas", "held_by"),
    [
        pytest.param("", "", id="nothing written is everywhere"),
        pytest.param("OK", None, id="another state"),
        pytest.param("OK, TX", "TX", id="the state"),
        pytest.param("TX, TX/collin", "TX/collin", id="the county says more than the state"),
        pytest.param("TX/Collin, 75201+30", "75201+30", id="the circle says more than the county"),
        pytest.param("75201+24", None, id="just outside the circle"),
        pytest.param("75201+25", "75201+25", id="just inside the circle"),
        pytest.param("00000+500", None, id="a circle round a ZIP nobody knows"),
        pytest.param("75201+30, 750*", "750*", id="the beginning of the ZIP says more than a circle"),
        pytest.param("750*, 75034", "75034", id="the ZIP says most"),
        pytest.param("TX/Dallas, 752*", None, id="neighbours"),
    ],
)
def test_the_area_that_says_most_counts(areas: str, held_by: str | None) -> None:
    found = best(read(areas), IN_FRISCO, CENTRES)

    assert (found.text if found else None) == held_by


@pytest.mark.parametrize("areas", ["TX/Collin", "75034", "750*", "75201+500"])
def test_without_a_zip_only_the_state_is_known(areas: str) -> None:
    place = Place("TX")

    assert best(read(areas), place, CENTRES) is None
    assert best(read(f"{areas}, TX"), place, CENTRES) == Area("TX", "state", "TX")


def test_miles_are_measured_along_the_earth() -> None:
    assert round(miles_between(DALLAS, HOUSTON)) == 226
    assert miles_between(DALLAS, DALLAS) == 0
