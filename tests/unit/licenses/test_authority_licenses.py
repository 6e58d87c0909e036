"""The licence gates: class, several licences, lines, and what a non-resident licence stands on."""

import pytest

from licenses.authority import Ask, LicenseFact, LineFact, ProductLines
from tests.unit.licenses.cast import (
    AUTO,
    CHICAGO,
    LIFE,
    NEW_YORK,
    VARIABLE,
    YESTERDAY,
    codes,
    make_ask,
    make_contract,
    make_license,
    make_licensing,
    make_regime,
    verdict,
)

FLORIDA = make_regime("FL", "JIT", file_within_days=45)
ASK_FLORIDA = make_ask("FL", zones=(NEW_YORK,))
HOME_LIFE = make_license("TX", "LIFE", pk=9)


def test_no_licence_in_the_state() -> None:
    authority = verdict(make_licensing(make_license("GA")))

    assert [(block.code, block.text) for block in authority.blocks] == [("NO_LICENSE", "no license in TX")]


def test_an_adjuster_does_not_sell() -> None:
    authority = verdict(make_licensing(make_license(license_class="ADJUSTER")))

    assert [(block.code, block.text) for block in authority.blocks] == [
        ("LICENSE_CLASS", "only a license of class adjuster in TX")
    ]


@pytest.mark.parametrize("status", ["INACTIVE", "SUSPENDED", "REVOKED", "SURRENDERED", "PENDING", "UNKNOWN"])
def test_only_an_active_licence_counts(status: str) -> None:
    authority = verdict(make_licensing(make_license(status=status)))

    assert [(block.code, block.text) for block in authority.blocks] == [
        ("LICENSE_INACTIVE", f"license is {status.lower()}")
    ]


def test_a_licence_marked_expired_is_expired_whatever_its_date() -> None:
    assert codes(verdict(make_licensing(make_license(status="EXPIRED")))) == ["LICENSE_EXPIRED"]


SEVERAL: list[tuple[str, tuple[LicenseFact, ...], tuple[ProductLines, ...], list[str], tuple[int, ...]]] = [
    (
        "a dead license beside a good one does not matter",
        (make_license(expiry_date=YESTERDAY, pk=1), make_license(pk=2)),
        (LIFE,),
        [],
        (2,),
    ),
    (
        "an adjuster's license beside a producer's does not matter",
        (make_license(license_class="ADJUSTER", pk=1), make_license(pk=2)),
        (LIFE,),
        [],
        (2,),
    ),
    (
        "lines of two licenses add up",
        (make_license("TX", "PROP", pk=1), make_license("TX", "CAS", pk=2)),
        (AUTO,),
        [],
        (1, 2),
    ),
    (
        "life on one and personal lines on the other serve a bundle",
        (make_license("TX", "LIFE", pk=1), make_license("TX", "PERS", pk=2)),
        (LIFE, AUTO),
        [],
        (1, 2),
    ),
    (
        "of two sound licenses the longer one is relied on",
        (make_license(pk=1), make_license(expiry_date=None, is_perpetual=True, pk=2)),
        (LIFE,),
        [],
        (2,),
    ),
    (
        "the line sits on the license that ended",
        (make_license("TX", "LIFE", expiry_date=YESTERDAY, pk=1), make_license("TX", "PERS", pk=2)),
        (LIFE,),
        ["LICENSE_EXPIRED"],
        (),
    ),
    (
        "a limited line satisfies no major line",
        (make_license("TX", "LTD_CREDIT", "LTD_TRAVEL"),),
        (LIFE,),
        ["LOA_MISSING"],
        (),
    ),
    ("property alone is not personal lines", (make_license("TX", "PROP"),), (AUTO,), ["LOA_MISSING"], ()),
    ("variable takes both lines", (make_license("TX", "LIFE"),), (VARIABLE,), ["LOA_MISSING"], ()),
    (
        "an ended license that lacks the line says both",
        (make_license("TX", "HEALTH", expiry_date=YESTERDAY),),
        (LIFE,),
        ["LICENSE_EXPIRED", "LOA_MISSING"],
        (),
    ),
]


@pytest.mark.parametrize(
    ("licenses", "products", "expected", "relied"), [row[1:] for row in SEVERAL], ids=[row[0] for row in SEVERAL]
)
def test_any_good_licence_with_the_line_suffices(
    licenses: tuple[LicenseFact, ...], products: tuple[ProductLines, ...], expected: list[str], relied: tuple[int, ...]
) -> None:
    authority = verdict(make_licensing(*licenses), make_ask("TX", *products))

    assert codes(authority) == expected
    assert authority.relies_on.license_ids == relied


def test_a_missing_line_is_named_with_all_that_would_do() -> None:
    authority = verdict(make_licensing(), make_ask("TX", AUTO))

    assert authority.blocks[-1].text == "no Personal lines or Property and Casualty in TX"


