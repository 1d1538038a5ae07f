"""Loans that are paid out already, as a bank files them: words of stories about them."""

import itertools
from typing import Any

from services.applications.domain.paid_out import PAPERS
from tests.applications.office import FIRM, right, submission
from tests.papers import document

ENTRY = {"registry": "CNIPA", "registration_no": "Y2026120000123", "registered_on": "2026-02-10"}


_serials = itertools.count(18)


def paid_out(**changes: Any) -> dict[str, Any]:
    """A loan of 1,000,000.00 of February of which 900,000.00 is owed, under a number of its own."""
    return {
        "loan_no": f"JJ-2026-{next(_serials)}",
        "contract_no": "HT-2026-18",
        "signed_on": "2026-02-09",
        "disbursed_on": "2026-02-10",
        "matures_on": "2027-02-10",
        "outstanding_principal": "900000.00",
        "as_of": "2026-02-28",
        "overdue_days": 0,
        "risk_class": "normal",
        **changes,
    }


def filing(**changes: Any) -> dict[str, Any]:
    """An application for such a loan, under a programme that takes them."""
    return submission(
        **{
            "pool_code": "cd_xinzhi",
            "paid_out": paid_out(),
            "collateral": [right(registration=ENTRY, owner_uscc=FIRM)],
            "documents": [document(kind) for kind in PAPERS],
            **changes,
        }
    )


SEEN = {"signed_on": "2026-02-09", "disbursed_on": "2026-02-10", "amount": "1000000.00"}
"""What contract and voucher of that loan show."""
