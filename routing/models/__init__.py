"""Rows of the routing app, one module a noun."""

from routing.models.agency import Agency, AgencyHoliday, AgencyHours
from routing.models.assignment import Assignment, Touch
from routing.models.clock import SlaPolicy, SlaTimer
from routing.models.decision import Decision
from routing.models.geography import AreaCode, ZipArea
from routing.models.lead import Lead, Note, Person
from routing.models.pool import Leave, Pool, PoolCredit, PoolMember, ProducerLoad, ProducerProfile, Shift
from routing.models.queue import QueueItem
from routing.models.roster import RosterChange, RosterEntry, RosterState
from routing.models.source import IntakeRecord, LeadSource

__all__ = [
    "Agency",
    "AgencyHoliday",
    "AgencyHours",
    "AreaCode",
    "Assignment",
    "Decision",
    "IntakeRecord",
    "Lead",
    "LeadSource",
    "Leave",
    "Note",
    "Person",
    "Pool",
    "PoolCredit",
    "PoolMember",
    "ProducerLoad",
    "ProducerProfile",
    "QueueItem",
    "RosterChange",
    "RosterEntry",
    "RosterState",
    "Shift",
    "SlaPolicy",
    "SlaTimer",
    "Touch",
    "ZipArea",
]