def test_a_lead_that_names_a_line_and_no_product_is_judged_by_the_line() -> None:
    ask = Ask("TX", (CHICAGO,), line="LIFE")

    authority = verdict(make_licensing(), ask)

    assert authority.allowed
    assert authority.relies_on.line_ids == (10,)


@pytest.mark.parametrize(
    ("ask", "text"),
    [
        (Ask("TX", (CHICAGO,)), "the lead names no product or line"),
        (Ask("TX", (CHICAGO,), (ProductLines("mystery", ()),)), "no lines are set for mystery"),
        (Ask("TX", (CHICAGO,), (ProductLines("mystery", ((),)),)), "no lines are set for mystery"),
    ],
    ids=["nothing", "no sets", "an empty set, which would satisfy itself"],
)
def test_what_is_not_known_is_never_a_yes(ask: Ask, text: str) -> None:
    authority = verdict(make_licensing(), ask)

    assert [(block.code, block.text) for block in authority.blocks] == [("LOA_MISSING", text)]


@pytest.mark.parametrize(("status", "text"), [("LEAVE", "producer is on leave"), ("OFFBOARDED", "producer has left")])
def test_a_producer_who_does_not_work_gets_nothing(status: str, text: str) -> None:
    authority = verdict(make_licensing(status=status))

    assert [(block.code, block.text) for block in authority.blocks] == [("PRODUCER_INACTIVE", text)]


HOME: list[tuple[str, tuple[LicenseFact, ...], list[str]]] = [
    ("in good standing", (HOME_LIFE,), []),
    ("none at all", (), ["no resident license in TX"]),
    ("only a non-resident one", (make_license("TX", residency="NR", pk=9),), ["no resident license in TX"]),
    (
        "of a class that does not sell",
        (make_license("TX", license_class="ADJUSTER", pk=9),),
        ["no resident license in TX"],
    ),
    ("ended", (make_license("TX", expiry_date=YESTERDAY, pk=9),), ["home license (TX) ended May 11, 2026"]),
    ("suspended", (make_license("TX", status="SUSPENDED", pk=9),), ["home license (TX) is suspended"]),
    ("without the line", (make_license("TX", "HEALTH", pk=9),), ["home state TX lacks Life"]),
    (
        "with the line inactive",
        (make_license("TX", LineFact(90, "LIFE", "INACTIVE"), pk=9),),
        ["Life is inactive at home"],
    ),
    ("ended, and good on another number", (make_license("TX", expiry_date=YESTERDAY, pk=8), HOME_LIFE), []),
]


@pytest.mark.parametrize(("home", "expected"), [row[1:] for row in HOME], ids=[row[0] for row in HOME])
def test_a_non_resident_licence_stands_on_the_home_licence(home: tuple[LicenseFact, ...], expected: list[str]) -> None:
    licensing = make_licensing(make_license("FL", residency="NR"), *home)

    authority = verdict(licensing, ASK_FLORIDA, FLORIDA)

    assert [block.text for block in authority.blocks] == expected
    assert set(codes(authority)) <= {"HOME_LICENSE_INACTIVE"}
    assert authority.relies_on.license_ids == ((1, 9) if not expected else ())


@pytest.mark.parametrize(("lines", "allowed"), [(("PERS",), True), (("PROP", "CAS"), True), (("PROP",), False)])
def test_property_and_casualty_at_home_carry_personal_lines_abroad(lines: tuple[str, ...], allowed: bool) -> None:
    licensing = make_licensing(make_license("FL", "PERS", residency="NR"), make_license("TX", *lines, pk=9))

    authority = verdict(licensing, make_ask("FL", AUTO, zones=(NEW_YORK,)), FLORIDA)

    assert authority.allowed is allowed


def test_a_line_abroad_cannot_exceed_the_lines_at_home() -> None:
    licensing = make_licensing(make_license("FL", "LIFE", "VAR", residency="NR"), HOME_LIFE)

    authority = verdict(licensing, make_ask("FL", VARIABLE, zones=(NEW_YORK,)), FLORIDA)

    assert [block.text for block in authority.blocks] == ["home state TX lacks Variable life and variable annuity"]


def test_a_resident_of_an_unknown_state_has_no_basis() -> None:
    licensing = make_licensing(make_license("FL", residency="NR"), resident_state="")

    authority = verdict(licensing, ASK_FLORIDA, FLORIDA)

    assert [block.text for block in authority.blocks] == ["no resident license in the home state"]


def test_all_products_must_be_held_and_each_missing_one_is_named() -> None:
    licensing = make_licensing(make_license("TX", "HEALTH"), contracts=(make_contract(),))

    authority = verdict(licensing, make_ask("TX", LIFE, AUTO))

    assert [block.text for block in authority.blocks] == [
        "no Life in TX",
        "no Personal lines or Property and Casualty in TX",
    ]
