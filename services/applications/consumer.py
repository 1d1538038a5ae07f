"""What this service consumes, and who handles it."""

from collections.abc import Mapping
from typing import Final

from services.applications.handlers import (
    calendar,
    entering,
    papers,
    pool_duties,
    pool_events,
    take_overs,
)
from shared.contracts.envelope import Event
from shared.contracts.openings import (
    CoverageTakenOverV1,
    OpeningLoanDroppedV1,
    OpeningLoanProposedV1,
)
from shared.contracts.papers import DocumentLetGoV1, DocumentReferredV1
from shared.contracts.people import PoolDutyGivenV1
from shared.contracts.pool_agreements import PoolRunOffV1
from shared.contracts.pool_cases import ClaimEscrowedV1, ClaimPaidV1
from shared.contracts.risk_pool import (
    BankResumedV1,
    BankSuspendedV1,
    CalendarChangedV1,
    CoverageActivatedV1,
    CoverageDeclinedV1,
    CoverageReleasedV1,
    CoverageReservedV1,
    PoolOpenedV1,
    PoolResumedV1,
    PoolStoppedV1,
    SchemePublishedV1,
    SettlementPostedV1,
)
from shared.messaging.inbox import Handler
from shared.messaging.rebuilding import View

ROUTES: Final[Mapping[type[Event], Handler]] = {
    SchemePublishedV1: pool_events.scheme_published,
    CalendarChangedV1: calendar.calendar_changed,
    PoolDutyGivenV1: pool_duties.pool_duty_given,
    PoolOpenedV1: pool_events.pool_opened,
    PoolStoppedV1: pool_events.pool_stopped,
    PoolRunOffV1: pool_events.pool_stopped,
    PoolResumedV1: pool_events.pool_resumed,
    BankSuspendedV1: pool_events.bank_suspended,
    BankResumedV1: pool_events.bank_resumed,
    CoverageReservedV1: pool_events.capacity_reserved,
    CoverageDeclinedV1: pool_events.capacity_declined,
    CoverageActivatedV1: entering.coverage_activated,
    CoverageReleasedV1: pool_events.capacity_released,
    ClaimPaidV1: pool_events.claim_paid,
    ClaimEscrowedV1: pool_events.claim_escrowed,
    SettlementPostedV1: pool_events.month_posted,
    OpeningLoanProposedV1: take_overs.announce,
    OpeningLoanDroppedV1: take_overs.drop,
    CoverageTakenOverV1: take_overs.take_over,
    DocumentReferredV1: papers.referred,
    DocumentLetGoV1: papers.let_go,
}

VIEWS: Final[Mapping[str, View]] = {
    "suspended_banks": View(
        tables=("bank_suspensions",),
        learns={
            BankSuspendedV1: pool_events.bank_suspended,
            BankResumedV1: pool_events.bank_resumed,
        },
    ),
    "closed_months": View(
        tables=("closed_months",), learns={SettlementPostedV1: pool_events.month_posted}
    ),
}
"""What this service knows by events alone (`zhidai events rebuild`)."""
