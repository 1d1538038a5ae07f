"""What the risk pool hears."""

from services.risk_pool.handlers import capacity, loans, positions
from shared.contracts.applications import (
    ApplicationApprovedV1,
    ApplicationExpiredV1,
    ApplicationWithdrawnV1,
    LoanDisbursedV1,
    LoanPositionReportedV1,
    LoanRepaidV1,
)

ROUTES = {
    ApplicationApprovedV1: capacity.reserve,
    ApplicationWithdrawnV1: loans.withdraw,
    ApplicationExpiredV1: loans.expire,
    LoanDisbursedV1: loans.activate,
    LoanPositionReportedV1: positions.follow,
    LoanRepaidV1: loans.repay,
}
