"""Whose licence law governs a lead, from what its form, ZIP and phone say. Pure.

Residence governs life and health, the place of the risk governs property and auto. What the person states weighs most;
a ZIP may confirm it, stand in for it or put it in doubt; an area code only ever adds a state whose contact law is to be
kept as well, since people move and keep their numbers. In doubt the answer is no state and a REVIEW, in which a person
asks; never a guess.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from routing.geography.places import AreaFacts, ZipFacts
from routing.geography.states import JURISDICTIONS, MILITARY, STATE_ZONES, TERRITORIES

Action = Literal["ALLOW", "WARN", "REVIEW"]
Governs = Literal["RESIDENCE", "RISK"]
PO_BOX = "PO BOX"


@dataclass(frozen=True, slots=True)
class Governing:
    """The state that governs, if clear, and what to do about it.

    REVIEW may come with a state: then the licence question has an answer, and a person still has to look.
    """

    state: str | None
    zones: tuple[str, ...]  # every zone the person may be in; empty: unknown, and never taken for any
    also_states: tuple[str, ...]  # whose contact law holds as well
    action: Action
    reason: str | None


@dataclass(frozen=True, slots=True)
class _Finding:
    """A state, or none, and why; `seen` are the states that came up on the way."""

    state: str | None
    action: Action = "ALLOW"
    reason: str | None = None
    seen: tuple[str, ...] = ()


def resolve(
    *,
    declared: str | None,
    risk_state: str | None,
    zip_area: ZipFacts | None,
    phone_area: AreaFacts | None,
    governs: Governs,
) -> Governing:
    """Return the governing state of a lead. States are canonical codes, as `normalize.state` returns them."""
    at_risk = risk_state if governs == "RISK" else None
    found = _risk(at_risk, declared, zip_area) if at_risk else _residence(declared, zip_area)
    found = _cautioned(found, phone_area)
    phone_states = phone_area.states if phone_area else ()
    also = _distinct([*found.seen, *phone_states], besides=found.state)
    return Governing(found.state, _zones(found, zip_area), also, found.action, found.reason)


def _residence(declared: str | None, zip_area: ZipFacts | None) -> _Finding:
    if declared in MILITARY or (zip_area is not None and zip_area.is_military):
        home_of_record = _jurisdiction(declared)
        return _Finding(home_of_record, "REVIEW", "MILITARY_ADDRESS", _known(home_of_record))
    if zip_area is None:
        return _Finding(declared, seen=_known(declared)) if declared else _Finding(None, "REVIEW", "NO_STATE")
    return _confirmed(declared, zip_area) if declared else _from_zip(zip_area)


def _confirmed(declared: str, zip_area: ZipFacts) -> _Finding:
    """Return what is declared, as far as the ZIP bears it out."""
    seen = (declared, *zip_area.states)
    if zip_area.state is None:
        return _Finding(declared, "WARN", "ZIP_UNKNOWN", seen)
    if not zip_area.is_active:
        return _Finding(declared, "WARN", "ZIP_INACTIVE", seen)
    if declared == zip_area.state:
        return _Finding(declared, seen=(declared,))
    if declared in {*zip_area.states, *zip_area.hinted_states}:
        return _Finding(declared, "WARN", "ZIP_REACHES_OTHER_STATE", seen)
    return _Finding(None, "REVIEW", "STATE_ZIP_CONFLICT", seen)


def _from_zip(zip_area: ZipFacts) -> _Finding:
    """Return the ZIP's state where nothing is declared, if it can only be that one."""
    doubts = {
        "ZIP_UNKNOWN": zip_area.state is None,
        "ZIP_INACTIVE": not zip_area.is_active,
        "ZIP_OUTSIDE_US": zip_area.state not in JURISDICTIONS,
        "ZIP_IN_SEVERAL_STATES": len(zip_area.states) > 1,
        "ZIP_NEAR_OTHER_STATE": bool(zip_area.hinted_states),
        "PO_BOX_ONLY": zip_area.kind == PO_BOX,
    }
    reason = next((code for code, holds in doubts.items() if holds), None)
    if reason:
        return _Finding(None, "REVIEW", reason, zip_area.states)
    return _Finding(zip_area.state, seen=zip_area.states)


def _risk(risk_state: str, declared: str | None, zip_area: ZipFacts | None) -> _Finding:
    """Return the place of the risk; where the person lives elsewhere, that state's contact law holds too."""
    home = _residence(declared, zip_area)
    if home.state is None and declared is None:
        home = _residence(risk_state, zip_area)  # nothing else is stated: the ZIP is the risk's
    seen = (risk_state, *_known(home.state), *home.seen)
    if home.reason == "MILITARY_ADDRESS" or risk_state in MILITARY:
        return _Finding(_jurisdiction(risk_state), "REVIEW", "MILITARY_ADDRESS", seen)
    if home.state in {None, risk_state}:
        return replace(home, seen=seen)
    return _Finding(risk_state, "WARN", "RISK_ELSEWHERE", seen)


def _cautioned(found: _Finding, phone_area: AreaFacts | None) -> _Finding:
    """Add the doubts that remain once a state is found."""
    if found.action == "REVIEW" or found.state is None:
        return found
    if found.state in TERRITORIES:
        return replace(found, action="REVIEW", reason="TERRITORY")
    if found.action == "ALLOW" and phone_area and phone_area.states and found.state not in phone_area.states:
        return replace(found, action="WARN", reason="PHONE_FROM_OTHER_STATE")
    return found


def _zones(found: _Finding, zip_area: ZipFacts | None) -> tuple[str, ...]:
    """Return the ZIP's own zones where they lie in the governing state, else every zone of the states in question."""
    if zip_area and zip_area.zones and found.state == zip_area.state:
        return zip_area.zones
    if found.state:
        return STATE_ZONES[found.state]
    of_zip = zip_area.zones if zip_area else ()
    return _distinct([*of_zip, *(zone for state in found.seen for zone in STATE_ZONES.get(state, ()))])


def _jurisdiction(state: str | None) -> str | None:
    return state if state in JURISDICTIONS else None


def _known(state: str | None) -> tuple[str, ...]:
    return (state,) if state else ()


def _distinct(values: Iterable[str], *, besides: str | None = None) -> tuple[str, ...]:
    return tuple(value for value in dict.fromkeys(values) if value != besides)
