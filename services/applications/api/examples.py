"""Examples for the API's description. Firm and right are made up; their check digits are right."""

from typing import Any, Final

SUBMISSION: Final[dict[str, Any]] = {
    "pool_code": "dongli",
    "mode": "direct",
    "parties": {},
    "borrower": {
        "uscc": "91120110MA7H2K3T7U",
        "name": "天津津澜智能装备有限公司",
        "registered_on": "2016-05-18",
        "is_sme": True,
        "region_code": "120110",
    },
    "amount": "1000000.00",
    "tenor_months": 12,
    "annual_rate_bp": 385,
    "purpose": "r_and_d",
    "purpose_note": "新一代伺服控制器研发",
    "repayment": "bullet",
    "has_other_collateral": False,
    "ip_share_bp": None,
    "ip_amount": None,
    "other_collateral": [],
    "is_first_loan": True,
    "attributes": {"is_high_tech_enterprise": True},
    "renews": None,
    "collateral": [
        {
            "kind": "invention",
            "number": "ZL 2020 1 0345678.9",
            "nice_class": None,
            "name": "一种伺服电机的控制方法",
            "owner_uscc": "91120110MA7H2K3T7U",
            "owner_name": "天津津澜智能装备有限公司",
            "filed_on": "2020-04-27",
            "expires_on": "2040-04-26",
            "valuation": {
                "amount": "6000000.00",
                "method": "income",
                "appraiser": "天津某资产评估有限公司",
                "valued_on": "2026-01-15",
            },
            "registration": None,
            "pledgors": [],
        }
    ],
    "documents": [
        {"kind": kind, "document": f"0199f0c2-7c1e-7b3a-9c55-3f0d5a1e8c{number}"}
        for number, kind in enumerate(
            (
                "business_licence",
                "ip_certificates",
                "financial_statements",
                "purpose_statement",
                "bank_approval",
            ),
            10,
        )
    ],
    "paid_out": None,
}

FINDING: Final[dict[str, Any]] = {
    "code": "right-already-pledged",
    "source": "专利权质押登记办法：已经质押且仍在质押期的不予登记",
    "zh": "201510958772.0 已在另一笔在办申请或贷款中出质",
    "en": "201510958772.0 is already pledged in another live case.",
    "field": "/collateral/0/number",
    "evidence": {"number": "201510958772.0"},
}

_CASE: Final = "0199f0c2-7c1e-7b3a-9c55-3f0d5a1e8b11"

SUBMITTED: Final[dict[str, Any]] = {
    "id": _CASE,
    "number": "DL-2026-000123",
    "state": "returned_for_correction",
    "version": 2,
    "revision": 1,
    "since": "2026-03-02T01:00:00Z",
    "due_on": "2026-03-16",
    "findings": [FINDING],
}

MOVED: Final[dict[str, Any]] = {
    "id": _CASE,
    "number": "DL-2026-000123",
    "state": "recommended",
    "version": 4,
    "due_on": "2026-03-09",
}

PLEDGE: Final[dict[str, Any]] = {
    "registrations": [
        {
            "collateral_no": 1,
            "registration_no": "Y2026120000123",
            "registry": "CNIPA",
            "registered_on": "2026-03-02",
        }
    ]
}

DISBURSEMENT: Final[dict[str, Any]] = {
    "loan_no": "JJ-2026-0001",
    "amount": "1000000.00",
    "disbursed_on": "2026-03-02",
    "matures_on": "2027-03-02",
    "lists_checked": [
        {"name": name, "checked_on": "2026-03-02", "found": False}
        for name in (
            "seriously_dishonest",
            "judgment_defaulter",
            "ip_dishonest",
            "bad_credit_record",
        )
    ],
}

DRAW: Final[dict[str, Any]] = {
    "amount": "300000.00",
    "drawn_on": "2026-05-06",
    "reference": "PZ-2026-0506-18",
    "lists_checked": [],
}

POSITIONS: Final[dict[str, Any]] = {
    "month": "2026-03",
    "items": [
        {
            "loan_no": "JJ-2026-0001",
            "outstanding_principal": "900000.00",
            "overdue_days": 12,
            "interest_arrears": "2887.50",
            "penalty_interest": "0.00",
            "risk_class": "special_mention",
        }
    ],
}

VERDICTS: Final[dict[str, Any]] = {
    "month": "2026-03",
    "accepted": 1,
    "refused": 1,
    "verdicts": [
        {
            "index": 0,
            "loan_no": "JJ-2026-0001",
            "loan_id": _CASE,
            "accepted": True,
            "unchanged": False,
            "version": 1,
            "state": "overdue",
            "errors": [],
            "to_confirm": [],
            "warnings": [],
        },
        {
            "index": 1,
            "loan_no": "JJ-2026-0404",
            "loan_id": None,
            "accepted": False,
            "unchanged": False,
            "version": None,
            "state": None,
            "errors": [
                {
                    "code": "loan-unknown",
                    "zh": "没有这笔贷款",
                    "en": "There is no such loan.",
                    "field": "/loan_no",
                    "source": "",
                }
            ],
            "to_confirm": [],
            "warnings": [],
        },
    ],
}
