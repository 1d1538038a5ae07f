"""Who hears of what stands around loans: policies, guarantees, co-investments, calls for
cover, loan packages."""

from collections.abc import Mapping
from typing import Final

from services.notifications.domain.notice import Banks, Notice

_ENHANCEMENT: Final = frozenset(
    {
        "enhancement_id", "form", "kind", "issuer_uscc", "issuer_name", "reference", "amount_fen",
        "ratio_bp", "begins_on", "ends_on", "what", "on", "reason",
    }
)  # fmt: skip
_CO_INVESTMENT: Final = frozenset(
    {
        "co_investment_id", "kind", "investor_uscc", "investor_name", "amount_fen", "what", "on",
        "reason",
    }
)  # fmt: skip
_COVER_CALL: Final = frozenset(
    {
        "call_id",
        "what",
        "on",
        "cover_by",
        "shortfall_fen",
        "firm_calls",
        "firm_shortfall_fen",
        "measure",
        "outcome",
        "reason",
    }
)
_PACKAGE: Final = frozenset(
    {
        "pool_code", "bank_code", "package_id", "package_number", "name", "loans", "firms",
        "balance_fen", "frozen_on", "what", "on", "reason",
    }
)  # fmt: skip

AROUND_LOANS: Mapping[str, Notice] = {
    "enhancement.changed.v1": Notice(banks=Banks.NAMED, roles=("reviewer",)),
    "co-investment.changed.v1": Notice(banks=Banks.NAMED, roles=("reviewer",)),
    "cover-call.changed.v1": Notice(banks=Banks.NAMED, roles=("reviewer", "pool_manager")),
    "loan-package.changed.v1": Notice(
        banks=Banks.NAMED, roles=("approver", "finance_checker", "pool_manager")
    ),
}
