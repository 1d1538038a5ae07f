"""What the risk pool consumes."""

from collections.abc import Mapping

from services.risk_pool.handlers import (
    capacity,
    draws,
    insurance,
    listed_firms,
    loan_pledges,
    loans,
    opening_take_over,
    positions,
    producers,
    stored_papers,
    warning_sources,
)
from shared.contracts.applications import (
    ApplicationApprovedV1,
    ApplicationExpiredV1,
    ApplicationRejectedV1,
    ApplicationWithdrawnV1,
    DayOverV1,
    LoanDisbursedV1,
    LoanDisbursementUndoneV1,
    LoanDrawnV1,
    LoanDrawsEndedV1,
    LoanDrawUndoneV1,
    LoanExtendedV1,
    LoanPositionReportedV1,
    LoanReopenedV1,
    LoanRepaidV1,
    LoanTakeOverAnsweredV1,
)
from shared.contracts.around_loans import PolicyStandsV1
from shared.contracts.cover_calls import CoverCallChangedV1
from shared.contracts.envelope import Event
from shared.contracts.listed_firms import FirmClearedV1, FirmListedV1
from shared.contracts.papers import DocumentStoredV1, DocumentWithdrawnV1
from shared.contracts.rights import LoanPledgesStandV1, RightEndangeredV1
from shared.messaging.inbox import Handler
from shared.messaging.rebuilding import View

_FACTS: Mapping[type[Event], Handler] = {
    ApplicationApprovedV1: capacity.reserve,
    ApplicationRejectedV1: loans.reject,
    ApplicationWithdrawnV1: loans.withdraw,
    ApplicationExpiredV1: loans.expire,
    LoanDisbursedV1: loans.activate,
    LoanDrawnV1: draws.follow,
    LoanDrawUndoneV1: draws.undo,
    LoanDrawsEndedV1: draws.end,
    LoanPositionReportedV1: positions.follow,
    LoanExtendedV1: loans.extend,
    LoanRepaidV1: loans.repay,
    LoanReopenedV1: loans.reopen,
    LoanDisbursementUndoneV1: loans.undo,
    LoanTakeOverAnsweredV1: opening_take_over.answered,
    FirmListedV1: listed_firms.listed,
    FirmClearedV1: listed_firms.cleared,
    RightEndangeredV1: warning_sources.right_endangered,
    CoverCallChangedV1: warning_sources.cover_changed,
}

ROUTES: Mapping[type[Event], Handler] = {
    **_FACTS,
    DocumentStoredV1: stored_papers.stored,
    DocumentWithdrawnV1: stored_papers.withdrawn,
    LoanPledgesStandV1: loan_pledges.stand,
    PolicyStandsV1: insurance.stands,
    DayOverV1: producers.counting({event.type for event in _FACTS}),
}

_WHEN_HEARD = {"heard_at": "when this service heard of it, by its own clock"}

VIEWS: Mapping[str, View] = {
    "loan_pledges": View(
        tables=("loan_pledges",),
        learns={LoanPledgesStandV1: loan_pledges.stand},
        local=_WHEN_HEARD,
    ),
    "policies": View(
        tables=("insurance_policies",),
        learns={PolicyStandsV1: insurance.stands},
        local=_WHEN_HEARD,
    ),
    "listed_firms": View(
        tables=("listed_firms",),
        learns={
            FirmListedV1: listed_firms.keep_listed,
            FirmClearedV1: listed_firms.cleared,
        },
        local=_WHEN_HEARD,
    ),
    "producers": View(
        tables=("producers_told", "producers_told_until"),
        learns={DayOverV1: ROUTES[DayOverV1]},
        local=_WHEN_HEARD,
    ),
}
"""What this service knows by events alone (`zhidai events rebuild`)."""
