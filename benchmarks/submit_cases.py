"""The cases that `benchmarks.submit` submits: complete, each of a firm and with rights of its own."""

import hashlib
import json
from collections.abc import Mapping
from itertools import count
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from stdnum.cn import uscc

from benchmarks.messages import NOW
from services.applications.api.requests import SubmissionBody
from services.applications.domain.submission import Submission
from services.applications.handlers import submission
from services.applications.handlers.case_in_hand import CaseInHand
from shared.auth.identity import Identity
from shared.calendar import WorkingDays
from shared.identifiers import organisation_check, patent_check

BANK = "ICBC-TJ"
DAYS = WorkingDays()
RIGHTS = 2
"""Of every case."""
PAPERS = (
    "business_licence", "ip_certificates", "financial_statements", "purpose_statement",
    "bank_approval",
)  # fmt: skip
STORED: tuple[Mapping[str, Any], ...] = tuple(
    {
        "id": uuid5(NAMESPACE_URL, kind),
        "sha256": hashlib.sha256(kind.encode()).digest(),
        "filename": kind,
    }
    for kind in PAPERS
)
"""What the store knows of them; their contents are not looked at here."""
_serials = count(1)


def body() -> bytes:
    """A complete case of a firm of its own, with two rights of its own and five documents."""
    organisation = f"{next(_serials):08d}"
    code = f"91120110{organisation}{organisation_check(organisation)}"
    firm = code + uscc.calc_check_digit(code)
    return json.dumps(
        {
            "pool_code": "dongli",
            "mode": "direct",
            "borrower": {
                "uscc": firm,
                "name": "珠海格力电器股份有限公司",
                "registered_on": "2015-06-01",
                "is_sme": True,
                "region_code": "120110",
            },
            "amount": "1000000.00",
            "tenor_months": 12,
            "annual_rate_bp": 385,
            "purpose": "r_and_d",
            "repayment": "bullet",
            "has_other_collateral": False,
            "is_first_loan": True,
            "collateral": [_right(firm) for _ in range(RIGHTS)],
            "documents": [
                {"kind": paper["filename"], "document": str(paper["id"])} for paper in STORED
            ],
        }
    ).encode()


def _right(firm: str) -> dict[str, Any]:
    number = f"20221{next(_serials):07d}"
    return {
        "kind": "invention",
        "number": f"{number}.{patent_check(number)}",
        "name": "一种投放广告的方法",
        "owner_uscc": firm,
        "owner_name": "珠海格力电器股份有限公司",
        "filed_on": "2022-05-01",
        "expires_on": "2042-05-01",
        "valuation": {
            "amount": "6000000.00",
            "method": "income",
            "appraiser": "天津某资产评估有限公司",
            "valued_on": str(NOW.date()),
        },
    }


def read(content: bytes) -> Submission:
    return SubmissionBody.model_validate_json(content).as_submission()


def case_of(conn: Any, submitted: Submission, *, number: str) -> CaseInHand:
    caller = Identity("clerk", "clerk", frozenset({"bank_operator"}), BANK)
    return submission.new_case(
        submitted, number=number, conn=conn, caller=caller, working_days=DAYS, now=NOW
    )
