"""Every report, in the order of a lead's life."""

from types import MappingProxyType
from typing import Final

from routing.queries.reports.acceptance import ACCEPTANCE
from routing.queries.reports.adherence import ADHERENCE
from routing.queries.reports.ageing import AGEING
from routing.queries.reports.desks import FAIRNESS, UTILISATION
from routing.queries.reports.fallback import FALLBACK
from routing.queries.reports.moves import REASSIGNMENTS, REVERSALS
from routing.queries.reports.speed import SPEED

REPORTS: Final = MappingProxyType(
    {
        report.slug: report
        for report in (
            SPEED,
            ACCEPTANCE,
            ADHERENCE,
            AGEING,
            REASSIGNMENTS,
            FALLBACK,
            REVERSALS,
            UTILISATION,
            FAIRNESS,
        )
    }
)
