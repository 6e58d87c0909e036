"""Rows of the routing app, one module a noun."""

from routing.models.agency import Agency, AgencyHoliday, AgencyHours
from routing.models.assignment import Assignment, Touch
from routing.models.cap import Cap, CapCount
from routing.models.case import CaseRun, SavedCase
from routing.models.clock import SlaPolicy, SlaTimer
from routing.models.decision import Decision
from routing.models.fairness import FairnessAlarm, FairnessEntry
from routing.models.geography import AreaCode, ZipArea
from routing.models.lead import Lead, Note, Person
from routing.models.offer import Offer, OfferRound
from routing.models.override import Override
from routing.models.pack import PackedSet
from routing.models.pool import Leave, Pool, PoolCredit, PoolMember, Presence, ProducerLoad, ProducerProfile, Shift
from routing.models.promise import ClockPause, LadderStep, Promise, SlaTarget
from routing.models.queue import QueueItem, Wake
from routing.models.rehearsal import (
    Contrast,
    Rehearsal,
    RehearsalMove,
    Shadow,
    ShadowMiss,
    ShadowReading,
)
from routing.models.release import Release, ReleaseLead
from routing.models.retention import LegalHold, RetentionPolicy
from routing.models.roster import RosterChange, RosterEntry, RosterState
from routing.models.source import IntakeRecord, LeadSource

__all__ = [
    "Agency",
    "AgencyHoliday",
    "AgencyHours",
    "AreaCode",
    "Assignment",
    "Cap",
    "CapCount",
    "CaseRun",
    "ClockPause",
    "Contrast",
    "Decision",
    "FairnessAlarm",
    "FairnessEntry",
    "IntakeRecord",
    "LadderStep",
    "Lead",
    "LeadSource",
    "Leave",
    "LegalHold",
    "Note",
    "Offer",
    "OfferRound",
    "Override",
    "PackedSet",
    "Person",
    "Pool",
    "PoolCredit",
    "PoolMember",
    "Presence",
    "ProducerLoad",
    "ProducerProfile",
    "Promise",
    "QueueItem",
    "Rehearsal",
    "RehearsalMove",
    "Release",
    "ReleaseLead",
    "RetentionPolicy",
    "RosterChange",
    "RosterEntry",
    "RosterState",
    "SavedCase",
    "Shadow",
    "ShadowMiss",
    "ShadowReading",
    "Shift",
    "SlaPolicy",
    "SlaTarget",
    "SlaTimer",
    "Touch",
    "Wake",
    "ZipArea",
]
